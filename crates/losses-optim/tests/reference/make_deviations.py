#!/usr/bin/env python3
"""Where PyTorch and optax depart from the rules here: their default constants, and 50 steps of each rule that differs.

    pip install optax==0.2.8 jax==0.10.2 torch==2.15.0
    python3 make_deviations.py > deviations.json

The constants are read from the signatures of the installed tools. The steps are taken in f64 on a quadratic; the test
writes each tool's rule out and must come to the same iterates.
"""

import inspect
import json
import platform

import jax

jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp
import numpy as np
import optax
import optax.contrib
import torch

torch.set_default_dtype(torch.float64)

STEPS = 50
START = [1.0, -1.0, 0.5]
CURVATURES = np.array([1.0, 10.0, 100.0])
TILT = np.array([0.3, -2.0, 10.0])  # without it decay and gradient would be parallel, and Adam indifferent to decay


def default(function, name):
    *path, last = name.split(".")
    value = inspect.signature(function).parameters[path[0] if path else last].default
    value = value[int(last)] if path else value
    return float(value) if isinstance(value, (int, float)) else None


BETAS = {"beta1": ("betas.0", "b1"), "beta2": ("betas.1", "b2")}
ADAM = {**BETAS, "epsilon": ("eps", "eps")}
# Fields here: the names there.
DEFAULTS = {
    "ada_grad": (torch.optim.Adagrad, optax.adagrad, {"epsilon": ("eps", "eps")}),
    "rms_prop": (torch.optim.RMSprop, optax.rmsprop, {"decay": ("alpha", "decay"), "epsilon": ("eps", "eps")}),
    "adadelta": (torch.optim.Adadelta, optax.adadelta, {"decay": ("rho", "rho"), "epsilon": ("eps", "eps")}),
    "rprop": (torch.optim.Rprop, optax.rprop, {
        "shrink": ("etas.0", "eta_minus"), "grow": ("etas.1", "eta_plus"),
        "smallest": ("step_sizes.0", "min_step_size"), "largest": ("step_sizes.1", "max_step_size")}),
    "adam": (torch.optim.Adam, optax.adam, ADAM),
    "adam_w": (torch.optim.AdamW, optax.adamw, {**ADAM, "weight_decay": ("weight_decay", "weight_decay")}),
    "adamax": (torch.optim.Adamax, optax.adamax, ADAM),
    "nadam": (torch.optim.NAdam, optax.nadam, {**ADAM, "momentum_decay": ("momentum_decay", None)}),
    "r_adam": (torch.optim.RAdam, optax.radam, ADAM),
    "ams_grad": (None, optax.amsgrad, ADAM),
    "ams_grad_corrected": (torch.optim.Adam, None, ADAM),
    "ada_belief": (None, optax.adabelief, ADAM),
    "yogi": (None, optax.yogi, ADAM),
    "lion": (None, optax.lion, {**BETAS, "weight_decay": (None, "weight_decay")}),
    "muon": (torch.optim.Muon, optax.contrib.muon, {"momentum": ("momentum", "beta")}),
    "schedule_free_sgd": (None, optax.contrib.schedule_free_sgd, {"beta": (None, "b1")}),
    "schedule_free_adam_w": (None, optax.contrib.schedule_free_adamw, {
        **ADAM, "weight_decay": (None, "weight_decay")}),
}


def defaults():
    table = {}
    for method, (in_torch, in_optax, fields) in DEFAULTS.items():
        table[method] = {
            field: {
                "torch": default(in_torch, there[0]) if in_torch and there[0] else None,
                "optax": default(in_optax, there[1]) if in_optax and there[1] else None,
            }
            for field, there in fields.items()
        }
    return table


def by_optax(optimizer):
    w = jnp.asarray(START)
    state = optimizer.init(w)
    iterates = []
    for _ in range(STEPS):
        updates, state = optimizer.update(CURVATURES * w + TILT, state, w)
        w = optax.apply_updates(w, updates)
        iterates.append(np.asarray(w).tolist())
    return iterates


def by_torch(make, rate_at=None):
    w = torch.tensor(START, requires_grad=True)
    optimizer = make([w])
    iterates = []
    for t in range(1, STEPS + 1):
        if rate_at is not None:
            optimizer.param_groups[0]["lr"] = rate_at(t)
        w.grad = torch.tensor(CURVATURES) * w.detach() + torch.tensor(TILT)
        optimizer.step()
        iterates.append(w.detach().tolist())
    return iterates


def muon_by_optax():
    w = jnp.asarray(START)[None, :]
    optimizer = optax.contrib.muon(1e-2)
    state = optimizer.init(w)
    iterates = []
    for _ in range(STEPS):
        updates, state = optimizer.update(CURVATURES * w + TILT, state, w)
        w = optax.apply_updates(w, updates)
        iterates.append(np.asarray(w)[0].tolist())
    return iterates


def muon_by_torch():
    w = torch.tensor([START], requires_grad=True)
    optimizer = torch.optim.Muon([w], 1e-2)
    iterates = []
    for _ in range(STEPS):
        w.grad = torch.tensor(CURVATURES) * w.detach() + torch.tensor(TILT)
        optimizer.step()
        iterates.append(w.detach()[0].tolist())
    return iterates


def falling(t):
    return 2e-3 if t <= 25 else 4e-4


def clipped():
    w = torch.zeros(2, requires_grad=True)
    w.grad = torch.tensor([3e-6, 4e-6])
    torch.nn.utils.clip_grad_norm_([w], 1e-6)
    return [w.grad.tolist()]


RUNS = [
    ("momentum", "torch", by_torch(lambda w: torch.optim.SGD(w, 2e-3, momentum=0.9), falling)),
    ("nesterov", "torch", by_torch(lambda w: torch.optim.SGD(w, 2e-3, momentum=0.9, nesterov=True), falling)),
    ("ada_grad", "optax", by_optax(optax.adagrad(0.1))),
    ("rms_prop", "optax", by_optax(optax.rmsprop(1e-3, decay=0.99, eps=1e-2))),
    ("adam", "torch", by_torch(lambda w: torch.optim.Adam(w, 1e-2, weight_decay=0.1))),
    ("ams_grad", "torch", by_torch(lambda w: torch.optim.Adam(w, 1e-3, amsgrad=True))),
    ("ams_grad", "optax", by_optax(optax.amsgrad(1e-3))),
    ("nadam", "optax", by_optax(optax.nadam(1e-3))),
    ("r_adam", "optax", by_optax(optax.radam(1e-3, eps=1e-2))),
    ("yogi", "optax", by_optax(optax.yogi(1e-2))),
    ("lion", "optax", by_optax(optax.lion(1e-3, weight_decay=0.1))),
    ("schedule_free_adam_w", "optax", by_optax(optax.contrib.schedule_free_adamw(1e-2))),
    ("rprop", "optax", by_optax(optax.rprop(1e-2))),
    ("muon", "torch", muon_by_torch()),
    ("muon", "optax", muon_by_optax()),
    ("clip_by_norm", "torch", clipped()),
]

head = {
    "provenance": {
        "tool": f"torch {torch.__version__}, optax {optax.__version__}, jax {jax.__version__}, "
                f"Python {platform.python_version()}",
        "command": "python3 make_deviations.py > deviations.json",
    },
    "start": START,
    "curvatures": CURVATURES.tolist(),
    "tilt": TILT.tolist(),
    "defaults": defaults(),
}
lines = [f" {json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
runs = [{"method": method, "tool": tool, "iterates": iterates} for method, tool, iterates in RUNS]
lines.append(' "runs": [\n' + ",\n".join("  " + json.dumps(run) for run in runs) + "\n ]")
print("{\n" + ",\n".join(lines) + "\n}")
