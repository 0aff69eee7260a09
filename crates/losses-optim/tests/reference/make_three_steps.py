#!/usr/bin/env python3
"""Three steps of every optimizer in 50-digit decimals, each rule written as its paper prints it.

Needs nothing but Python's standard library. From this directory:

    python3 make_three_steps.py > three_steps.json

Every rule treats its parameters one by one, so a rule is a generator over one parameter: it is sent a gradient and
yields the parameter that the optimizer's slice then holds. To add an optimizer, add its generator. Rules that look at all
parameters at once are joint: they are sent the list of gradients.
"""

import json
import platform
from decimal import Decimal as D, getcontext

getcontext().prec = 50
RATES = [D("0.1"), D("0.1"), D("0.05")]  # the rate changes, which tells conventions of momentum apart
START = [D(1), D(-2), D("0.5")]
GRADIENTS = [[D("0.5"), D(-1), D(0)], [D("0.25"), D(2), D(0)], [D(-1), D("0.5"), D(3)]]
RULES = {}
JOINT = {}


def joint(generator):
    JOINT[generator.__name__] = generator
    return generator


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


@rule
def sign_sgd(w):
    while True:
        g, eta = yield w
        w -= eta * sign(g)


@rule
def rprop(w, grow=D("1.2"), shrink=D("0.5"), smallest=D("1e-6"), largest=D(50)):
    delta, g_prev = None, D(0)
    while True:
        g, eta = yield w
        delta = eta if delta is None else delta
        if g * g_prev > 0:
            delta = min(grow * delta, largest)
        elif g * g_prev < 0:
            delta = max(shrink * delta, smallest)
            g = D(0)
        w -= delta * sign(g)
        g_prev = g


@rule
def rms_prop_centred(w, rho=D("0.9"), epsilon=D("1e-8")):
    m = r = D(0)
    while True:
        g, eta = yield w
        m = rho * m + (1 - rho) * g
        r = rho * r + (1 - rho) * g * g
        w -= eta * g / ((r - m * m).sqrt() + epsilon)


@rule
def rms_prop_momentum(w, rho=D("0.9"), mu=D("0.9"), epsilon=D("1e-8")):
    r = v = D(0)
    while True:
        g, eta = yield w
        r = rho * r + (1 - rho) * g * g
        v = mu * v - eta * g / (r.sqrt() + epsilon)
        w += v


@rule
def adadelta(w, rho=D("0.95"), epsilon=D("1e-6")):
    r = h = D(0)
    while True:
        g, eta = yield w
        r = rho * r + (1 - rho) * g * g
        step = (h + epsilon).sqrt() / (r + epsilon).sqrt() * g
        h = rho * h + (1 - rho) * step * step
        w -= eta * step


@rule
def adam_w(w, beta1=D("0.9"), beta2=D("0.999"), epsilon=D("1e-8"), decay=D("0.01")):
    m = v = D(0)
    t = 0
    while True:
        g, eta = yield w
        t += 1
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        m_hat = m / (1 - beta1**t)
        v_hat = v / (1 - beta2**t)
        w -= eta * (m_hat / (v_hat.sqrt() + epsilon) + decay * w)


@rule
def adamax(w, beta1=D("0.9"), beta2=D("0.999"), epsilon=D("1e-8")):
    m = u = D(0)
    t = 0
    while True:
        g, eta = yield w
        t += 1
        m = beta1 * m + (1 - beta1) * g
        u = max(beta2 * u, abs(g) + epsilon)
        w -= eta / (1 - beta1**t) * m / u


@rule
def nadam(w, beta1=D("0.9"), beta2=D("0.999"), epsilon=D("1e-8"), psi=D("0.004")):
    def mu(t):
        return beta1 * (1 - D("0.5") * D("0.96") ** (t * psi))

    m = v = D(0)
    product = D(1)
    t = 0
    while True:
        g, eta = yield w
        t += 1
        product *= mu(t)
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        m_hat = mu(t + 1) * m / (1 - product * mu(t + 1)) + (1 - mu(t)) * g / (1 - product)
        w -= eta * m_hat / ((v / (1 - beta2**t)).sqrt() + epsilon)


@rule
def r_adam(w, beta1=D("0.9"), beta2=D("0.999"), epsilon=D("1e-8")):
    m = v = D(0)
    t = 0
    while True:
        g, eta = yield w
        t += 1
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        longest = 2 / (1 - beta2) - 1
        assert longest - 2 * t * beta2**t / (1 - beta2**t) <= 5  # three steps never reach the rectified branch
        w -= eta * m / (1 - beta1**t)


@rule
def ams_grad_corrected(w, beta1=D("0.9"), beta2=D("0.999"), epsilon=D("1e-8")):
    m = v = v_hat = D(0)
    t = 0
    while True:
        g, eta = yield w
        t += 1
        m = beta1 * m + (1 - beta1) * g
        v = beta2 * v + (1 - beta2) * g * g
        v_hat = max(v_hat, v)
        w -= eta / (1 - beta1**t) * m / ((v_hat / (1 - beta2**t)).sqrt() + epsilon)


@rule
def ada_belief(w, beta1=D("0.9"), beta2=D("0.999"), epsilon=D("1e-16")):
    m = s = D(0)
    t = 0
    while True:
        g, eta = yield w
        t += 1
        m = beta1 * m + (1 - beta1) * g
        s = beta2 * s + (1 - beta2) * (g - m) ** 2 + epsilon
        w -= eta * m / (1 - beta1**t) / ((s / (1 - beta2**t)).sqrt() + epsilon)


@rule
def yogi(w, beta1=D("0.9"), beta2=D("0.999"), epsilon=D("1e-3")):
    m, v = D(0), D("1e-6")
    while True:
        g, eta = yield w
        m = beta1 * m + (1 - beta1) * g
        v = v - (1 - beta2) * sign(v - g * g) * g * g
        w -= eta * m / (v.sqrt() + epsilon)


@rule
def lion(w, beta1=D("0.9"), beta2=D("0.99"), decay=D(0)):
    m = D(0)
    while True:
        g, eta = yield w
        w -= eta * (sign(beta1 * m + (1 - beta1) * g) + decay * w)
        m = beta2 * m + (1 - beta2) * g


@rule
def schedule_free_sgd(w, beta=D("0.9")):
    z = x = y = w
    weights = D(0)
    while True:
        g, eta = yield y
        weights += eta * eta
        c = eta * eta / weights
        z -= eta * g
        x = (1 - c) * x + c * z
        y = (1 - beta) * z + beta * x


@rule
def schedule_free_adam_w(w, beta1=D("0.9"), beta2=D("0.999"), epsilon=D("1e-8"), decay=D(0)):
    z = x = y = w
    v = weights = D(0)
    t = 0
    while True:
        g, eta = yield y
        t += 1
        gamma = eta * (1 - beta2**t).sqrt()
        weights += gamma * gamma
        c = gamma * gamma / weights
        v = beta2 * v + (1 - beta2) * g * g
        z -= gamma * g / (v.sqrt() + epsilon) + gamma * decay * y
        x = (1 - c) * x + c * z
        y = (1 - beta1) * z + beta1 * x


def sign(x):
    return D((x > 0) - (x < 0))


@joint
def muon(w, mu=D("0.95"), coefficients=(D("3.4445"), D("-4.7750"), D("2.0315")), epsilon=D("1e-7")):
    """A matrix of one row, for which X Xᵀ is a number."""
    a, b, c = coefficients
    momenta = [D(0)] * len(w)
    while True:
        g, eta = yield w
        momenta = [mu * m + g for m, g in zip(momenta, g)]
        x = [g + mu * m for m, g in zip(momenta, g)]
        length = sum(x * x for x in x).sqrt() + epsilon
        x = [x / length for x in x]
        for _ in range(5):
            gram = sum(x * x for x in x)
            x = [a * x + (b * gram + c * gram * gram) * x for x in x]
        w = [w - eta * x for w, x in zip(w, x)]


def joint_trajectory(make):
    parameters = make(START)
    next(parameters)
    return [[float(w) for w in parameters.send((g, eta))] for g, eta in zip(GRADIENTS, RATES)]


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
iterates += [line(name, json.dumps(joint_trajectory(make))) for name, make in JOINT.items()]
print("{\n" + ",\n".join([
    line("provenance", json.dumps(provenance)),
    line("start", json.dumps([float(x) for x in START])),
    line("gradients", json.dumps(floats(GRADIENTS))),
    line("learning_rates", json.dumps([float(x) for x in RATES])),
    line("iterates", "{\n" + ",\n".join(iterates) + "\n }"),
]) + "\n}")
