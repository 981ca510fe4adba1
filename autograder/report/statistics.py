"""The formulas of the class report, each with where it is from.

difficulty      the part of the students who pass a test: a high one is an easy test.
discrimination  the point-biserial correlation between passing a test and the points that the rest
                of the assignment gave. "Rest" leaves the test's own points out, or every test
                would agree with itself: S. Henrysson, "Correction of item-total correlations in
                item analysis", Psychometrika 28 (1963), 211-218.
reliability     alpha = k / (k - 1) * (1 - sum of the k items' variances / variance of their sum):
                L. J. Cronbach, "Coefficient alpha and the internal structure of tests",
                Psychometrika 16 (1951), 297-334.

The bounds for discrimination are those of R. L. Ebel and D. A. Frisbie, "Essentials of Educational
Measurement", 5th edition (1991): below 0.20 a test tells little, from 0.30 it is good.
"""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean, pvariance

FEWEST = 5  # students, below which no figure is given
LITTLE, GOOD = 0.20, 0.30  # discrimination
FEW = 30  # students, below which figures are rough


def share_of(count: int, of: int) -> str:
    """Return a part of a class in per cent.

    >>> share_of(1, 3), share_of(1, 300), share_of(0, 300)
    ('33 %', '<1 %', '0 %')
    """
    share = 100 * count / of
    return "<1 %" if 0 < share < 1 else f"{share:.0f} %"


def point_biserial(passed: Sequence[bool], rest: Sequence[float]) -> float | None:
    """Return how passing goes with the rest: (M1 - M0) / s * sqrt(p (1 - p)).

    M1 and M0 are the means of those who passed and of those who did not, s is the standard
    deviation of all, p the part that passed. None where all passed, none did, or all are alike.

        >>> round(point_biserial([True, True, False, False, True], [4, 5, 1, 2, 3]), 4)
        0.866
    """
    if len(passed) < FEWEST or len({*passed}) < 2:
        return None
    spread = pvariance(rest) ** 0.5
    if spread == 0:
        return None
    yes = [points for was, points in zip(passed, rest, strict=True) if was]
    no = [points for was, points in zip(passed, rest, strict=True) if not was]
    part = len(yes) / len(passed)
    return float((fmean(yes) - fmean(no)) / spread * (part * (1 - part)) ** 0.5)


def cronbach_alpha(rows: Sequence[Sequence[float]]) -> float | None:
    """Return Cronbach's alpha of students' points, a row of the same items for each.

    None for less than two items or five students, or where all have the same sum.

        >>> cronbach_alpha([[1, 1], [2, 2], [3, 3], [4, 4], [5, 5]])
        1.0
    """
    if len(rows) < FEWEST or len(rows[0]) < 2:
        return None
    items = len(rows[0])
    whole = pvariance([sum(row) for row in rows])
    if whole == 0:
        return None
    single = sum(pvariance(column) for column in zip(*rows, strict=True))
    return float(items / (items - 1) * (1 - single / whole))
