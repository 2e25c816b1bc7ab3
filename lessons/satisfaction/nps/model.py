"""How exactly is a net promoter score known?  Promoters less detractors, each answer worth +1, 0 or −1.

The score of n answers is the mean of n such values, so it has a standard error like any mean, and a surprisingly
large one: +1 and −1 lie far apart.

Sources: Reichheld (2003), "The One Number You Need to Grow", Harvard Business Review 81(12); Rocks (2016), "Interval
Estimation for the Net Promoter Score", The American Statistician 70(4) (the adjusted Wald interval).
"""

import itertools
import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Method = Literal["wald", "adjusted"]
Floats = NDArray[np.float64]
LEAST_PROMOTER, MOST_DETRACTOR = 9, 6
# Rocks adds three answers that nobody gave: ¾ detractor, 1½ passives, ¾ promoter.
ADDED_OUTSIDE, ADDED_ANSWERS = 0.75, 3.0
SIX_ANSWERS = (10, 9, 9, 8, 7, 3)


@dataclass(frozen=True, kw_only=True)
class Shares:
    """Promoters (9 and 10) and detractors (0 to 6) as shares of all customers; the rest is passive (7 and 8).

    Raises ValueError for shares below 0 or together above 1.

    >>> tea = Shares(promoters=0.45, detractors=0.17)
    >>> round(tea.score_points, 1), round(tea.margin_points(answers=200), 1), tea.answers_needed(margin_points=5)
    (28.0, 10.2, 833)
    """

    promoters: float
    detractors: float

    def __post_init__(self) -> None:
        """Refuse shares that make no sense."""
        if min(self.promoters, self.detractors) < 0 or self.promoters + self.detractors > 1 + 1e-12:
            raise ValueError(
                f"shares lie between 0 and 1, and together not above 1: {self.promoters}, {self.detractors}"
            )

    @property
    def passives(self) -> float:
        """The share of passives."""
        return max(1 - self.promoters - self.detractors, 0.0)

    @property
    def score_points(self) -> float:
        """The net promoter score, from −100 to 100."""
        return 100 * (self.promoters - self.detractors)

    @property
    def variance(self) -> float:
        """The variance of one answer that counts +1, 0 or −1: p + d − (p − d)²."""
        return max(self.promoters + self.detractors - (self.promoters - self.detractors) ** 2, 0.0)

    def margin_points(
        self, *, answers: float, confidence: float = 0.95, customers: float | None = None
    ) -> float:
        """Half the width of the interval, in points; `customers` is how many there are in all, None for no end.

        Raises ValueError for no answers, or more answers than customers.
        """
        if answers <= 0 or (customers is not None and answers > customers):
            raise ValueError(f"there must be between 1 and {customers} answers, not {answers}")
        return 100 * z_of(confidence) * math.sqrt(self.variance / answers * left_over(answers, customers))

    def answers_needed(
        self, *, margin_points: float, confidence: float = 0.95, customers: int | None = None
    ) -> int:
        """How many answers make the margin `margin_points` or less. Raises ValueError for a margin of 0 or less."""
        if margin_points <= 0:
            raise ValueError(f"margin_points must be above 0, not {margin_points}")
        wanted = self.variance * (100 * z_of(confidence) / margin_points) ** 2
        if customers == 1:
            return 1
        if customers is not None:
            wanted = wanted * customers / (customers - 1 + wanted)
        return max(math.ceil(wanted - 1e-9), 1)


def z_of(confidence: float) -> float:
    """The normal quantile that leaves half of 1 − `confidence` above. Raises ValueError outside 0 to 1.

    >>> round(z_of(0.95), 3)
    1.96
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not {confidence}")
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def left_over(answers: float, customers: float | None) -> float:
    """The finite population correction of a variance: (N − n) / (N − 1); 1 without end, 0 if there is one customer."""
    if customers is None:
        return 1.0
    if customers <= 1:
        return 0.0
    return (customers - answers) / (customers - 1)


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Answers counted by kind. Raises ValueError where there are none.

    >>> ten = Counts(promoters=5, passives=3, detractors=2)
    >>> [round(end, 1) for end in ten.interval_points(method="wald")]
    [-18.4, 78.4]
    """

    promoters: int
    passives: int
    detractors: int

    def __post_init__(self) -> None:
        """Refuse counts that make no sense."""
        if min(self.promoters, self.passives, self.detractors) < 0 or self.answers == 0:
            raise ValueError(f"counts must be 0 or more, and not all 0: {self}")

    @property
    def answers(self) -> int:
        """How many answered."""
        return self.promoters + self.passives + self.detractors

    @property
    def shares(self) -> Shares:
        """The shares among the answers."""
        return Shares(promoters=self.promoters / self.answers, detractors=self.detractors / self.answers)

    def interval_points(
        self, *, confidence: float = 0.95, method: Method = "adjusted", customers: int | None = None
    ) -> tuple[float, float]:
        """The interval of the score, in points: Wald's, or Rocks' adjusted one, which moves a little towards 0."""
        middle, error = self._middle_and_error(method)
        reach = z_of(confidence) * error * math.sqrt(left_over(self.answers, customers))
        return 100 * max(middle - reach, -1), 100 * min(middle + reach, 1)

    def standard_error_points(self) -> float:
        """The standard error of the score, in points."""
        return 100 * self._middle_and_error("wald")[1]

    def _middle_and_error(self, method: Method) -> tuple[float, float]:
        added, more = (ADDED_OUTSIDE, ADDED_ANSWERS) if method == "adjusted" else (0.0, 0.0)
        total = self.answers + more
        shares = Shares(
            promoters=(self.promoters + added) / total, detractors=(self.detractors + added) / total
        )
        return shares.score_points / 100, math.sqrt(shares.variance / total)


def counted(scores: ArrayLike) -> Counts:
    """Count answers from 0 to 10 by kind. Raises ValueError for none, or for a score outside 0 to 10.

    >>> counted([10, 9, 8, 6])
    Counts(promoters=2, passives=1, detractors=1)
    """
    answers = np.asarray(scores, dtype=float)
    if len(answers) and not ((answers >= 0) & (answers <= 10)).all():
        raise ValueError("scores lie between 0 and 10")
    promoters, detractors = int((answers >= LEAST_PROMOTER).sum()), int((answers <= MOST_DETRACTOR).sum())
    return Counts(promoters=promoters, passives=len(answers) - promoters - detractors, detractors=detractors)


@dataclass(frozen=True, kw_only=True)
class Change:
    """The later score less the earlier, in points, with its standard error, its interval and a two-sided p-value."""

    points: float
    standard_error_points: float
    low: float
    high: float
    p_value: float

    @property
    def real(self) -> bool:
        """Say whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0


def change(earlier: Counts, later: Counts, *, confidence: float = 0.95) -> Change:
    """Hold two independent surveys' scores against each other (Wald); their variances add up.

    >>> first, second = ((90, 76, 34), (98, 76, 26))
    >>> rise = change(*(Counts(promoters=p, passives=m, detractors=d) for p, m, d in (first, second)))
    >>> round(rise.points, 1), round(rise.low, 1), rise.real
    (8.0, -6.1, False)
    """
    points = later.shares.score_points - earlier.shares.score_points
    error = math.hypot(earlier.standard_error_points(), later.standard_error_points())
    return normal_change(points, error=error, confidence=confidence)


def normal_change(points: float, *, error: float, confidence: float) -> Change:
    """A change of so many points with its standard error (points), as the normal distribution judges it."""
    reach = z_of(confidence) * error
    p_value = 2 * (1 - NormalDist().cdf(abs(points) / error)) if error else float(points == 0)
    return Change(
        points=points,
        standard_error_points=error,
        low=points - reach,
        high=points + reach,
        p_value=p_value,
    )


def coverage(shares: Shares, *, answers: int, method: Method, confidence: float = 0.95) -> float:
    """How often the interval holds the true score: every possible count weighed by its multinomial chance.

    There are (n + 1)(n + 2) / 2 of them, so `answers` should stay below a few hundred.
    """
    inside, true = 0.0, shares.score_points
    logs = [math.log(share) if share > 0 else -math.inf for share in (shares.promoters, shares.detractors)]
    rest = math.log(shares.passives) if shares.passives > 0 else -math.inf
    for promoters, detractors in itertools.product(range(answers + 1), repeat=2):
        passives = answers - promoters - detractors
        if passives < 0:
            continue
        low, high = Counts(promoters=promoters, passives=passives, detractors=detractors).interval_points(
            confidence=confidence, method=method
        )
        if low - 1e-9 <= true <= high + 1e-9:
            powers = zip((promoters, detractors, passives), (*logs, rest), strict=True)
            log = sum(count * share for count, share in powers if count)
            ways = math.lgamma(answers + 1) - sum(
                math.lgamma(n + 1) for n in (promoters, detractors, passives)
            )
            inside += math.exp(ways + log)
    return inside


def twin(shares: Shares, *, promoters: float) -> Shares:
    """Another company with the same score and another share of promoters, as near to `promoters` as can be.

    >>> two = twin(Shares(promoters=0.45, detractors=0.17), promoters=0.30)
    >>> round(two.detractors, 2), round(two.passives, 2), round(two.score_points, 6)
    (0.02, 0.68, 28.0)
    """
    net = shares.promoters - shares.detractors
    held = min(max(promoters, net, 0.0), (1 + net) / 2)
    return Shares(promoters=held, detractors=max(held - net, 0.0))


def six_answers() -> pd.DataFrame:
    """Six answers: what each counts, and how far it lies from their mean, squared."""
    worth = np.array(
        [(score >= LEAST_PROMOTER) - (score <= MOST_DETRACTOR) for score in SIX_ANSWERS], dtype=float
    )
    return pd.DataFrame({"score": SIX_ANSWERS, "counts": worth, "squared": (worth - worth.mean()) ** 2})


def by_answers(shares: Shares, *, confidence: float = 0.95, customers: int | None = None) -> pd.DataFrame:
    """The margin in points at 10, 20, 50 … 10,000 answers, as far as there are so many customers."""
    sizes = [
        size for size in (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000) if size <= (customers or size)
    ]
    margins = [shares.margin_points(answers=n, confidence=confidence, customers=customers) for n in sizes]
    return pd.DataFrame({"answers": sizes, "margin": margins})


def left_after(shares: Shares, *, stay: tuple[float, float, float], years: int = 5) -> float:
    """The share of customers left after `years`, where promoters, passives and detractors stay by `stay` a year.

    Each year the kinds are mixed anew in the same shares.

    >>> round(left_after(Shares(promoters=0.45, detractors=0.17), stay=(0.9, 0.8, 0.5)), 3)
    0.316
    """
    if not all(0 <= one <= 1 for one in stay):
        raise ValueError(f"stay holds shares from 0 to 1, not {stay}")
    promoters, passives, detractors = stay
    yearly = shares.promoters * promoters + shares.passives * passives + shares.detractors * detractors
    return yearly**years


def repeated(
    shares: Shares, *, answers: int, surveys: int = 40, seed: int = 1, confidence: float = 0.95
) -> pd.DataFrame:
    """The same customers asked again and again: score, low, high (adjusted, points) and whether the interval holds."""
    chances = [shares.promoters, shares.passives, shares.detractors]
    drawn = np.random.default_rng(seed).multinomial(answers, chances, size=surveys)
    rows = []
    for promoters, passives, detractors in drawn.tolist():
        counts = Counts(promoters=promoters, passives=passives, detractors=detractors)
        low, high = counts.interval_points(confidence=confidence)
        rows.append((counts.shares.score_points, low, high, low <= shares.score_points <= high))
    return pd.DataFrame(rows, columns=["score", "low", "high", "holds"])
