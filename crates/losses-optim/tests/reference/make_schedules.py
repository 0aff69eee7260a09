#!/usr/bin/env python3
"""Learning rates of the schedules that PyTorch and optax have too: the first 120 of each, in f64.

    pip install optax==0.2.8 jax==0.10.2 torch==2.15.0
    python3 make_schedules.py > schedules.json

The rate at index i is the one in force for step t = i + 1. Runs under "same" are of one definition here and there; those under
"other" are not, and the test writes the tool's rule out.
"""

import json
import math
import platform

import jax

jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp
import optax
import optax.contrib
import torch
from torch.optim import lr_scheduler

STEPS = 120
# Falls, stagnates, falls a little, stagnates for long; the last part is once more below.
LOSSES = [round(3.0 * math.exp(-0.1 * min(i, 25)) + (0.4 if 40 <= i < 70 else 0.0) - (0.2 if i > 90 else 0.0), 6)
          for i in range(STEPS)]
NEGATIVE_LOSSES = [round(-1.0 + 0.0005 * i, 6) for i in range(STEPS)]


def by_torch(initial, make):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], initial)
    scheduler = make(optimizer)
    rates = []
    for _ in range(STEPS):
        rates.append(float(optimizer.param_groups[0]["lr"]))
        optimizer.step()
        scheduler.step()
    return rates


def plateau_by_torch(initial, losses, **constants):
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], initial)
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, **constants)
    rates = []
    for loss in losses:
        scheduler.step(loss)
        rates.append(float(optimizer.param_groups[0]["lr"]))
    return rates


def plateau_by_optax(initial, losses, **constants):
    transform = optax.contrib.reduce_on_plateau(**constants)
    state = transform.init(jnp.zeros(1))
    rates = []
    for loss in losses:
        update, state = transform.update(jnp.asarray([initial]), state, value=jnp.asarray(loss))
        rates.append(float(update[0]))
    return rates


def by_optax(schedule):
    return [float(schedule(jnp.asarray(i, dtype=jnp.float64))) for i in range(STEPS)]


def restarts(cycle, growth):
    lengths = [cycle * growth**i for i in range(6)]
    return optax.join_schedules(
        [optax.cosine_decay_schedule(0.3, length, alpha=0.01 / 0.3) for length in lengths],
        [sum(lengths[: i + 1]) for i in range(5)],
    )


SAME = [
    ("step_decay", {"initial": 0.3, "factor": 0.5, "every": 30}, "torch",
     by_torch(0.3, lambda o: lr_scheduler.StepLR(o, 30, 0.5))),
    ("step_decay", {"initial": 0.3, "factor": 0.5, "every": 30}, "optax",
     by_optax(optax.exponential_decay(0.3, 30, 0.5, staircase=True))),
    ("multi_step", {"initial": 0.3, "factor": 0.1, "milestones": [30, 80]}, "torch",
     by_torch(0.3, lambda o: lr_scheduler.MultiStepLR(o, [30, 80], 0.1))),
    ("multi_step", {"initial": 0.3, "factor": 0.1, "milestones": [30, 80]}, "optax",
     by_optax(optax.piecewise_constant_schedule(0.3, {30: 0.1, 80: 0.1}))),
    ("exponential", {"initial": 0.3, "factor": 0.97}, "torch",
     by_torch(0.3, lambda o: lr_scheduler.ExponentialLR(o, 0.97))),
    ("exponential", {"initial": 0.3, "factor": 0.97}, "optax", by_optax(optax.exponential_decay(0.3, 1, 0.97))),
    ("polynomial", {"initial": 0.3, "last": 0.0, "power": 2.0, "steps": 80}, "torch",
     by_torch(0.3, lambda o: lr_scheduler.PolynomialLR(o, 80, 2.0))),
    ("polynomial", {"initial": 0.3, "last": 0.01, "power": 0.7, "steps": 80}, "optax",
     by_optax(optax.polynomial_schedule(0.3, 0.01, 0.7, 80))),
    ("polynomial", {"initial": 0.3, "last": 0.0, "power": 1.0, "steps": 80}, "torch",
     by_torch(0.3, lambda o: lr_scheduler.LinearLR(o, 1.0, 0.0, 80))),
    ("polynomial", {"initial": 0.3, "last": 0.01, "power": 1.0, "steps": 80}, "optax",
     by_optax(optax.linear_schedule(0.3, 0.01, 80))),
    # Up to its end, where PyTorch's climbs again.
    ("cosine", {"initial": 0.3, "last": 0.01, "steps": STEPS}, "torch",
     by_torch(0.3, lambda o: lr_scheduler.CosineAnnealingLR(o, STEPS, 0.01))),
    ("cosine", {"initial": 0.3, "last": 0.01, "steps": 80}, "optax",
     by_optax(optax.cosine_decay_schedule(0.3, 80, alpha=0.01 / 0.3))),
    ("cosine_restarts", {"initial": 0.3, "last": 0.01, "cycle": 10, "growth": 1}, "torch",
     by_torch(0.3, lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 10, 1, 0.01))),
    ("cosine_restarts", {"initial": 0.3, "last": 0.01, "cycle": 7, "growth": 2}, "torch",
     by_torch(0.3, lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 7, 2, 0.01))),
    ("cosine_restarts", {"initial": 0.3, "last": 0.01, "cycle": 7, "growth": 2}, "optax", by_optax(restarts(7, 2))),
    ("linear_warmup", {"target": 0.3, "steps": 25}, "torch",
     by_torch(0.3, lambda o: lr_scheduler.LinearLR(o, 1 / 25, 1.0, 24))),
    ("linear_warmup", {"target": 0.3, "steps": 25}, "optax",
     by_optax(optax.warmup_constant_schedule(0.3 / 25, 0.3, 24))),
    ("one_cycle", {"peak": 0.3, "steps": STEPS, "rise": 0.3, "start_divisor": 25.0, "end_divisor": 1e4}, "torch",
     by_torch(0.3, lambda o: lr_scheduler.OneCycleLR(o, 0.3, total_steps=STEPS, cycle_momentum=False))),
    ("one_cycle", {"peak": 0.3, "steps": STEPS, "rise": 0.15, "start_divisor": 10.0, "end_divisor": 100.0}, "torch",
     by_torch(0.3, lambda o: lr_scheduler.OneCycleLR(
         o, 0.3, total_steps=STEPS, pct_start=0.15, div_factor=10.0, final_div_factor=100.0, cycle_momentum=False))),
    ("reduce_on_plateau", {"rate": 0.3, "factor": 0.5, "patience": 4, "threshold": 1e-3, "cooldown": 0,
                           "smallest": 0.01}, "torch",
     plateau_by_torch(0.3, LOSSES, factor=0.5, patience=4, threshold=1e-3, cooldown=0, min_lr=0.01)),
    ("reduce_on_plateau", {"rate": 0.3, "factor": 0.5, "patience": 4, "threshold": 1e-3, "cooldown": 3,
                           "smallest": 0.0}, "torch",
     plateau_by_torch(0.3, LOSSES, factor=0.5, patience=4, threshold=1e-3, cooldown=3)),
    # optax reduces when the patience is reached, PyTorch when it is exceeded.
    ("reduce_on_plateau", {"rate": 0.3, "factor": 0.5, "patience": 4, "threshold": 1e-3, "cooldown": 3,
                           "smallest": 0.03}, "optax",
     plateau_by_optax(0.3, LOSSES, factor=0.5, patience=5, rtol=1e-3, atol=0.0, cooldown=3, min_scale=0.1)),
]

OTHER = [
    ("cosine", {"initial": 0.3, "last": 0.01, "steps": 50}, "torch",
     by_torch(0.3, lambda o: lr_scheduler.CosineAnnealingLR(o, 50, 0.01))),
    ("one_cycle", {"peak": 0.3, "steps": 100, "rise": 0.3, "start_divisor": 25.0, "end_divisor": 1e4}, "optax",
     by_optax(optax.cosine_onecycle_schedule(100, 0.3))),
    ("linear_warmup", {"target": 0.3, "steps": 25}, "optax",
     by_optax(optax.warmup_constant_schedule(0.0, 0.3, 25))),
    ("reduce_on_plateau", {"rate": 0.3, "factor": 0.5, "patience": 4, "threshold": 1e-3, "cooldown": 0,
                           "smallest": 0.0}, "torch",
     plateau_by_torch(0.3, NEGATIVE_LOSSES, factor=0.5, patience=4, threshold=1e-3)),
    ("reduce_on_plateau", {"rate": 0.3, "factor": 0.5, "patience": 4, "threshold": 1e-3, "cooldown": 0,
                           "smallest": 0.0}, "optax",
     plateau_by_optax(0.3, LOSSES, factor=0.5, patience=4, rtol=1e-3, atol=0.0)),
]

head = {
    "provenance": {
        "tool": f"torch {torch.__version__}, optax {optax.__version__}, jax {jax.__version__}, "
                f"Python {platform.python_version()}",
        "command": "python3 make_schedules.py > schedules.json",
    },
    "losses": LOSSES,
    "negative_losses": NEGATIVE_LOSSES,
}
lines = [f" {json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
for title, runs in [("same", SAME), ("other", OTHER)]:
    rows = [{"tool": tool, "schedule": name, "constants": constants, "rates": rates}
            for name, constants, tool, rates in runs]
    lines.append(f' "{title}": [\n' + ",\n".join("  " + json.dumps(row) for row in rows) + "\n ]")
print("{\n" + ",\n".join(lines) + "\n}")
