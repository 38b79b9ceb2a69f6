# SPDX-License-Identifier: Apache-2.0
"""What guessing gives, and what is more than that: rank correlation, matching by rank, neighbours.

Limits are four standard errors. For counts of hits that is not enough by itself: with an expectation of one, five
are passed once in 1,700 guesses, and a run makes hundreds. So the limit is also the number that a Poisson law of that
expectation passes less than once in 10^5.
"""

import math


def ranks(values):
    """Ranks from 0, the mean rank for equal values."""
    order = sorted(range(len(values)), key=values.__getitem__)
    out, start = [0.0] * len(values), 0
    while start < len(order):
        end = start
        while end + 1 < len(order) and values[order[end + 1]] == values[order[start]]:
            end += 1
        for place in range(start, end + 1):
            out[order[place]] = (start + end) / 2
        start = end + 1
    return out


def spearman(left, right):
    """Rank correlation; 0 when one side is all equal, for then it orders nothing."""
    if len(left) != len(right):
        raise ValueError("two lists of different lengths")
    a, b = ranks(left), ranks(right)
    middle = (len(a) - 1) / 2
    up = sum((x - middle) * (y - middle) for x, y in zip(a, b))
    down = math.sqrt(sum((x - middle) ** 2 for x in a) * sum((y - middle) ** 2 for y in b))
    return up / down if down else 0.0


def limit_of_correlation(n):
    """Four standard errors: 0.20 for 400."""
    return 4 / math.sqrt(n) if n else 1.0


def limit_of_hits(expected):
    """The largest number of hits that chance may give."""
    if expected <= 0:
        return 0
    count, total = -1, 0.0
    while 1 - total > 1e-5:
        count += 1
        total += math.exp(count * math.log(expected) - expected - math.lgamma(count + 1))
    return max(count, math.floor(expected + 4 * math.sqrt(expected)))


def match_by_rank(left, right):
    """left and right: {person: value}. The guess: the k-th of one is the k-th of the other, persons apart that are
    on one side only. Gives hits, guesses and what chance expects."""
    people = sorted(left.keys() & right.keys())
    if len(people) < 2:
        return 0, len(people), 0.0
    by_left = sorted(people, key=lambda who: (left[who], repr(who)))
    by_right = sorted(people, key=lambda who: (right[who], repr(who)[::-1]))
    if len({left[who] for who in people}) == 1 or len({right[who] for who in people}) == 1:
        return 0, len(people), 1.0  # nothing is ordered: there is no guess to make
    return sum(a == b for a, b in zip(by_left, by_right)), len(people), 1.0


def match_by_group(left, right):
    """left and right: {person: key}. The guess: one of those on the right with the same key, at random. Gives
    the expected hits, the guesses, and what chance expects."""
    groups = {}
    for who, key in right.items():
        groups.setdefault(key, []).append(who)
    hits, tries = 0.0, 0
    for who, key in left.items():
        if who in right:
            tries += 1
            same = groups.get(key, [])
            hits += (who in same) / len(same) if same else 0
    return hits, tries, tries / max(1, len(right))


def neighbours(left, right):
    """Do those who are neighbours on the left lie nearer on the right than chance puts them? A z score.

    The steps |p(i+1) - p(i)| of a random permutation of n sum up to (n^2 - 1) / 3 on average, with the variance
    (n - 2)(n + 1)(4 n - 7) / 90.
    """
    people = sorted(left.keys() & right.keys(), key=lambda who: (left[who], repr(who)))
    n = len(people)
    if n < 10 or len({right[who] for who in people}) < 0.9 * n or len({left[who] for who in people}) < 0.9 * n:
        return 0.0
    places = ranks([right[who] for who in people])
    walk = sum(abs(a - b) for a, b in zip(places, places[1:]))
    return ((n * n - 1) / 3 - walk) / math.sqrt((n - 2) * (n + 1) * (4 * n - 7) / 90)


def pairs_together(owners):
    """owners: who wrote each text, in the order of the table. How many of one person's texts are side by side, and
    what chance expects."""
    together = sum(a == b for a, b in zip(owners, owners[1:]))
    counts = {}
    for who in owners:
        counts[who] = counts.get(who, 0) + 1
    n = len(owners)
    return together, (sum(c * (c - 1) for c in counts.values()) / n if n else 0.0)
