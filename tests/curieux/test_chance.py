#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The statistics of the inquisitive administrator against values worked out by hand or by trying everything."""

import itertools
import pathlib
import random
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))

import administrator  # noqa: E402
import chance  # noqa: E402


class Chance(unittest.TestCase):
    def test_correlation(self):
        self.assertEqual(chance.spearman([1, 2, 3], [10, 20, 30]), 1)
        self.assertEqual(chance.spearman([1, 2, 3], [3, 2, 1]), -1)
        self.assertAlmostEqual(chance.spearman([1, 2, 3, 4, 5], [5, 6, 7, 8, 7]), 0.8207826816681233)  # with a tie
        self.assertEqual(chance.spearman([1, 2, 3], [4, 4, 4]), 0)

    def test_limits(self):
        self.assertAlmostEqual(chance.limit_of_correlation(400), 0.20)
        self.assertEqual(chance.limit_of_hits(0), 0)
        self.assertEqual(chance.limit_of_hits(1), 8)  # P(X > 8) = 1.1e-6, P(X > 7) = 1.02e-5
        self.assertGreaterEqual(chance.limit_of_hits(100), 140)
        self.assertTrue(1126 < chance.limit_of_hits(1000) < 1150)  # where exp(-expected) is no number any more

    def test_matching(self):
        people = range(50)
        self.assertEqual(chance.match_by_rank({p: p * 3 for p in people}, {p: p + 7 for p in people})[0], 50)
        self.assertEqual(chance.match_by_rank({p: p for p in people}, {p: 1 for p in people})[0], 0)
        self.assertEqual(chance.match_by_rank({1: 1, 2: 2, 3: 3}, {1: 1, 3: 2, 4: 5})[:2], (2, 2))

    def test_matching_by_chance(self):
        """two hundred random orders stay under the limit, and give one hit on average"""
        rng, total = random.Random(4), 0
        for _ in range(200):
            hits, tries, expected = chance.match_by_rank({p: rng.random() for p in range(120)}, {p: rng.random() for p in range(120)})
            self.assertLessEqual(hits, chance.limit_of_hits(expected))
            total += hits
        self.assertTrue(140 < total < 260, total)

    def test_neighbours(self):
        """mean and variance of the walk, by all permutations of 6"""
        walks = [sum(abs(a - b) for a, b in zip(p, p[1:])) for p in itertools.permutations(range(6))]
        mean = sum(walks) / len(walks)
        self.assertAlmostEqual(mean, (36 - 1) / 3)
        self.assertAlmostEqual(sum((w - mean) ** 2 for w in walks) / len(walks), (6 - 2) * (6 + 1) * (24 - 7) / 90)
        order = {p: p for p in range(60)}
        self.assertGreater(chance.neighbours(order, order), 10)
        rng = random.Random(6)
        scores = [chance.neighbours(order, dict(enumerate(rng.sample(range(60), 60)))) for _ in range(2000)]
        self.assertAlmostEqual(sum(scores) / 2000, 0, delta=0.1)
        self.assertAlmostEqual(sum(z * z for z in scores) / 2000, 1, delta=0.15)

    def test_pairs(self):
        self.assertEqual(chance.pairs_together(list("aabbc")), (2, 4 / 5))

    def test_spellings(self):
        """a word is found in whatever spelling it lies in a file"""
        import base64
        word = "Marque0123abcd"
        for before in (b"", b"x", b"xy"):
            text = base64.b64encode(before + word.encode() + b" and more")
            self.assertTrue(any(form in text for form in administrator.forms_of(word)), before)
        self.assertTrue(any(form in b"--" + word.encode().hex().encode() for form in administrator.forms_of(word)))


if __name__ == "__main__":
    unittest.main()
