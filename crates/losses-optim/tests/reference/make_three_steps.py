#!/usr/bin/env python3
"""Three steps of every optimizer in 50-digit decimals, each rule written as its paper prints it.

Needs nothing but Python's standard library. From this directory:

    python3 make_three_steps.py > three_steps.json

Every rule treats its parameters one by one, so a rule is a generator over one parameter: it is sent a gradient and
yields the parameter that the optimizer's slice then holds. To add an optimizer, add its generator.
"""

import json
import platform
from decimal import Decimal as D, getcontext

getcontext().prec = 50
RATES = [D("0.1"), D("0.1"), D("0.05")]  # the rate changes, which tells conventions of momentum apart
START = [D(1), D(-2), D("0.5")]
GRADIENTS = [[D("0.5"), D(-1), D(0)], [D("0.25"), D(2), D(0)], [D(-1), D("0.5"), D(3)]]
RULES = {}


def rule(generator):
    RULES[generator.__name__] = generator
    return generator


@rule
def gradient_descent(w):
    while True:
        g, eta = yield w
        w -= eta * g


@rule
def momentum(w, mu=D("0.9")):
    v = D(0)
    while True:
        g, eta = yield w
        v = mu * v - eta * g
        w += v


@rule
def nesterov_look_ahead(w, mu=D("0.9")):
    v = D(0)
    while True:
        g, eta = yield w + mu * v
        v = mu * v - eta * g
        w += v


@rule
def nesterov(w, mu=D("0.9")):
    v = D(0)
    while True:
        g, eta = yield w
        v_prev, v = v, mu * v - eta * g
        w += -mu * v_prev + (1 + mu) * v


@rule
def ada_grad(w, epsilon=D("1e-10")):
    r = D(0)
    while True:
        g, eta = yield w
        r += g * g
        w -= eta * g / (r.sqrt() + epsilon)


@rule
def rms_prop(w, rho=D("0.9"), epsilon=D("1e-8")):
    r = D(0)
    while True:
        g, eta = yield w
        r = rho * r + (1 - rho) * g * g
        w -= eta * g / (r.sqrt() + epsilon)


@rule
def adam(w, beta1=D("0.9"), beta2=D("0.999"), epsilon=D("1e-8")):
    m = v = D(0)
    t = 0
    while True:
        g, eta = yield w
        t += 1
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        m_hat = m / (1 - beta1**t)
        v_hat = v / (1 - beta2**t)
        w -= eta * m_hat / (v_hat.sqrt() + epsilon)


@rule
def ams_grad(w, beta1=D("0.9"), beta2=D("0.999"), epsilon=D("1e-8")):
    m = v = v_hat = D(0)
    while True:
        g, eta = yield w
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        v_hat = max(v_hat, v)
        w -= eta * m / (v_hat.sqrt() + epsilon)


def trajectory(make):
    columns = []
    for i, start in enumerate(START):
        parameter = make(start)
        next(parameter)
        columns.append([float(parameter.send((g[i], eta))) for g, eta in zip(GRADIENTS, RATES)])
    return [list(row) for row in zip(*columns)]


def floats(rows):
    return [[float(x) for x in row] for row in rows]


def line(key, value):
    return f" {json.dumps(key)}: {value}"


provenance = {
    "tool": f"Python {platform.python_version()}, decimal with 50 digits",
    "command": "python3 make_three_steps.py > three_steps.json",
}
iterates = [line(name, json.dumps(trajectory(make))) for name, make in RULES.items()]
print("{\n" + ",\n".join([
    line("provenance", json.dumps(provenance)),
    line("start", json.dumps([float(x) for x in START])),
    line("gradients", json.dumps(floats(GRADIENTS))),
    line("learning_rates", json.dumps([float(x) for x in RATES])),
    line("iterates", "{\n" + ",\n".join(iterates) + "\n }"),
]) + "\n}")
