#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes golden_statistics.json with programs that share no code with ours. Run by hand when a case is added
(apt-get install python3-scipy python3-statsmodels python3-mpmath); the tests only read the file.

Wilson: scipy binomtest().proportion_ci. Newcombe: statsmodels confint_proportions_2indep(method="newcomb").
Fisher: scipy fisher_exact; mid-p from the same tables as exact fractions (math.comb), and of large tables with
50 digits (mpmath). Holm: statsmodels multipletests. Kappa: statsmodels cohens_kappa. Finite population: the formula
of Cochran in fractions, then scipy's normal quantile. Agresti-Coull is not used by the program and not here."""
import json
import pathlib
import random
from fractions import Fraction
from math import comb, sqrt

import mpmath
import scipy
import statsmodels
from scipy.stats import binomtest, fisher_exact, norm
from statsmodels.stats.inter_rater import cohens_kappa
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep

Z = norm.ppf(0.975)
draw = random.Random(20261122)


def wilson(c, n):
    ci = binomtest(c, n).proportion_ci(0.95, method="wilson")
    return {"count": c, "base": n, "low": ci.low, "high": ci.high}


def wilson_list(c, n, size):
    m = float(Fraction(n * (size - 1), size - n))
    p = c / n
    scale = 1 + Z * Z / m
    centre, half = (p + Z * Z / (2 * m)) / scale, Z * sqrt(p * (1 - p) / m + Z * Z / (4 * m * m)) / scale
    return {"count": c, "base": n, "list": size, "low": max(0, centre - half), "high": min(1, centre + half)}


def newcombe(a, m, b, n):
    low, high = confint_proportions_2indep(a, m, b, n, compare="diff", method="newcomb")
    return {"first": [a, m], "second": [b, n], "low": low, "high": high}


def exact(a, b, c, d):
    row, column, total = a + b, a + c, a + b + c + d
    weights = {x: Fraction(comb(row, x) * comb(total - row, column - x), comb(total, column))
               for x in range(max(0, row + column - total), min(row, column) + 1)}
    less = sum(w for w in weights.values() if w < weights[a])
    equal = sum(w for w in weights.values() if w == weights[a])
    return float(less + equal), float(less + equal / 2)


def large(a, b, c, d):
    """As exact(), every table within 14 standard deviations of the mean, 50 digits."""
    mpmath.mp.dps = 50
    row, column, total = a + b, a + c, a + b + c + d
    log = lambda n: mpmath.loggamma(n + 1)
    fixed = log(row) + log(total - row) + log(column) + log(total - column) - log(total)
    weight = lambda x: mpmath.exp(
        fixed - log(x) - log(row - x) - log(column - x) - log(total - row - column + x))
    sd = sqrt(row * column * (total - row) * (total - column) / total ** 3)
    middle = row * column // total
    span = int(14 * sd) + 20
    seen = weight(a)
    less = equal = mpmath.mpf(0)
    for x in range(max(0, row + column - total, middle - span), min(row, column, middle + span) + 1):
        w = weight(x)
        if abs(w - seen) <= seen * mpmath.mpf(10) ** -30:
            equal += w
        elif w < seen:
            less += w
    return float(less + equal), float(less + equal / 2)


def fisher(a, b, c, d):
    p, mid = exact(a, b, c, d)
    theirs = float(fisher_exact([[a, b], [c, d]])[1])
    assert abs(theirs - p) < 1e-9, (a, b, c, d, theirs, p)
    return {"table": [a, b, c, d], "p": p, "mid_p": mid}


def kappa(table):
    k = cohens_kappa(table)
    return {"table": table, "kappa": k.kappa, "error": k.std_kappa}


def table_of(size, most):
    return [[draw.randint(0, most) + (most if i == j else 0) for j in range(size)] for i in range(size)]


golden = {
    "made_with": {"scipy": scipy.__version__, "statsmodels": statsmodels.__version__, "mpmath": mpmath.__version__},
    "wilson": [wilson(c, n) for c, n in
               [(0, 39), (8, 39), (39, 39), (20, 40), (81, 263), (0, 1), (1, 1), (1, 2), (1, 1000000),
                (500000, 1000000), (999999, 1000000)]
               + [(draw.randint(0, n), n) for n in (11, 29, 30, 66, 80, 101, 126, 813, 4001)]],
    "wilson_list": [wilson_list(*x) for x in [(8, 39, 60), (0, 39, 348), (126, 126, 162), (20, 66, 259), (5, 11, 12)]],
    "newcombe": [newcombe(*x) for x in
                 [(56, 70, 48, 80), (9, 10, 3, 10), (10, 10, 0, 20), (0, 20, 10, 10), (0, 39, 0, 120), (39, 39, 80, 80)]
                 + [(draw.randint(0, m), m, draw.randint(0, n), n) for m, n in
                    ((30, 39), (66, 126), (101, 80), (813, 400), (12, 2000))]],
    "fisher": [fisher(*x) for x in
               [(28, 11, 60, 60), (8, 31, 20, 100), (3, 1, 1, 3), (10, 0, 0, 20), (0, 5, 0, 5), (1, 0, 0, 1),
                (0, 12, 7, 400), (200, 300, 260, 240)]
               + [(draw.randint(0, 60), draw.randint(0, 60), draw.randint(0, 60), draw.randint(0, 60))
                  for _ in range(20)]],
    "fisher_large": [dict(zip(("table", "p", "mid_p"), ([*x], *large(*x)))) for x in
                     [(500000, 500000, 501000, 499000), (1000, 999000, 1100, 998900), (20, 2999980, 45, 2999955),
                      (100000, 1900000, 50500, 949500)]],
    "holm": [{"p": p, "adjusted": [float(x) for x in multipletests(p, method="holm")[1]]} for p in
             [[.001, .012, .02, .03, .2], [.5], [.04, .04, .04], [draw.random() ** 3 for _ in range(40)]]],
    "kappa": [kappa(t) for t in
              [[[88, 10, 2], [14, 40, 6], [18, 10, 12]], [[20, 5], [10, 15]], table_of(5, 12), table_of(2, 30),
               table_of(8, 4)]],
}
path = pathlib.Path(__file__).with_name("golden_statistics.json")
path.write_text(json.dumps(golden, indent=1).replace("\n   ", " ").replace("\n  }", "}") + "\n")
print(path, sum(len(v) for k, v in golden.items() if k != "made_with"), "cases")
