#!/usr/bin/env python3
"""Trajectories of 200 steps in f64 by optax and PyTorch, for the methods whose definition is the same here and there.

    pip install optax==0.2.8 jax==0.10.2 torch==2.15.0
    python3 make_trajectories.py > trajectories.json

A trajectory is only worth comparing if it does not amplify rounding: every run is repeated from a start moved by 1e-12,
and the script stops where the distance has grown by more than 1e4. Gradients are written out by hand, so that only the
update rule is the tool's.

Two runs put the tool's own parts together otherwise than its shortcut does, so that what is compared is one definition:
schedule-free AdamW averages with the weights of the corrected rate, and PyTorch's Muon iterates in f64 instead of bfloat16.
Yogi is run without its start values and its epsilon; its two corrections of bias are then a factor of the learning rate.
"""

import json
import platform
from unittest import mock

import jax

jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp
import numpy as np
import optax
import optax.contrib
import torch

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

STEPS, EVERY = 200, 20
INPUTS = np.round(np.random.default_rng(7).normal(size=(12, 3)), 3)
LABELS = (INPUTS @ np.array([1.0, -2.0, 0.5]) + np.array([0.5, -0.5] * 6) > 0).astype(float)
CURVATURES = np.array([1.0, 10.0, 100.0])
MATRIX_CURVATURES = np.round(np.geomspace(1.0, 100.0, 12), 3)
MATRIX_START = np.round(np.random.default_rng(11).normal(size=12), 3)


def quadratic(w):
    return CURVATURES * w


def rosenbrock(w):
    x, y = w[0], w[1]
    return jnp.stack([-2.0 * (1.0 - x) - 400.0 * x * (y - x * x), 200.0 * (y - x * x)])


def logistic(w):
    probability = 1.0 / (1.0 + jnp.exp(-(INPUTS @ w)))
    return INPUTS.T @ (probability - LABELS) / len(LABELS)


def rosenbrock_in_numpy(w):
    x, y = w
    return np.array([-2.0 * (1.0 - x) - 400.0 * x * (y - x * x), 200.0 * (y - x * x)])


def logistic_in_numpy(w):
    return INPUTS.T @ (1.0 / (1.0 + np.exp(-(INPUTS @ w))) - LABELS) / len(LABELS)


def matrix(w):
    return MATRIX_CURVATURES * w


GRADIENTS = {"matrix": matrix, "quadratic": quadratic, "rosenbrock": rosenbrock_in_numpy, "logistic": logistic_in_numpy}
PROBLEMS = {
    "quadratic": (quadratic, [1.0, -1.0, 0.5]),
    "rosenbrock": (rosenbrock, [-1.2, 1.0]),
    "logistic": (logistic, [0.5, 0.5, -0.5]),
    "matrix": (matrix, MATRIX_START.tolist()),  # for methods that look at matrices; the others leave it out
}


def schedule_free_adamw(lr):
    """`optax.contrib.schedule_free_adamw` with the paper's weights: of the corrected rate, not of the plain one."""
    corrected = lambda t: lr * jnp.sqrt(1.0 - 0.999**t)
    return optax.contrib.schedule_free(optax.adamw(lr, b1=0.0, eps=0.0, weight_decay=0.0), corrected, b1=0.9)


# name, constants (the fields of the optimizer's state here), learning rate by problem, the tool's optimizer
OPTAX = [
    ("gradient_descent", {}, [1e-2, 5e-4, 0.5], lambda lr: optax.sgd(lr)),
    ("sign_sgd", {}, [3e-3, 1e-3, 3e-3], lambda lr: optax.sign_sgd(lr)),
    ("momentum", {"momentum": 0.9}, [2e-3, 1e-4, 0.1], lambda lr: optax.sgd(lr, momentum=0.9)),
    ("nesterov", {"momentum": 0.9}, [2e-3, 1e-4, 0.1], lambda lr: optax.sgd(lr, momentum=0.9, nesterov=True)),
    ("rms_prop", {"decay": 0.99, "epsilon": 1e-8}, [1e-3, 1e-3, 1e-2],
     lambda lr: optax.rmsprop(lr, decay=0.99, eps=1e-8, eps_in_sqrt=False)),
    ("rms_prop_centred", {"decay": 0.99, "epsilon": 1e-2}, [1e-3, 1e-3, 1e-2],
     lambda lr: optax.rmsprop(lr, decay=0.99, eps=1e-2, eps_in_sqrt=False, centered=True)),
    ("rms_prop_momentum", {"decay": 0.99, "momentum": 0.8, "epsilon": 1e-8}, [2e-4, 2e-4, 1e-3],
     lambda lr: optax.rmsprop(lr, decay=0.99, eps=1e-8, eps_in_sqrt=False, momentum=0.8)),
    ("adadelta", {"decay": 0.95, "epsilon": 1e-6}, [1.0, 1.0, 1.0],
     lambda lr: optax.adadelta(lr, rho=0.95, eps=1e-6)),
    ("adam", {}, [1e-2, 1e-2, 1e-2], lambda lr: optax.adam(lr)),
    ("adam_w", {"weight_decay": 0.1}, [1e-2, 1e-2, 1e-2], lambda lr: optax.adamw(lr, weight_decay=0.1)),
    ("adamax", {}, [1e-2, 1e-2, 1e-2], lambda lr: optax.adamax(lr)),
    ("r_adam", {"epsilon": 0.0}, [1e-3, 2e-4, 1e-2], lambda lr: optax.radam(lr, eps=0.0)),
    ("ams_grad", {}, [1e-3, 1e-3, 1e-2],
     lambda lr: optax.amsgrad(lr, bias_correction_mu=False, bias_correction_nu=False)),
    ("ada_belief", {"epsilon": 1e-16}, [1e-2, 1e-2, 1e-2], lambda lr: optax.adabelief(lr, eps=1e-16, eps_root=1e-16)),
    ("lion", {"weight_decay": 0.1}, [2e-3, 1e-3, 2e-3], lambda lr: optax.lion(lr, weight_decay=0.1)),
    ("schedule_free_sgd", {"beta": 0.9}, [1e-2, 5e-4, 0.5], lambda lr: optax.contrib.schedule_free_sgd(lr, b1=0.9)),
    ("schedule_free_adam_w", {"epsilon": 0.0}, [1e-2, 1e-2, 1e-2], schedule_free_adamw),
    ("yogi(rate of the corrections)", {"epsilon": 0.0, "initial_v": 0.0}, [1e-3, 1e-3, 1e-2],
     lambda lr: optax.chain(
         optax.scale_by_yogi(eps=0.0, initial_accumulator_value=0.0), optax.scale_by_learning_rate(lr))),
]


# The same with PyTorch's optimizers; a name in brackets is a wrapper's.
TORCH = [
    ("gradient_descent", {}, [1e-2, 5e-4, 0.5], lambda w, lr: torch.optim.SGD(w, lr)),
    ("momentum", {"momentum": 0.9}, [2e-3, 1e-4, 0.1], lambda w, lr: torch.optim.SGD(w, lr, momentum=0.9)),
    ("nesterov", {"momentum": 0.9}, [2e-3, 1e-4, 0.1],
     lambda w, lr: torch.optim.SGD(w, lr, momentum=0.9, nesterov=True)),
    ("rprop", {}, [1e-2, 1e-2, 1e-2], lambda w, lr: torch.optim.Rprop(w, lr)),
    ("ada_grad", {}, [0.1, 0.1, 0.1], lambda w, lr: torch.optim.Adagrad(w, lr)),
    ("rms_prop", {"decay": 0.99, "epsilon": 1e-8}, [1e-3, 1e-3, 1e-2],
     lambda w, lr: torch.optim.RMSprop(w, lr)),
    ("rms_prop_centred", {"decay": 0.99, "epsilon": 1e-2}, [1e-3, 1e-3, 1e-2],
     lambda w, lr: torch.optim.RMSprop(w, lr, eps=1e-2, centered=True)),
    ("rms_prop_momentum", {"decay": 0.99, "momentum": 0.8, "epsilon": 1e-8}, [2e-4, 2e-4, 1e-3],
     lambda w, lr: torch.optim.RMSprop(w, lr, momentum=0.8)),
    ("adadelta", {"decay": 0.95, "epsilon": 1e-6}, [1.0, 1.0, 1.0],
     lambda w, lr: torch.optim.Adadelta(w, lr, rho=0.95, eps=1e-6)),
    ("adam", {}, [1e-2, 1e-2, 1e-2], lambda w, lr: torch.optim.Adam(w, lr)),
    ("adam_w", {"weight_decay": 0.1}, [1e-2, 1e-2, 1e-2], lambda w, lr: torch.optim.AdamW(w, lr, weight_decay=0.1)),
    ("adamax", {}, [1e-2, 1e-2, 1e-2], lambda w, lr: torch.optim.Adamax(w, lr)),
    ("nadam", {}, [1e-3, 1e-3, 1e-2], lambda w, lr: torch.optim.NAdam(w, lr)),
    ("r_adam", {}, [1e-3, 2e-4, 1e-2], lambda w, lr: torch.optim.RAdam(w, lr)),
    ("ams_grad_corrected", {}, [1e-3, 1e-3, 1e-2], lambda w, lr: torch.optim.Adam(w, lr, amsgrad=True)),
    ("coupled_decay(momentum)", {"momentum": 0.9}, [2e-3, 1e-4, 0.1],
     lambda w, lr: torch.optim.SGD(w, lr, momentum=0.9, weight_decay=0.1)),
    ("coupled_decay(adam)", {}, [1e-2, 1e-2, 1e-2], lambda w, lr: torch.optim.Adam(w, lr, weight_decay=0.1)),
    ("decoupled_decay(nadam)", {}, [1e-3, 1e-3, 1e-2],
     lambda w, lr: torch.optim.NAdam(w, lr, weight_decay=0.1, decoupled_weight_decay=True)),
    ("lbfgs(fixed_step)", {}, [0.02, 0.01, 0.02],
     lambda w, lr: torch.optim.LBFGS(w, lr, max_iter=1, history_size=10, tolerance_grad=0.0, tolerance_change=0.0)),
    ("muon", {"rows": 1, "epsilon": 0.0}, [2e-3, 1e-3, 2e-3],
     lambda w, lr: torch.optim.Muon(w, lr, weight_decay=0.0, eps=0.0)),
    ("muon", {"rows": 3, "epsilon": 0.0}, [None, None, None, 1e-3],
     lambda w, lr: torch.optim.Muon(w, lr, weight_decay=0.0, eps=0.0)),
    ("muon", {"rows": 4, "epsilon": 0.0}, [None, None, None, 1e-3],
     lambda w, lr: torch.optim.Muon(w, lr, weight_decay=0.0, eps=0.0)),
    ("decoupled_decay(muon)", {"rows": 4, "epsilon": 0.0}, [None, None, None, 1e-3],
     lambda w, lr: torch.optim.Muon(w, lr, weight_decay=0.1, eps=0.0)),
]


@mock.patch.object(torch, "bfloat16", torch.float64)  # what Muon iterates in
def torch_trajectory(make, problem, rate, start, rows):
    shape = [len(start)] if rows is None else [rows, len(start) // rows]
    w = torch.tensor(start, dtype=torch.float64).reshape(shape).requires_grad_()
    optimizer = make([w], rate)
    iterates = []

    def closure():
        w.grad = torch.tensor(np.asarray(GRADIENTS[problem](w.detach().numpy().ravel()))).reshape(shape)
        return torch.tensor(0.0)

    for _ in range(STEPS):
        optimizer.step(closure)
        iterates.append(w.detach().numpy().ravel().copy())
    return np.array(iterates)


def optax_trajectory(make, problem, rate, start, _):
    return trajectory(make(rate), PROBLEMS[problem][0], start)


def trajectory(optimizer, gradient, start):
    def step(carry, _):
        w, state = carry
        updates, state = optimizer.update(gradient(w), state, w)
        w = optax.apply_updates(w, updates)
        return (w, state), w

    w = jnp.asarray(start)
    _, iterates = jax.jit(lambda w: jax.lax.scan(step, (w, optimizer.init(w)), None, length=STEPS))(w)
    return np.asarray(iterates)


def run(tool, name, constants, rate, make, problem):
    walk = {"optax": optax_trajectory, "torch": torch_trajectory}[tool]
    start = np.asarray(PROBLEMS[problem][1])
    rows = constants.get("rows")
    iterates = walk(make, problem, rate, start, rows)
    moved = walk(make, problem, rate, start + 1e-12, rows)
    amplification = float(np.max(np.abs(iterates - moved)) / 1e-12)
    assert np.isfinite(iterates).all() and amplification < 1e4, (name, problem, amplification)
    return {
        "tool": tool,
        "method": name,
        "problem": problem,
        "constants": constants,
        "learning_rate": rate,
        "amplification": float(f"{amplification:.2g}"),
        "iterates": iterates[EVERY - 1 :: EVERY].tolist(),
    }


runs = [
    run(tool, name, constants, rate, make, problem)
    for tool, methods in [("optax", OPTAX), ("torch", TORCH)]
    for name, constants, rates, make in methods
    for problem, rate in zip(PROBLEMS, rates)
    if rate is not None
]
head = {
    "provenance": {
        "tool": f"torch {torch.__version__}, optax {optax.__version__}, jax {jax.__version__}, Python {platform.python_version()}",
        "command": "python3 make_trajectories.py > trajectories.json",
    },
    "every": EVERY,
    "starts": {name: start for name, (_, start) in PROBLEMS.items()},
    "curvatures": CURVATURES.tolist(),
    "matrix_curvatures": MATRIX_CURVATURES.tolist(),
    "inputs": INPUTS.tolist(),
    "labels": LABELS.tolist(),
}
lines = [f" {json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
lines.append(' "runs": [\n' + ",\n".join("  " + json.dumps(r) for r in runs) + "\n ]")
print("{\n" + ",\n".join(lines) + "\n}")
