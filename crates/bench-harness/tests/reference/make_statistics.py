"""Writes statistics.json: the values that tests/stats.rs compares the crate's statistics with.

Needs SciPy, statsmodels and mpmath. Run from this directory:

    python -m venv .venv && .venv/bin/pip install scipy statsmodels mpmath
    .venv/bin/python make_statistics.py
"""

import itertools
import json
import math
import platform
import warnings
from fractions import Fraction

import mpmath
import numpy as np
import scipy
import statsmodels
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint
from statsmodels.stats.weightstats import ttost_paired

mpmath.mp.dps = 40
rng = np.random.default_rng(20200501)
cases = {}


def case(name, arguments, expected):
    cases.setdefault(name, []).append({**arguments, "expected": expected})


def t_quantile(p, freedom):
    """By root finding on the 40-digit incomplete beta function: SciPy's own is good to about 1e-13."""
    p, freedom = mpmath.mpf(p), mpmath.mpf(freedom)
    cdf = lambda t: 1 - mpmath.betainc(freedom / 2, 0.5, 0, freedom / (freedom + t * t), regularized=True) / 2
    return float(mpmath.findroot(lambda t: cdf(t) - p, float(stats.t.ppf(float(p), float(freedom)))))


samples = [
    [1.5, 2.25],
    [0.8, 1.1, 0.9, 1.2, 1.0, 1.0],
    [1e6 + 1, 1e6 + 2, 1e6 + 4],
    list(rng.normal(3, 2, 20)),
    list(rng.lognormal(0, 1, 101)),
]
for x in samples:
    n = len(x)
    case("mean", {"x": x}, float(sum(map(Fraction, x)) / n))
    case("sample_sd", {"x": x}, float(np.std(np.array(x), ddof=1)))
    for p in (0.0, 0.05, 0.25, 0.5, 0.9, 1.0):
        case("quantile", {"x": x, "p": p}, float(np.quantile(x, p, method="linear")))
    for confidence in (0.5, 0.9, 0.95, 0.99):
        low, high = stats.t.interval(confidence, n - 1, np.mean(x), stats.sem(x))
        case("mean_interval", {"x": x, "confidence": confidence}, [float(np.mean(x)), float(low), float(high)])
    mde = (t_quantile("0.975", n - 1) + t_quantile("0.8", n - 1)) * np.std(x, ddof=1) / math.sqrt(n)
    case("minimum_detectable_effect", {"x": x}, float(mde))

# Half-widths are one t quantile at s/sqrt(n) = 1/2: the quantile itself, over degrees of freedom and confidences.
for freedom in (1, 2, 5, 19, 100, 2000):
    for p in (0.51, 0.75, 0.8, 0.95, 0.975, 0.9995):
        case("t_quantile", {"p": p, "freedom": freedom}, t_quantile(p, freedom))

pairs = []
for n in (3, 6, 20):
    a = rng.normal(1, 1, n)
    pairs.append((list(a), list(a + rng.normal(0.3, 0.5, n))))
for a, b in pairs:
    d = stats.ttest_rel(a, b)
    ci = d.confidence_interval(0.95)
    case("paired_difference", {"a": a, "b": b}, [float(np.mean(np.subtract(a, b))), float(ci.low), float(ci.high)])
    for margin in (0.1, 0.4, 1.0, 2.5):
        p = ttost_paired(np.array(a), np.array(b), -margin, margin)[0]
        case("equivalence", {"a": a, "b": b, "margin": margin}, float(p))
    for name, f in (("pearson", stats.pearsonr), ("spearman", stats.spearmanr)):
        r = f(a, b)
        case(name, {"a": a, "b": b}, [float(r[0]), float(r[1])])
    r = stats.linregress(a, b)
    half = t_quantile("0.975", len(a) - 2) * r.stderr
    case("least_squares", {"a": a, "b": b}, [float(r.slope), float(r.slope - half), float(r.slope + half), float(r.intercept)])

with_ties = ([1.0, 2.0, 2.0, 3.0, 5.0, 5.0, 5.0], [2.0, 1.0, 4.0, 4.0, 3.0, 9.0, 9.0])
r = stats.spearmanr(*with_ties)
case("spearman", {"a": with_ties[0], "b": with_ties[1]}, [float(r[0]), float(r[1])])

for smaller, larger in ((6, 0), (0, 5), (4, 2), (15, 5), (10, 10), (0, 0), (70, 130)):
    p = stats.binomtest(smaller, smaller + larger, 0.5).pvalue if smaller + larger else 1.0
    case("sign_test", {"smaller": smaller, "larger": larger}, float(p))

for k, n in ((0, 10), (10, 10), (1, 6), (5, 6), (37, 100), (499, 1000), (3, 20000)):
    for confidence in (0.9, 0.95):
        for name, method in (("wilson", "wilson"), ("clopper_pearson", "beta")):
            low, high = proportion_confint(k, n, alpha=1 - confidence, method=method)
            # statsmodels leaves the closed ends to rounding (or to NaN).
            low, high = (0.0 if k == 0 else float(low)), (1.0 if k == n else float(high))
            case(name, {"successes": k, "trials": n, "confidence": confidence}, [k / n, low, high])

for m in (1, 2, 5, 12):
    p = list(rng.uniform(0, 1, m) ** 3)
    case("holm", {"p": p}, list(map(float, multipletests(p, method="holm")[1])))
case("holm", {"p": [0.01, 0.01, 0.04, 0.04, 1.0]}, list(map(float, multipletests([0.01, 0.01, 0.04, 0.04, 1.0], method="holm")[1])))

for table in ([[3, 1], [1, 3]], [[8, 2], [1, 5]], [[0, 10], [10, 0]], [[5, 5], [5, 5]], [[0, 0], [3, 4]], [[120, 80], [95, 105]], [[1, 9], [11, 3]]):
    case("fisher_exact", {"table": table}, float(stats.fisher_exact(table).pvalue))

groups = [list(rng.normal(0, s, n)) for s, n in ((1, 8), (2, 9), (1.5, 20))]
for chosen in (groups[:2], groups):
    for centre in ("mean", "median"):
        r = stats.levene(*chosen, center=centre)
        case("levene", {"groups": chosen, "centre": centre}, [float(r.statistic), float(r.pvalue)])

values = list(rng.uniform(0, 1, 9)) + [0.5, 0.5]
for k in (1, 2, 5, 10, 11):
    for better, best in (("larger", max), ("smaller", min)):
        subsets = [best(c) for c in itertools.combinations(values, k)]
        case("expected_best_of", {"x": values, "k": k, "better": better}, math.fsum(subsets) / len(subsets))

a, b = [3.0, 5.0, 5.0, 9.0], [5.0, 4.0, 1.0, 2.0, 9.0]
u = stats.mannwhitneyu(a, b).statistic
case("win_probability", {"a": a, "b": b}, float(u / (len(a) * len(b))))

# The bootstrap's own randomness cannot be shared; its exact distribution can, for few observations.
x = [1.0, 2.5, 3.0, 7.0, 11.0, 11.5]
means = sorted(sum(r) / len(x) for r in itertools.product(x, repeat=len(x)))
at = lambda p: means[int(p * len(means))]
case("bootstrap_mean", {"x": x}, {"low": [at(0.021), at(0.029)], "high": [at(0.971), at(0.979)]})

with open("statistics.json", "w") as file:
    json.dump(
        {
            "provenance": {
                "tool": "make_statistics.py",
                "command": "python make_statistics.py",
                "python": platform.python_version(),
                "numpy": np.__version__,
                "scipy": scipy.__version__,
                "statsmodels": statsmodels.__version__,
                "mpmath": mpmath.__version__,
            },
            "cases": cases,
        },
        file,
        indent=1,
    )
    file.write("\n")
