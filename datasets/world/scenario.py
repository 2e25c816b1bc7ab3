"""Which numbers make one company's customers differ from another's?

A scenario is one TOML file in datasets/scenarios: numbers only, the same in every language (its title is in
datasets/words). Customers differ from one another: purchase rates are gamma distributed, dropout
probabilities beta, mean spends inverse gamma. Adding a company is adding a file.

Source of the model: Fader, Hardie & Lee (2005), "Counting your customers the easy way", Marketing Science
24(2), 275–284 (leaving_from = 1); Batislam, Denizel & Filiztekin (2007), "Empirical validation and comparison
of models for customer base analysis", International Journal of Research in Marketing 24(3), 201–209
(leaving_from = 0); Fader & Hardie (2013), "The gamma-gamma model of monetary value".
"""

import math
import tomllib
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path

from datasets.world.people import LOCALES
from datasets.world.quantiles import LARGEST_SHAPE, SMALLEST_SHAPE

FOLDER = Path(__file__).parent.parent / "scenarios"
LONGEST_WEEKS = 2600
FASTEST_RATE_PER_WEEK = 50.0


@dataclass(frozen=True)
class Band:
    """A headline figure's plausible range, and where it comes from ("assumed", or a source)."""

    low: float
    high: float
    source: str


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One company in numbers.

    Purchase rate λ ~ gamma(shape `r`, rate `alpha_weeks`), in orders per week. Dropout probability after an
    order p ~ beta(`a`, `b`), decided after every encounter numbered `leaving_from` or higher (the first order
    is number 0): 1 is BG/NBD, 0 is MBG/NBD. A customer's orders are gamma(shape `p`, rate ν) cents, and
    ν ~ gamma(shape `q`, rate `gamma_cents`). Customers join evenly over `joining_weeks` from `start` on (or
    over the weeks lived, when those are fewer); history ends `weeks` after `start`. `locales` are shares of
    customers. Raises ValueError, naming the field, for a number that makes no sense.

    >>> tea = load_scenario("tea_shops")
    >>> round(tea.mean_rate_per_week, 3), round(tea.mean_dropout, 2), round(tea.mean_spend_cents)
    (0.174, 0.18, 8800)
    """

    name: str
    currency: str
    start: date
    weeks: int
    joining_weeks: float
    r: float
    alpha_weeks: float
    a: float
    b: float
    leaving_from: int
    p: float
    q: float
    gamma_cents: float
    locales: tuple[tuple[str, float], ...]
    bands: tuple[tuple[str, Band], ...] = ()

    def __post_init__(self) -> None:
        """Refuse numbers that make no sense."""
        for field in ("joining_weeks", "r", "alpha_weeks", "a", "b", "p", "q", "gamma_cents"):
            value = getattr(self, field)
            self._demand(type(value) in (int, float) and math.isfinite(value), field, "must be a number")
            self._demand(value > 0, field, "must be above 0")
        for field in ("r", "a", "b", "p", "q"):
            inside = SMALLEST_SHAPE <= getattr(self, field) <= LARGEST_SHAPE
            self._demand(inside, field, f"must lie between {SMALLEST_SHAPE} and {LARGEST_SHAPE:g}")
        self._demand(self.q > 1, "q", "must be above 1, or the mean spend would be infinite")
        self._demand(self.gamma_cents <= 1e9, "gamma_cents", "must be at most 1e9")
        self._demand(self.alpha_weeks <= 1e6, "alpha_weeks", "must be at most 1e6")
        slow = self.mean_rate_per_week <= FASTEST_RATE_PER_WEEK
        self._demand(
            slow, "alpha_weeks", f"must keep r / alpha_weeks to {FASTEST_RATE_PER_WEEK:g} orders a week"
        )
        weeks = type(self.weeks) is int and 1 <= self.weeks <= LONGEST_WEEKS
        self._demand(weeks, "weeks", f"must be a whole number from 1 to {LONGEST_WEEKS}")
        self._demand(self.joining_weeks <= LONGEST_WEEKS, "joining_weeks", f"must be at most {LONGEST_WEEKS}")
        leaving = type(self.leaving_from) is int and self.leaving_from in (0, 1)
        self._demand(leaving, "leaving_from", "must be 0 or 1")
        start = type(self.start) is date and 1970 <= self.start.year <= 2200
        self._demand(start, "start", "must be a date from 1970 to 2200, written 2024-01-01")
        currency = isinstance(self.currency, str) and len(self.currency) == 3 and self.currency.isupper()
        self._demand(currency, "currency", 'must be an ISO code such as "CNY"')
        for locale, share in self.locales:
            self._demand(locale in LOCALES, "locales", f"may name {', '.join(LOCALES)}")
            right = type(share) in (int, float) and 0 <= share <= 1
            self._demand(right, "locales", "must be shares from 0 to 1")
        whole = math.isclose(sum(share for _, share in self.locales), 1, abs_tol=1e-9)
        self._demand(whole, "locales", "must add up to 1")

    def _demand(self, holds: bool, field: str, rule: str) -> None:
        if not holds:
            value = getattr(self, field)
            shown = (
                str(value) if isinstance(value, date) else repr(dict(value) if field == "locales" else value)
            )
            raise ValueError(f"scenario {self.name}: {field} {rule}, not {shown}")

    @property
    def mean_rate_per_week(self) -> float:
        """Orders per week of the mean living customer, r / α."""
        return self.r / self.alpha_weeks

    @property
    def mean_dropout(self) -> float:
        """Mean probability of leaving after an order, a / (a + b)."""
        return self.a / (self.a + self.b)

    @property
    def mean_spend_cents(self) -> float:
        """Mean of the customers' mean spends, p γ / (q − 1), in cents."""
        return self.p * self.gamma_cents / (self.q - 1)


def scenarios() -> list[str]:
    """Names of all scenarios, found by looking into datasets/scenarios.

    >>> "tea_shops" in scenarios()
    True
    """
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load_scenario(name: str) -> Scenario:
    """The scenario of this name. Raises ValueError, listing the known names, when there is none."""
    if name not in scenarios():
        raise ValueError(f"there is no scenario {name!r}: choose one of {', '.join(scenarios())}")
    return parse_scenario(name, (FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def parse_scenario(name: str, toml: str) -> Scenario:
    """A scenario from the text of a TOML file. Raises ValueError, naming the field, for what is wrong."""
    try:
        numbers = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"scenario {name}: this is not TOML ({error})") from None
    known = {field.name for field in fields(Scenario)} - {"name"}
    if unknown := sorted(set(numbers) - known):
        raise ValueError(f"scenario {name}: {unknown[0]} is not a field of a scenario")
    if missing := sorted(known - {"bands"} - set(numbers)):
        raise ValueError(f"scenario {name}: {missing[0]} is missing")
    for table in ("locales", "bands"):
        if not isinstance(numbers.get(table, {}), dict):
            raise ValueError(f"scenario {name}: {table} must be a table")
    try:
        bands = tuple((figure, Band(**band)) for figure, band in numbers.pop("bands", {}).items())
    except TypeError:
        raise ValueError(f"scenario {name}: each of bands needs low, high and source") from None
    return Scenario(name=name, locales=tuple(numbers.pop("locales").items()), bands=bands, **numbers)
