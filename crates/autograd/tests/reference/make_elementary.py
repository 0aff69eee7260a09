#!/usr/bin/env python3
"""Elementary functions at points of both precisions, by mpmath with 60 digits.

    pip install mpmath==1.3.0
    python3 make_elementary.py > elementary.json

A value is given as two doubles: the nearest one, and the nearest one to what is left over, so that a hundredth of a unit in
the last place of a double can be told. Points are a grid through the function's whole range with a random part in each
cell, and the edges: zeros, where a result overflows and underflows, where a series ends and a reduction begins.
"""

import json
import random
import struct

import mpmath as mp

mp.mp.dps = 60
POINTS = 160


def single(x):
    """The float nearest to x, as a double."""
    return struct.unpack("f", struct.pack("f", x))[0]


def sigmoid(x):
    return 1 / (1 + mp.exp(-x))


# Name, function, the interval of its interesting arguments for each precision, and points besides.
FUNCTIONS = [
    ("exp", mp.exp, {"f32": (-103.9, 88.7), "f64": (-745.0, 709.7)}, [-1e-9, 1e-20, 0.34657, 0.34658, -0.34657, -0.34658]),
    ("exp_m1", mp.expm1, {"f32": (-17.0, 88.7), "f64": (-38.0, 709.7)}, [-1e-9, 1e-20, 1e-5, 0.34657, 0.34658, -0.34657, -0.34658]),
    ("ln", mp.log, {"f32": (1e-37, 1e38), "f64": (1e-307, 1e308)}, [0.99999, 1.00001, 0.7071, 0.70711, 1.41421, 1.41422, 1e-40]),
    ("ln_1p", mp.log1p, {"f32": (1e-37, 1e38), "f64": (1e-307, 1e308)}, [-0.999, -0.5, -1e-5, -1e-20, -0.29289, 0.41421, 0.41422]),
    ("tanh", mp.tanh, {"f32": (-9.5, 9.5), "f64": (-20.0, 20.0)}, [-1e-9, 1e-20, 1e-5, 0.1732, 0.1733, -0.1732, -0.1733]),
    ("sigmoid", sigmoid, {"f32": (-103.0, 17.0), "f64": (-744.0, 38.0)}, [-1e-9, 1e-20]),
]


def points(low, high):
    generator = random.Random(1)
    logarithmic = low > 0
    if logarithmic:
        low, high = mp.log(low), mp.log(high)
    for i in range(POINTS):
        x = low + (high - low) * (i + mp.mpf(generator.random())) / POINTS
        yield float(mp.exp(x) if logarithmic else x)
    # Near 0 and 1, where most arguments are.
    for i in range(POINTS // 2):
        yield generator.uniform(0.0 if logarithmic else -2.0, 2.0)


print('{\n "tools": {"mpmath": "%s", "digits": 60},' % mp.__version__)
print(' "command": "python3 make_elementary.py > elementary.json",')
print(' "cases": [')
cases = []
for name, function, intervals, edges in FUNCTIONS:
    for precision, (low, high) in intervals.items():
        nearest = single if precision == "f32" else float
        rows = []
        for x in map(nearest, list(points(low, high)) + edges):
            value = function(mp.mpf(x))
            rows.append([x, float(value), float(value - mp.mpf(float(value)))])
        cases.append('  {"function": "%s", "precision": "%s", "rows": %s}' % (name, precision, json.dumps(rows)))
print(",\n".join(cases))
print(" ]\n}")
