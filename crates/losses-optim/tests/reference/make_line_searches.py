#!/usr/bin/env python3
"""Where optax's line searches depart from those here: their constants, and steps of the rules that differ.

    pip install optax==0.2.8 jax==0.10.2
    python3 make_line_searches.py > line_searches.json

The constants are read from the signatures of the installed tool. The steps are taken in f64 along the negative gradient of a
quadratic.
"""

import inspect
import json
import platform

import jax

jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp
import numpy as np
import optax

STEPS = 30
START = [1.0, -1.0, 0.5]
CURVATURES = [1.0, 10.0, 100.0]


def value(w):
    return 0.5 * jnp.sum(jnp.asarray(CURVATURES) * w * w)


def backtracking():
    """Each step's length, and where it ends."""
    search = optax.chain(optax.sgd(1.0), optax.scale_by_backtracking_linesearch(max_backtracking_steps=60))
    w = jnp.asarray(START)
    state = search.init(w)
    steps = []
    for _ in range(STEPS):
        at, gradient = jax.value_and_grad(value)(w)
        updates, state = search.update(gradient, state, w, value=at, grad=gradient, value_fn=value)
        w = optax.apply_updates(w, updates)
        steps.append({"length": float(state[1].learning_rate), "point": np.asarray(w).tolist()})
    return steps


def polyak():
    """The first step at a start whose slope is small."""
    small = jnp.asarray([1e-3, 0.0, 0.0])
    method = optax.polyak_sgd(f_min=-1.0)
    at, gradient = jax.value_and_grad(value)(small)
    updates, _ = method.update(gradient, method.init(small), small, value=at)
    return {"start": small.tolist(), "optimum": -1.0, "update": np.asarray(updates).tolist()}


def lbfgs():
    """The first step, without a search."""
    w = jnp.asarray(START)
    method = optax.lbfgs(1.0, linesearch=None)
    at, gradient = jax.value_and_grad(value)(w)
    updates, _ = method.update(gradient, method.init(w), w, value=at, grad=gradient, value_fn=value)
    return np.asarray(updates).tolist()


def defaults(function, *names):
    parameters = inspect.signature(function).parameters
    return {name: parameters[name].default for name in names}


head = {
    "provenance": {
        "tool": f"optax {optax.__version__}, jax {jax.__version__}, Python {platform.python_version()}",
        "command": "python3 make_line_searches.py > line_searches.json",
    },
    "start": START,
    "curvatures": CURVATURES,
    "defaults": {
        "backtracking": defaults(
            optax.scale_by_backtracking_linesearch, "slope_rtol", "decrease_factor", "increase_factor",
            "max_learning_rate"),
        "zoom": defaults(optax.scale_by_zoom_linesearch, "slope_rtol", "curv_rtol", "approx_dec_rtol"),
        "polyak": defaults(optax.polyak_sgd, "max_learning_rate"),
        "lbfgs": defaults(optax.lbfgs, "memory_size"),
    },
    "polyak": polyak(),
    "lbfgs": lbfgs(),
}
lines = [f" {json.dumps(key)}: {json.dumps(entry)}" for key, entry in head.items()]
lines.append(' "backtracking": [\n' + ",\n".join("  " + json.dumps(step) for step in backtracking()) + "\n ]")
print("{\n" + ",\n".join(lines) + "\n}")
