"""Who calls, how long do they wait, and is a complaint answered well?

A complaint or a question comes in the two days after an encounter, when the lines are open. By phone the caller meets
the queue: a wait drawn from the Erlang-A table of that hour, and a patience of the caller's own. Who hangs up has not
been heard. The load of the table is that of a company of the scenario's reference size; it is taken from a fixed
pilot block of customers, so that no customer depends on another.
"""

from dataclasses import dataclass, fields
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from datasets.world import philox
from datasets.world.calendar import MICROSECONDS_PER_DAY, in_utc
from datasets.world.call_centre import Waits, agents_for, calls_by_hour_of_week, waits
from datasets.world.scenario import Scenario

HOURS_OF_WEEK = 168
_MICROSECONDS_PER_HOUR = MICROSECONDS_PER_DAY / 24
_WITHIN_HOURS = 48
# The company of the teas is then off by 1e-4 at most; where no readiness can do it, more turns would not help.
_TURNS = 30
TOPICS = ("product", "process", "staff", "billing")
# A complaint is closed within five days.
_DAYS_TO_ANSWER = 5.0

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Calls:
    """Complaints and questions; arrays (n,). `row` and `encounter` say whose, times are microseconds from the start."""

    row: Integers
    encounter: Integers
    started: Floats
    complained: Flags
    by_phone: Flags
    topic: NDArray[np.int8]
    wait_seconds: Floats
    abandoned: Flags
    handled_seconds: Floats
    answered_well: Flags
    answered: Floats
    """When a complaint was closed, infinite where it never was."""

    @classmethod
    def joined(cls, parts: "list[Calls]") -> "Calls":
        """Many as one; none as one without rows."""
        if not parts:
            empty = np.zeros(0)
            kinds = {"row": np.int64, "encounter": np.int64, "topic": np.int8}
            flags = ("complained", "by_phone", "abandoned", "answered_well")
            return cls(
                **{
                    one.name: empty.astype(bool if one.name in flags else kinds.get(one.name, float))
                    for one in fields(cls)
                }
            )
        return cls(
            **{one.name: np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(cls)}
        )


@dataclass(frozen=True)
class PhoneLine:
    """When the lines are open and how long callers wait, by hour of the week in UTC, from Monday."""

    scenario: Scenario
    waits: Waits | None
    """None: nobody waits, as in the pilot block."""
    waits_before: Waits | None = None
    switch_day: int = 0
    """Before this day `waits_before` holds."""

    @cached_property
    def calls_gone_by(self) -> Floats:
        """Readiness to call up to each hour (hours + 1,), over three weeks: two days from anywhere are inside."""
        return np.concatenate([[0.0], np.cumsum(np.tile(_readiness(self.scenario), 3))])

    def taken(
        self,
        *,
        row: Integers,
        encounter: Integers,
        day: Integers,
        at: Floats,
        complained: Flags,
        answered_share: Floats,
        words: tuple[philox.Words, ...],
    ) -> Calls:
        """What becomes of these complaints and questions (n,), made after encounters at `at`; two draws for each."""
        contact, answer = words
        by_phone = philox.uniform(contact[0]) < self.scenario.service.phone_share
        hour_of_week, started = self._when(day, at, philox.uniform(contact[1]))
        wait = np.zeros(len(row))
        abandoned = np.zeros(len(row), dtype=bool)
        if self.waits is not None:
            offered = self.waits.offered_seconds(hour_of_week, philox.uniform(contact[2]))
            if self.waits_before is not None:
                usual = self.waits_before.offered_seconds(hour_of_week, philox.uniform(contact[2]))
                offered = np.where(day < self.switch_day, usual, offered)
            patience = -np.log(philox.uniform(contact[3])) * (60 * self.scenario.call_centre.patience_minutes)
            abandoned = by_phone & (offered > patience)
            wait = np.where(by_phone, np.minimum(offered, patience), 0.0)
        handled = -np.log(philox.uniform(answer[1])) * (60 * self.scenario.call_centre.minutes_per_call)
        answered_well = complained & ~abandoned & (philox.uniform(answer[0]) < answered_share)
        closed = started + philox.uniform(answer[2]) * (_DAYS_TO_ANSWER * MICROSECONDS_PER_DAY)
        return Calls(
            row=row,
            encounter=encounter,
            started=started,
            complained=complained,
            by_phone=by_phone,
            topic=(answer[3] >> 30).astype(np.int8),
            wait_seconds=np.rint(wait),
            abandoned=abandoned,
            handled_seconds=np.where(abandoned, 0.0, np.ceil(handled)),
            answered_well=answered_well,
            answered=np.where(complained & ~abandoned, np.floor(closed), np.inf),
        )

    def _when(self, day: Integers, at: Floats, place: Floats) -> tuple[Integers, Floats]:
        """The hour of the week (n,) and the time (n,), spread over the next two days as calls are."""
        weekday = (day + self.scenario.start.weekday()) % 7
        in_day = at / _MICROSECONDS_PER_HOUR - 24.0 * day
        hour = 24 * weekday + np.clip(in_day, 0, 24)
        hours = np.arange(len(self.calls_gone_by), dtype=float)
        here, later = (np.interp(hour + ahead, hours, self.calls_gone_by) for ahead in (0, _WITHIN_HOURS))
        target = here + place * (later - here)
        open_hour = np.searchsorted(self.calls_gone_by, target, side="right") - 1
        inside = (target - self.calls_gone_by[open_hour]) / (
            self.calls_gone_by[open_hour + 1] - self.calls_gone_by[open_hour]
        )
        after = np.maximum(open_hour + inside - hour, 0)
        return open_hour % HOURS_OF_WEEK, np.floor(at + after * _MICROSECONDS_PER_HOUR)


def hour_shares(scenario: Scenario) -> Floats:
    """The share of a week's calls that falls in each of its hours (168,), in UTC, from Monday."""
    centre = scenario.call_centre
    hours, weekdays = np.array(centre.hours), np.array(centre.weekdays)
    by_hour = calls_by_hour_of_week(
        calls_per_week=1.0, hour_shares=hours / hours.sum(), weekday_shares=weekdays / weekdays.sum()
    )
    return in_utc(by_hour, scenario)


def _readiness(scenario: Scenario) -> Floats:
    """How ready to call people are in each hour of the week (168,), so that the week's calls have `hour_shares`.

    Everybody calls within two days of an order, so hours to which few orders lead need a greater readiness. Found by
    scaling in turns, as in Sinkhorn (1967), "Diagonal equivalence to matrices with prescribed row and column sums",
    American Mathematical Monthly 74(4), 402–405.
    """
    calls, market = hour_shares(scenario), scenario.market
    hours = in_utc(market.hours, scenario) ** scenario.causes.season
    orders = np.zeros(HOURS_OF_WEEK)
    for one in scenario.businesses:
        # A contract is paid when its period is over, on any weekday alike.
        weekdays = (
            np.ones(7) if one.kind == "contract" else np.array(market.weekdays) ** scenario.causes.season
        )
        by_hour = np.outer(weekdays / weekdays.sum(), hours / hours.sum()).ravel()
        orders += max(one.share, one.also) * one.mean_rate_per_week * by_hour
    hour = np.arange(HOURS_OF_WEEK)
    ahead = (hour - hour[:, None]) % HOURS_OF_WEEK
    # Orders come in the middle of their hour: half of it is left, and half of the last hour is within reach.
    reach = (ahead <= _WITHIN_HOURS) - 0.5 * np.isin(ahead, (0, _WITHIN_HOURS))
    ready = calls
    for _ in range(_TURNS):
        made = ready * (reach.T @ (orders / orders.sum() / np.maximum(reach @ ready, 1e-300)))
        ready = ready * np.divide(calls, made, out=np.ones_like(made), where=made > 0)
    return ready


def phone_line(scenario: Scenario, *, calls_per_week: float, agents_factor: float) -> PhoneLine:
    """The lines of a company with so many calls, planned for them, with a factor on the agents.

    Raises ValueError for more calls or agents than a table of waits holds.
    """
    centre = scenario.call_centre
    calls_per_hour = calls_per_week * hour_shares(scenario)
    try:
        planned = agents_for(
            calls_per_hour=calls_per_hour,
            minutes_per_call=centre.minutes_per_call,
            load_factor=centre.load_factor,
        )
        table = waits(
            calls_per_hour=calls_per_hour,
            agents=np.ceil(planned * agents_factor).astype(np.int64),
            minutes_per_call=centre.minutes_per_call,
            patience_minutes=centre.patience_minutes,
        )
    except ValueError as error:
        too_many = f"scenario {scenario.name}: call_centre: {error}; lower reference_customers"
        raise ValueError(too_many) from None
    return PhoneLine(scenario=scenario, waits=table)
