#!/usr/bin/env python3
"""Values and gradients of the losses, by mpmath with 60 digits from the printed formulas, and checked against PyTorch.

    pip install mpmath==1.3.0 torch==2.15.0
    python3 make_losses.py > losses.json

Every loss is written down here a second time, naively: with 60 digits and unbounded exponents nothing overflows and nothing
cancels. Gradients are central differences at that precision. Where PyTorch has the loss, value and gradient of the
samples' sum must agree with its own to 1e-12 (times the size of the largest number), or the script stops; a case says
with what it was compared. Points lie beside the kinks, whose choices are tested elsewhere.
"""

import json
import sys

import mpmath as mp
import torch
import torch.nn.functional as F

mp.mp.dps = 60
torch.set_default_dtype(torch.float64)

HALF = mp.mpf(1) / 2


def softmax(z):
    top = max(z)
    e = [mp.exp(x - top) for x in z]
    return [x / mp.fsum(e) for x in e]


def log_softmax(z):
    top = max(z)
    total = mp.log(mp.fsum(mp.exp(x - top) for x in z))
    return [x - top - total for x in z]


def softplus(x):
    return mp.log(1 + mp.exp(x)) if x < 60 else x + mp.log(1 + mp.exp(-x))


def relu(x):
    return x if x > 0 else mp.mpf(0)


def xlogx(p, q):
    """p·ln q with 0·ln 0 = 0."""
    return p * mp.log(q) if p != 0 else mp.mpf(0)


def residuals(h):
    return lambda z, y, c: mp.fsum(h(a - b, c) for a, b in zip(z, y))


def margins(h):
    return lambda z, y, c: mp.fsum(h(a * b) for a, b in zip(z, y))


def huber(r, delta):
    return r * r / 2 if abs(r) <= delta else delta * (abs(r) - delta / 2)


def learned_gaussian(z, y, _):
    k = len(y)
    return mp.fsum(
        (mp.exp(z[k + i]) * (z[i] - y[i]) ** 2 - z[k + i] + mp.log(2 * mp.pi)) / 2 for i in range(k)
    )


def student_t(r, c):
    nu, scale = mp.mpf(c["degrees"]), mp.mpf(c["scale"])
    return (
        (nu + 1) / 2 * mp.log(1 + r * r / (nu * scale**2))
        + mp.log(scale)
        + mp.log(nu * mp.pi) / 2
        + mp.loggamma(nu / 2)
        - mp.loggamma((nu + 1) / 2)
    )


def smoothed(z, label, c):
    eps = mp.mpf(c.get("label_smoothing", 0))
    l = log_softmax(z)
    return -(1 - eps) * l[label] - eps / len(z) * mp.fsum(l)


def entropy(z, _y, _c):
    return -mp.fsum(mp.exp(x) * x for x in log_softmax(z))


def forward_kl(z, y, _):
    return mp.fsum(xlogx(p, p) - p * l for p, l in zip(y, log_softmax(z)))


def reverse_kl(z, y, _):
    return mp.fsum(mp.exp(l) * (l - mp.log(p)) for p, l in zip(y, log_softmax(z)))


def focal(z, y, c):
    gamma, alpha = mp.mpf(c["focusing"]), c["balance"]
    total = mp.mpf(0)
    for a, t in zip(z, y):
        m = a if t == 1 else -a
        weight = 1 if alpha is None else (mp.mpf(alpha) if t == 1 else 1 - mp.mpf(alpha))
        total += weight * (1 / (1 + mp.exp(m))) ** gamma * softplus(-m)
    return total


def weston_watkins(z, label, c):
    return mp.fsum(relu(c["margin"] + x - z[label]) for j, x in enumerate(z) if j != label)


def crammer_singer(z, label, c):
    return relu(c["margin"] + max(x for j, x in enumerate(z) if j != label) - z[label])


def signs(z, label):
    return [(1 if j == label else -1) * x for j, x in enumerate(z)]


def one_hot_difference(z, label):
    return [abs((1 if j == label else 0) - x) for j, x in enumerate(z)]


def tanimoto(z, label, _):
    s = softmax(z)
    return -s[label] / (mp.fsum(p * p for p in s) + 1 - s[label])


def cauchy_schwarz(z, label, _):
    s = softmax(z)
    return -mp.log(s[label] / mp.sqrt(mp.fsum(p * p for p in s)))


def norm(v):
    return mp.sqrt(mp.fsum(x * x for x in v))


def minus(a, b):
    return [x - y for x, y in zip(a, b)]


def cosine_embedding(z, y, c):
    other, label = y
    cosine = mp.fsum(a * b for a, b in zip(z, other)) / norm(z) / norm(other)
    return 1 - cosine if label == 1 else relu(cosine - c["margin"])


def contrastive(z, y, c):
    other, label = y
    distance = norm(minus(z, other))
    return distance**2 / 2 if label == 1 else relu(c["margin"] - distance) ** 2 / 2


def triplet(power):
    return lambda z, y, c: relu(norm(minus(z, y[0])) ** power - norm(minus(z, y[1])) ** power + c["margin"])


def ranking(z, y, c):
    return relu(c["margin"] - y[1] * (z[0] - y[0][0]))


def jc(f):
    return lambda z, label, c: f(z, label)


# name: (formula of one sample, PyTorch's form of the sum over samples or None, a word on it)
T = torch.tensor
LOSSES = {
    "half-squared-error": (residuals(lambda r, _: r * r / 2), lambda z, y, c: F.mse_loss(z, y, reduction="sum") / 2),
    "mean-squared-error": (
        lambda z, y, c: mp.fsum((a - b) ** 2 for a, b in zip(z, y)) / len(z),
        lambda z, y, c: F.mse_loss(z, y) * z.shape[0],
    ),
    "absolute-error": (residuals(lambda r, _: abs(r)), lambda z, y, c: F.l1_loss(z, y, reduction="sum")),
    "huber": (
        residuals(lambda r, c: huber(r, mp.mpf(c["delta"]))),
        lambda z, y, c: F.huber_loss(z, y, reduction="sum", delta=c["delta"]),
    ),
    "smooth-l1": (
        residuals(lambda r, c: huber(r, mp.mpf(c["beta"])) / mp.mpf(c["beta"])),
        lambda z, y, c: F.smooth_l1_loss(z, y, reduction="sum", beta=c["beta"]),
    ),
    "log-cosh": (residuals(lambda r, _: mp.log(mp.cosh(r))), None),
    "quantile": (residuals(lambda r, c: (1 - mp.mpf(c["level"])) * r if r > 0 else -mp.mpf(c["level"]) * r), None),
    "gaussian-nll": (
        residuals(lambda r, c: mp.mpf(c["precision"]) * r * r / 2 + mp.log(2 * mp.pi / c["precision"]) / 2),
        lambda z, y, c: F.gaussian_nll_loss(z, y, torch.full_like(z, 1 / c["precision"]), full=True, reduction="sum"),
    ),
    "learned-gaussian-nll": (
        learned_gaussian,
        lambda z, y, c: F.gaussian_nll_loss(
            z[:, : y.shape[1]], y, torch.exp(-z[:, y.shape[1] :]), full=True, reduction="sum"
        ),
    ),
    "laplace-nll": (
        residuals(lambda r, c: abs(r) / mp.mpf(c["scale"]) + mp.log(2 * mp.mpf(c["scale"]))),
        lambda z, y, c: -torch.distributions.Laplace(z, c["scale"]).log_prob(y).sum(),
    ),
    "poisson-nll": (
        lambda z, y, c: mp.fsum(mp.exp(s) - n * s + mp.loggamma(n + 1) for s, n in zip(z, y)),
        lambda z, y, c: F.poisson_nll_loss(z, y, reduction="sum") + torch.lgamma(y + 1).sum(),
    ),
    "student-t-nll": (
        residuals(student_t),
        lambda z, y, c: -torch.distributions.StudentT(T(c["degrees"]), z, T(c["scale"])).log_prob(y).sum(),
    ),
    "binary-cross-entropy": (
        lambda z, y, c: mp.fsum(t * softplus(-x) + (1 - t) * softplus(x) for x, t in zip(z, y)),
        lambda z, y, c: F.binary_cross_entropy_with_logits(z, y, reduction="sum"),
    ),
    "probability-cross-entropy": (
        lambda z, y, c: -mp.fsum(xlogx(t, p) + xlogx(1 - t, 1 - p) for p, t in zip(z, y)),
        lambda z, y, c: F.binary_cross_entropy(z, y, reduction="sum"),
    ),
    "softmax-cross-entropy": (
        lambda z, label, c: -log_softmax(z)[label],
        lambda z, y, c: F.cross_entropy(z, y, reduction="sum"),
    ),
    "soft-target-cross-entropy": (
        lambda z, y, c: -mp.fsum(p * l for p, l in zip(y, log_softmax(z))),
        lambda z, y, c: F.cross_entropy(z, y, reduction="sum"),
    ),
    "label-cross-entropy": (
        smoothed,
        lambda z, y, c: F.cross_entropy(z, y, reduction="sum", label_smoothing=c["label_smoothing"]),
    ),
    "entropy": (entropy, lambda z, y, c: torch.distributions.Categorical(logits=z).entropy().sum()),
    "kullback-leibler": (forward_kl, lambda z, y, c: F.kl_div(F.log_softmax(z, 1), y, reduction="sum")),
    "reverse-kullback-leibler": (
        reverse_kl,
        lambda z, y, c: F.kl_div(torch.log(y), F.log_softmax(z, 1), reduction="sum", log_target=True),
    ),
    "focal": (focal, None),
    "perceptron": (margins(lambda m: relu(-m)), lambda z, y, c: F.relu(-y * z).sum()),
    "zero-one": (margins(lambda m: mp.mpf(1 if m <= 0 else 0)), None),
    "hinge": (margins(lambda m: relu(1 - m)), lambda z, y, c: F.relu(1 - y * z).sum()),
    "squared-hinge": (margins(lambda m: relu(1 - m) ** 2), lambda z, y, c: F.relu(1 - y * z).pow(2).sum()),
    "cubed-hinge": (margins(lambda m: relu(1 - m) ** 3), lambda z, y, c: F.relu(1 - y * z).pow(3).sum()),
    "weston-watkins": (
        weston_watkins,
        lambda z, y, c: F.multi_margin_loss(z, y, margin=c["margin"], reduction="sum") * z.shape[1],
    ),
    "crammer-singer": (crammer_singer, None),
    "one-versus-rest": (lambda z, l, c: mp.fsum(relu(1 - m) ** 2 for m in signs(z, l)), None),
    "jc-l1": (jc(lambda z, l: mp.fsum(one_hot_difference(z, l))), None),
    "jc-l2": (jc(lambda z, l: mp.fsum(x * x for x in one_hot_difference(z, l))), None),
    "jc-softmax-l1": (jc(lambda z, l: mp.fsum(one_hot_difference(softmax(z), l))), None),
    "jc-softmax-l2": (jc(lambda z, l: mp.fsum(x * x for x in one_hot_difference(softmax(z), l))), None),
    "jc-softmax-max": (jc(lambda z, l: max(one_hot_difference(softmax(z), l))), None),
    "jc-hinge": (jc(lambda z, l: mp.fsum(relu(HALF - m) for m in signs(z, l))), None),
    "jc-squared-hinge": (jc(lambda z, l: mp.fsum(relu(HALF - m) ** 2 for m in signs(z, l))), None),
    "jc-cubed-hinge": (jc(lambda z, l: mp.fsum(relu(HALF - m) ** 3 for m in signs(z, l))), None),
    "jc-log": (jc(lambda z, l: -log_softmax(z)[l]), lambda z, y, c: F.cross_entropy(z, y, reduction="sum")),
    "jc-squared-log": (
        jc(lambda z, l: log_softmax(z)[l] ** 2),
        lambda z, y, c: F.cross_entropy(z, y, reduction="none").pow(2).sum(),
    ),
    "jc-tanimoto": (tanimoto, None),
    "jc-cauchy-schwarz": (cauchy_schwarz, None),
    "cosine-embedding": (
        cosine_embedding,
        lambda z, y, c: F.cosine_embedding_loss(z, y[0], y[1], margin=c["margin"], reduction="sum"),
    ),
    "contrastive": (contrastive, None),
    "triplet": (
        triplet(1),
        lambda z, y, c: F.triplet_margin_loss(z, y[0], y[1], margin=c["margin"], eps=0.0, reduction="sum"),
    ),
    "triplet-squared": (triplet(2), None),
    "margin-ranking": (
        ranking,
        lambda z, y, c: F.margin_ranking_loss(z[:, 0], y[0][:, 0], y[1], margin=c["margin"], reduction="sum"),
    ),
}

# Ordinary numbers with all their digits, and large ones.
WIDE = [[0.3, -1.2, 0.8], [2.1, 0.1, -0.4]]
EXTREME = [[1e4, -1e4, 0.25], [-1e4, 1e4, 9999.5]]
NUMBERS = [[0.1, 0.35, -1.5], [1.0, -0.6, 3.0]]
BITS = [[1.0, 0.0, 0.0], [0.0, 1.0, 1.0]]
SOFT = [[0.2, 0.3, 0.5], [0.7, 0.2, 0.1]]
ONE_HOT = [[1.0, 0.0, 0.0], [0.0, 0.25, 0.75]]
SIGNS = [[1.0, -1.0, 1.0], [-1.0, 1.0, -1.0]]
EMBEDDINGS = [[0.3, -1.2, 0.8], [0.2, 0.1, -0.4], [1.0, 2.0, 3.0], [-30.0, 20.0, 10.0]]
OTHERS = [[0.1, 0.35, -1.5], [0.25, -0.1, -0.6], [0.9, 2.2, 3.1], [-1.0, 2.0, -3.0]]
FARTHER = [[0.4, -1.0, 0.9], [1.0, 1.0, 1.0], [0.0, 2.0, 3.5], [-31.0, 20.0, 10.0]]
PAIR_SIGNS = [1.0, -1.0, -1.0, 1.0]

CASES = []


def add(loss, target, predictions=(WIDE, EXTREME), **constants):
    CASES.extend((loss, constants, z, target) for z in predictions)


for name in ["half-squared-error", "mean-squared-error", "absolute-error", "log-cosh"]:
    add(name, NUMBERS)
add("log-cosh", [[0.0, 0.0, 0.0]], predictions=([[1e-9, 1e-3, -0.99]], [[1.01, 20.0, -50.0]]))
add("huber", NUMBERS, delta=1.25)
add("smooth-l1", NUMBERS, beta=0.4)
add("quantile", NUMBERS, level=0.9)
add("gaussian-nll", NUMBERS, precision=0.3)
add("learned-gaussian-nll", [[0.2], [1.5]], predictions=([[0.3, -1.2], [2.1, 0.1]], [[1e4, -20.0], [-3.0, 12.0]]))
add("laplace-nll", NUMBERS, scale=2.5)
add("poisson-nll", [[0.0, 3.0, 1.0], [25.0, 400.0, 2.5]], predictions=(WIDE, [[-1e4, -20.0, 6.0], [3.0, 5.5, -1e4]]))
add("student-t-nll", NUMBERS, degrees=3.0, scale=0.7)
for target in [BITS, SOFT]:
    add("binary-cross-entropy", target)
    add("binary-cross-entropy", target, predictions=([[40.0, -40.0, 36.0], [-700.0, 745.0, 1e-9]],))
    add("probability-cross-entropy", target, predictions=([[0.3, 0.99, 1e-6], [0.5, 0.75, 1.0 - 2.0**-20]],))
for name in ["soft-target-cross-entropy", "kullback-leibler"]:
    add(name, SOFT)
    add(name, ONE_HOT)
add("reverse-kullback-leibler", SOFT)
add("label-cross-entropy", [2, 0], label_smoothing=0.1)
add("entropy", None)
add("focal", BITS, focusing=2.0, balance=0.25)
add("focal", BITS, focusing=0.5, balance=None)
for name in ["perceptron", "zero-one", "hinge", "squared-hinge", "cubed-hinge"]:
    add(name, SIGNS)
for margin in [1.0, 1.75]:
    add("weston-watkins", [2, 0], margin=margin)
    add("crammer-singer", [2, 0], margin=margin)
for name in ["softmax-cross-entropy", "one-versus-rest", *(name for name in LOSSES if name.startswith("jc-"))]:
    add(name, [2, 0])
add("cosine-embedding", [OTHERS, PAIR_SIGNS], predictions=(EMBEDDINGS,), margin=0.1)
add("contrastive", [OTHERS, PAIR_SIGNS], predictions=(EMBEDDINGS,), margin=1.0)
for name in ["triplet", "triplet-squared"]:
    add(name, [OTHERS, FARTHER], predictions=(EMBEDDINGS,), margin=0.5)
add(
    "margin-ranking",
    [[[0.1], [0.35], [-1.5], [7.0]], [1.0, -1.0, 1.0, -1.0]],
    predictions=([[0.3], [-1.2], [1e4], [-1e4]],),
    margin=0.25,
)


def target_of(target, row):
    if target is None:
        return None
    if isinstance(target[0], list) and isinstance(target[0][0], list):
        other, second = target[0][row], target[1][row]
        second = [mp.mpf(x) for x in second] if isinstance(second, list) else second
        return [mp.mpf(x) for x in other], second
    value = target[row]
    return [mp.mpf(x) for x in value] if isinstance(value, list) else value


def difference(f, z, position):
    step = mp.mpf(10) ** -25

    def moved(by):
        copy = list(z)
        copy[position] += by
        return f(copy)

    return (moved(step) - moved(-step)) / (2 * step)


def torch_target(target):
    if target is None:
        return None
    if isinstance(target[0], list) and isinstance(target[0][0], list):
        return T(target[0]), T(target[1])
    return T(target)


def evaluate(loss, constants, predictions, target):
    formula, reference = LOSSES[loss]
    losses, gradient = [], []
    for row, numbers in enumerate(predictions):
        z, y = [mp.mpf(x) for x in numbers], target_of(target, row)
        losses.append(float(formula(z, y, constants)))
        # Underflow of a difference at 60 digits: what is left below 1e-30 is the step's own error.
        slopes = [difference(lambda z: formula(z, y, constants), z, i) for i in range(len(z))]
        gradient.append([float(g) if abs(g) > mp.mpf(10) ** -30 else 0.0 for g in slopes])
    case = {"loss": loss, "constants": constants, "predictions": predictions, "target": target}
    case |= {"losses": losses, "gradient": gradient, "compared": "mpmath"}
    if reference is not None:
        z = T(predictions, requires_grad=True)
        total = reference(z, torch_target(target), constants)
        total.backward()
        scale = max(1.0, *(abs(x) for row in predictions + gradient for x in row), *map(abs, losses))
        errors = [abs(total.item() - sum(losses))]
        errors += [abs(a - b) for p, q in zip(z.grad.tolist(), gradient) for a, b in zip(p, q)]
        if not max(errors) <= 1e-12 * scale:
            sys.exit(f"{loss} {constants} {predictions}: PyTorch differs by {max(errors)}")
        case["compared"] = "mpmath, torch"
    return case


def weighted(scores, labels, class_weights, ignored_label):
    """PyTorch's mean cross-entropy with weights of classes and a label to ignore, and its gradient."""
    z = T(scores, requires_grad=True)
    weight = None if class_weights is None else T(class_weights)
    ignored = {} if ignored_label is None else {"ignore_index": ignored_label}
    mean = F.cross_entropy(z, T(labels), weight=weight, reduction="mean", **ignored)
    mean.backward()
    return {
        "scores": scores,
        "labels": labels,
        "class_weights": class_weights,
        "ignored_label": ignored_label,
        "mean": mean.item(),
        "gradient": z.grad.tolist(),
    }


LABELLED = [*WIDE, [1e4, -1e4, 0.25], [0.0, 1.5, -700.0]]
WEIGHTED = [
    (LABELLED, [2, 0, 1, 1], [0.5, 2.0, 3.0], None),
    (LABELLED, [2, 0, 255, 1], None, 255),
    (LABELLED, [2, 0, 1, 1], [0.5, 2.0, 3.0], 1),
]

document = {
    "tools": {"mpmath": mp.__version__, "digits": mp.mp.dps, "torch": torch.__version__.split("+")[0]},
    "command": "python3 make_losses.py > losses.json",
    "cases": [evaluate(*case) for case in CASES],
}
print("{")
print(f' "tools": {json.dumps(document["tools"])},')
print(f' "command": {json.dumps(document["command"])},')
print(' "cases": [')
print(",\n".join("  " + json.dumps(case) for case in document["cases"]))
print(' ],\n "weighted": [')
print(",\n".join("  " + json.dumps(weighted(*case)) for case in WEIGHTED))
print(" ]\n}")
