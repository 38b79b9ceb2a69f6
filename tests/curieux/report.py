# SPDX-License-Identifier: Apache-2.0
"""One line for every attack: what was guessed, how often it was right, what chance gives, what is allowed."""

import chance


class Report:
    def __init__(self):
        self.passed = self.failed = 0
        self.found = []  # (rate, test, what) of every attack that did better than chance

    def _line(self, good, test, text):
        self.passed += good
        self.failed += not good
        print(f"{'ok    ' if good else 'FAILED'} {test:<4} {text}", flush=True)

    def note(self, test, text):
        """What is known and declared: printed, never counted."""
        print(f"note   {test:<4} {text}", flush=True)

    def check(self, test, what, problems):
        """A list of problems, empty when right."""
        problems = [problems] if isinstance(problems, str) else list(problems or [])
        self._line(not problems, test, what + ("" if not problems else ": " + "; ".join(map(str, problems[:6]))))
        return not problems

    def guess(self, test, what, hits, tries, expected, rho=0.0, z=0.0):
        """An attack: hits of so many guesses, the strongest correlation and the strongest nearness of neighbours."""
        most, bound = chance.limit_of_hits(expected), chance.limit_of_correlation(tries)
        good = hits <= most and abs(rho) < bound and z < 4.5
        rate, by_chance = (hits / tries, expected / tries) if tries else (0.0, 0.0)
        text = f"{what}: {hits:g} of {tries} right, {100 * rate:.1f} % (chance {100 * by_chance:.1f} %, limit {most})"
        if tries:
            text += f", correlation {rho:+.2f} (limit {bound:.2f})"
        if z:
            text += f", neighbours {z:+.1f} (limit 4.5)"
        self._line(good, test, text)
        if not good:
            self.found.append((rate, test, what))
        return good

    def best(self):
        return max(self.found, default=(0.0, "", "nothing"))
