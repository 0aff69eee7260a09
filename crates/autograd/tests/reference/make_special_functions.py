"""Reference values of the special functions, to the nearest double: mpmath with 60 digits.

python3 make_special_functions.py > special_functions.json
"""
import json
import mpmath as mp

mp.mp.dps = 60


def sigmoid(x):
    return 1 / (1 + mp.exp(-x))


FUNCTIONS = {
    "sigmoid": sigmoid,
    "log_sigmoid": lambda x: -mp.log1p(mp.exp(-x)),
    "softplus": lambda x: mp.log1p(mp.exp(x)),
    "silu": lambda x: x * sigmoid(x),
    "gelu": lambda x: x * mp.erfc(-x / mp.sqrt(2)) / 2,
    # As published: one half of x times one plus a hyperbolic tangent.
    "gelu_tanh": lambda x: x / 2 * (1 + mp.tanh(mp.sqrt(2 / mp.pi) * (x + mp.mpf("0.044715") * x**3))),
    "erf": mp.erf,
    "erfc": mp.erfc,
    "log_gamma": lambda x: mp.log(abs(mp.gamma(x))),
    "digamma": lambda x: mp.psi(0, x),
    "trigamma": lambda x: mp.psi(1, x),
    "tetragamma": lambda x: mp.psi(2, x),
    "pentagamma": lambda x: mp.psi(4, x),
}
REAL = [0.0, 1e-300, 1e-20, 1e-8, 1e-3, 0.1, 0.25, 0.3, 0.7, 0.84, 0.85, 1.0, 1.2, 1.25, 1.3, 1.9, 2.5, 2.85, 2.9, 3.5,
        5.0, 5.9, 6.1, 8.0, 11.7, 15.3, 20.0, 26.0, 30.0, 36.9, 50.0, 100.0, 700.0, 1e4, 1e10]
POSITIVE = [1e-300, 1e-10, 1e-3, 0.1, 0.3, 0.49, 0.5, 0.51, 0.9, 0.999, 1.0, 1.001, 1.2, 1.46, 1.4616321449683622, 1.4617,
            1.7, 1.999, 2.0, 2.001, 2.5, 3.0, 4.7, 8.0, 9.99, 10.0, 10.5, 12.0, 20.0, 33.3, 100.0, 1e4, 1e10, 1e100]
NEGATIVE = [-1e-10, -0.1, -0.5, -0.9, -1.1, -1.5, -2.3, -2.457, -3.7, -4.5, -10.2, -20.5, -100.3, -1000.7]

points = {}
for name in FUNCTIONS:
    gamma = "gamma" in name
    points[name] = POSITIVE + NEGATIVE if gamma else sorted({s * x for x in REAL for s in (1.0, -1.0)})

values = {}
for name, function in FUNCTIONS.items():
    values[name] = []
    for x in points[name]:
        # Near the tails of 60 digits the subtraction 1 + tanh needs more.
        mp.mp.dps = 1200 if name == "gelu_tanh" and abs(x) < 40 else 60
        y = mp.mpf("-0.0") if name == "gelu_tanh" and x <= -40 else function(mp.mpf(x))
        if y != 0 and abs(y) < mp.mpf(2) ** -1022 or abs(y) > mp.mpf(2) ** 1023:
            continue  # not a normal double
        values[name].append([x, float(y)])

print("{")
print(f' "provenance": {{"tool": "mpmath {mp.__version__}, 60 digits", '
      '"command": "python3 make_special_functions.py > special_functions.json"},')
print(' "values": {')
rows = [f'  "{name}": {json.dumps(pairs)}' for name, pairs in values.items()]
print(",\n".join(rows))
print(" }\n}")
