"""What is the company like on a given day, and how fast does a customer's clock run?

Everything that depends on the date alone stands in arrays by day: season, sale, outages, a competitor's offers, and
what the policy sets. Where the policy changes on a date, the arrays change there.

A customer's next order comes when a remaining unit exponential is used up. It is used up faster in season, in the
sale, or after a campaign; so there is a clock that counts weeks of the usual pace. Customers differ in what campaigns
do to them, and each kind of difference has its own clock. A change of pace redraws nothing.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from datasets.world import philox
from datasets.world.draws import DAY, WEEK, draw
from datasets.world.policy import Policy
from datasets.world.scenario import Scenario

MICROSECONDS_PER_DAY = 24 * 3600 * 10**6

UNMOVED, PERSUADABLE, SLEEPING_DOG = range(3)

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Calendar:
    """Arrays by day, each (days,), from the company's start."""

    pace: Floats
    """Order rate against the usual: season and sale."""
    quality: Floats
    """Quality above the usual, in points: service level less outages."""
    price: Floats
    """Price against the usual, without the sale."""
    sale_cut: Floats
    service_push: Floats
    price_push: Floats
    competitor_push: Floats
    """Factors on the odds of leaving for each of these reasons: bonds, and a competitor's offer."""
    answered_share: Floats
    loyalty: NDArray[np.bool_]
    cost_per_encounter: Floats
    """Cents for the service level and the bonds."""
    switch_day: int
    """The day from which the policy holds; before it, the usual one."""


def calendar(scenario: Scenario, policy: Policy, *, days: int, seed: int) -> Calendar:
    """The company's calendar over so many days."""
    causes, market, costs = scenario.causes, scenario.market, scenario.costs
    dates = [scenario.start + timedelta(days=day) for day in range(days)]
    months = np.array(market.months, dtype=float)[[one.month - 1 for one in dates]]
    weekdays = np.array(market.weekdays, dtype=float)[[one.weekday() for one in dates]]
    sale = np.array([_in_sale(scenario, one) for one in dates])
    number = np.arange(days)
    nobody = np.zeros(days, dtype=np.int64)
    down = philox.uniform(draw(nobody, number, purpose=DAY, seed=seed)[0]) < scenario.service.outage_share
    offer = philox.uniform(draw(nobody, number // 7, purpose=WEEK, seed=seed)[0]) < market.offer_share
    switch_day = min(7 * policy.from_week, days)
    usual = scenario.policy

    def by_day(name: str) -> Floats:
        return np.where(number < switch_day, float(getattr(usual, name)), float(getattr(policy, name)))

    financial, social, structural = (by_day(f"{kind}_bond") for kind in ("financial", "social", "structural"))
    tied = causes.structural_bond * structural
    return Calendar(
        pace=(months * weekdays) ** causes.season * (1 + causes.sale * sale),
        quality=by_day("service_points") - causes.outage * down,
        price=1 + by_day("price_change"),
        sale_cut=causes.sale_discount * sale,
        service_push=np.exp(-causes.social_bond * social - tied),
        price_push=np.exp(-causes.financial_bond * financial - tied),
        competitor_push=np.exp(
            causes.competitor * offer - causes.social_bond * social - causes.financial_bond * financial - tied
        ),
        answered_share=by_day("answered_share"),
        loyalty=by_day("loyalty_programme") > 0,
        cost_per_encounter=costs.service_point_cents * by_day("service_points")
        + costs.financial_bond_cents * financial
        + costs.social_bond_cents * social
        + costs.structural_bond_cents * structural,
        switch_day=switch_day,
    )


def _in_sale(scenario: Scenario, day: date) -> bool:
    """Whether the anniversary sale is on; a sale late in December runs into January."""
    market = scenario.market
    for year in (day.year - 1, day.year):
        first = date(year, market.sale_month, market.sale_day)
        if 0 <= (day - first).days < market.sale_days:
            return True
    return False


@dataclass(frozen=True)
class Clock:
    """Weeks of the usual pace, for each class of customers: arrays by class and day, laid out flat, class by class."""

    elapsed: Floats
    """At the beginning of each day, of the day after the last, and endless after it: days + 2 a class."""
    pace: Floats
    """Of each day; the last two are as the last day."""
    days: int
    campaigns: int
    cell: float
    guide: Integers
    """For each class and each step of `cell` on the clock, the day in which the step begins."""
    cells: int
    most_days_a_cell: int

    def of(self, *, response: Integers, mask: Integers | None) -> Integers:
        """The class (n,) of customers who respond so and were contacted in the campaigns of `mask`; None: in none."""
        if mask is None:
            return np.zeros(len(response), dtype=np.int64)
        return np.where(response == UNMOVED, 0, 1 + ((response - 1) << self.campaigns) + mask)

    def read(self, kind: Integers, day: Integers, place: Floats | float) -> Floats:
        """The clock (n,) at `place`, a share of the day gone by."""
        at = kind * (self.days + 2) + day
        return self.elapsed.take(at) + place * self.pace.take(at)

    def when(self, kind: Integers, reading: Floats) -> tuple[Integers, Floats]:
        """The day (n,) and the place in it at which the clock shows `reading`; the day after the last when beyond."""
        first = kind * (self.days + 2)
        reading = np.minimum(reading, self.elapsed.take(first + self.days))
        cell = (reading * (1 / self.cell)).astype(np.int64)
        at = first + self.guide.take(kind * self.cells + np.minimum(cell, self.cells - 1))
        for _ in range(self.most_days_a_cell):
            at += self.elapsed.take(at + 1) <= reading
        place = (reading - self.elapsed.take(at)) / self.pace.take(at)
        return at - first, np.clip(place, 0, _LAST_PLACE)


_MOST_CELLS = 2**16
_LAST_PLACE = 1 - 2.0**-40


def clock(scenario: Scenario, calendar: Calendar) -> Clock:
    """The clocks of all classes: unmoved, then persuadables and sleeping dogs by the campaigns that reached them."""
    campaigns, days = scenario.campaigns, len(calendar.pace)
    day = np.arange(days)
    classes = 1 + 2 * 2 ** len(campaigns) if campaigns else 1
    pace = np.tile(calendar.pace, (classes, 1))
    for place, campaign in enumerate(campaigns):
        at_work = (day >= 7 * campaign.week) & (day < 7 * (campaign.week + campaign.weeks))
        for response, factor in (
            (PERSUADABLE, 1 + scenario.causes.persuasion),
            (SLEEPING_DOG, 1 - scenario.causes.annoyance),
        ):
            for mask in range(2 ** len(campaigns)):
                if mask >> place & 1:
                    pace[1 + ((response - 1) << len(campaigns)) + mask, at_work] *= factor
    pace /= 7
    elapsed = np.full((classes, days + 2), np.inf)
    elapsed[:, 0] = 0
    np.cumsum(pace, axis=1, out=elapsed[:, 1:-1])
    # Steps as short as the slowest day is long hold one midnight at most, unless they would be too many.
    end = elapsed[:, days].max()
    cell = max(pace.min(), end / _MOST_CELLS)
    cells = int(end / cell) + 2
    steps = np.arange(cells) * cell
    guide = np.stack([np.searchsorted(one[:-1], steps, side="right") - 1 for one in elapsed])
    return Clock(
        elapsed=elapsed.ravel(),
        pace=np.concatenate([pace, pace[:, -1:], pace[:, -1:]], axis=1).ravel(),
        days=days,
        campaigns=len(campaigns),
        cell=cell,
        guide=guide.ravel(),
        cells=cells,
        most_days_a_cell=max(int(np.ceil(cell / pace.min())), 1),
    )


@dataclass(frozen=True)
class Hours:
    """How a day's orders spread over its hours: the share gone by (25,) at each full hour, in UTC."""

    gone_by: Floats
    even: bool
    """Whether all hours are alike."""

    def clock_time(self, place: Floats) -> Floats:
        """Microseconds from midnight (n,) at which the share `place` of the day's orders has come."""
        if self.even:
            return place * MICROSECONDS_PER_DAY
        return np.interp(place, self.gone_by, np.arange(25.0)) * (MICROSECONDS_PER_DAY / 24)

    def gone_by_at(self, part: Floats) -> Floats:
        """The share of the day's orders (n,) that has come when this part of the day is over."""
        return np.interp(24 * part, np.arange(25.0), self.gone_by)


def hours(scenario: Scenario) -> Hours:
    """The hours of the shops, as far as the cause `season` makes them differ."""
    profile = np.array(in_utc(scenario.market.hours, scenario)) ** scenario.causes.season
    gone_by = np.concatenate([[0.0], np.cumsum(profile) / profile.sum()])
    return Hours(gone_by=gone_by, even=bool((profile == profile[0]).all()))


def in_utc(by_hour: tuple[float, ...] | Floats, scenario: Scenario) -> Floats:
    """A profile by local hour (of a day or a week) as one by hour in UTC, to the full hour."""
    return np.roll(np.asarray(by_hour, dtype=float), -round(scenario.market.utc_offset_hours))
