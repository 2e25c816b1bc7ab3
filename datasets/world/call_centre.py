"""How long does a caller wait, and who hangs up?

Calls arrive at random, one line waits for several agents, and every caller has a patience of its own:
the Erlang-A queue, M/M/n+M. The wait that a caller is *offered* is the time until an agent would be
free, that is how long somebody with endless patience would stand in line. A caller hangs up if the
offered wait is longer than the patience, and waits for the shorter of the two.

Each hour of the week is taken as if it had gone on forever: nothing of a rush is left for the next hour.

With time measured in mean patiences, c = agents × patience / service time and η = calls per patience,
the offered wait q of somebody who finds all agents busy has density ∝ exp(−c·q + η·(1 − e^−q)) on q > 0.

Sources: C. Palm (1957), "Research on Telephone Traffic Carried by Full Availability Groups", Tele 1;
O. Garnett, A. Mandelbaum & M. Reiman (2002), "Designing a Call Center with Impatient Customers",
Manufacturing & Service Operations Management 4(3); S. Zeltyn & A. Mandelbaum (2005), "Call Centers with
Impatient Customers: Many-Server Asymptotics of the M/M/n+G Queue", Queueing Systems 51 (the density).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.integer]

MOST_AGENTS, MOST_CALLS_PER_HOUR = 10_000, 10_000_000
# A second's fraction to two years: beyond, the arithmetic below would lose digits, and no queue is meant.
SHORTEST_MINUTES, LONGEST_MINUTES = 0.001, 1_000_000.0

# The table runs over log odds of having been answered: ±37 is 1e-16 from either end.
_FURTHEST, _STEP = 37.5, 1 / 4
_PLACES = np.arange(-_FURTHEST, _FURTHEST + _STEP, _STEP)
_STEPS = len(_PLACES) - 1
# Where the density has fallen by e^−80 it is no longer looked at.
_FALL = 80.0
# Panels over that range: fine ones everywhere, and ever finer ones towards its start, where it may bend sharply.
_KNOTS = np.unique(np.concatenate([np.linspace(0, 1, 1025), np.geomspace(1e-20, 1, 640)]))
_GAUSS_POINTS = 0.5 + np.array([-1, 0, 1]) * np.sqrt(3 / 20)
_GAUSS_WEIGHTS = np.array([5, 8, 5]) / 18


@dataclass(frozen=True, eq=False)
class Waits:
    """The steady state of every hour, shapes (H,), and a table of the offered waits."""

    delayed: Floats
    """Share of callers who find all agents busy."""
    abandoned: Floats
    """Share of all callers who hang up before they are answered."""
    mean_wait_seconds: Floats
    """Mean over all callers, answered or not, of the time in line."""
    cubics: tuple[Floats, Floats, Floats, Floats]
    """Cubic in each step of the log odds, in seconds, highest power first, each of shape (H × steps,)."""

    def offered_seconds(self, hour: Integers, u: Floats) -> Floats:
        """The wait in seconds that each call is offered: 0 with probability 1 − delayed, rising with u.

        hour: (n,) integers, 0 … H − 1. u: (n,), 0 < u < 1, one uniform number a call. Infinite where nobody
        answers. Off by less than 1e-5 of the mean offered wait of the delayed.

        >>> monday = waits(calls_per_hour=[200], agents=[10], minutes_per_call=3, patience_minutes=2)
        >>> monday.delayed.round(3).tolist(), monday.abandoned.round(3).tolist()
        ([0.497], [0.137])
        >>> monday.offered_seconds(np.array([0, 0]), np.array([0.5, 0.9])).round(1).tolist()
        [0.0, 69.1]
        """
        unlucky = self.delayed[hour] - (1 - u)
        offered = np.zeros(len(u))
        late = np.flatnonzero(unlucky > 0)
        place = np.log(unlucky[late] / (1 - u[late]))
        place += _FURTHEST
        place *= 1 / _STEP
        step = place.astype(np.int64)
        place -= step
        step += hour[late].astype(np.int64) * _STEPS
        third, second, first, level = self.cubics
        seconds = third[step]
        for coefficient in (second, first, level):
            seconds *= place
            seconds += coefficient[step]
        offered[late] = seconds
        return offered


def waits(
    *, calls_per_hour: ArrayLike, agents: ArrayLike, minutes_per_call: float, patience_minutes: float
) -> Waits:
    """The Erlang-A queue of each hour in its steady state.

    calls_per_hour: (H,), expected calls; agents: (H,), whole numbers on duty; minutes_per_call: mean length
    of a call with an agent; patience_minutes: mean patience, drawn exponentially by whoever makes the calls.
    Without agents everybody waits until patience ends. Raises ValueError naming the argument.
    """
    calls = _numbers("calls_per_hour", calls_per_hour, most=MOST_CALLS_PER_HOUR)
    on_duty = _whole_numbers("agents", agents, most=MOST_AGENTS)
    if calls.shape != on_duty.shape:
        raise ValueError(f"agents must have one number for each of the {len(calls)} calls_per_hour")
    for name, minutes in (("minutes_per_call", minutes_per_call), ("patience_minutes", patience_minutes)):
        if not SHORTEST_MINUTES <= minutes <= LONGEST_MINUTES:
            raise ValueError(
                f"{name} must lie between {SHORTEST_MINUTES} and {LONGEST_MINUTES:,.0f}, not {minutes:g}"
            )

    answered = on_duty > 0
    eta = calls / 60 * patience_minutes
    c = np.where(answered, on_duty, 1) * (patience_minutes / minutes_per_call)
    start, width, peak = _range(c, eta)

    mass, leaving = np.empty(len(c)), np.empty(len(c))
    cubics = np.empty((4, len(c), _STEPS))
    for hour in range(len(c)):
        mass[hour], leaving[hour], cubics[:, hour] = _offered(c[hour], eta[hour], start[hour], width[hour])
    cubics *= patience_minutes * 60

    # The odds that all agents are busy: Erlang B with one agent fewer against the mass of the waits.
    odds = _blocked(calls / 60 * minutes_per_call, on_duty - 1) * eta * np.exp(np.minimum(peak, 600)) * mass
    delayed = np.where(answered, odds / (1 + odds), 1.0)
    abandoned = np.where(answered, delayed * leaving, 1.0)
    cubics[:3, ~answered] = 0
    cubics[3, ~answered] = np.inf
    third, second, first, level = cubics.reshape(4, -1)
    return Waits(
        delayed=delayed,
        abandoned=abandoned,
        # Little's law for the line: calls × mean wait = length of the line = abandoning calls × mean patience.
        mean_wait_seconds=abandoned * patience_minutes * 60,
        cubics=(third, second, first, level),
    )


def calls_by_hour_of_week(
    *, calls_per_week: float, hour_shares: ArrayLike, weekday_shares: ArrayLike
) -> Floats:
    """Expected calls in each hour of the week, shape (168,), from Monday 00:00.

    hour_shares: (24,), weekday_shares: (7,) from Monday; only their proportions count. Raises ValueError
    naming the argument.

    >>> calls_by_hour_of_week(calls_per_week=336, hour_shares=[1] * 24, weekday_shares=[1] * 7)[:3].tolist()
    [2.0, 2.0, 2.0]
    """
    if not 0 <= calls_per_week < np.inf:
        raise ValueError(f"calls_per_week must be 0 or more, not {calls_per_week:g}")
    shares = []
    for name, given, count in (("weekday_shares", weekday_shares, 7), ("hour_shares", hour_shares, 24)):
        numbers = _numbers(name, given, most=1e9)
        if len(numbers) != count or not numbers.any():
            raise ValueError(f"{name} must hold {count} numbers, not all of them 0")
        shares.append(numbers / numbers.sum())
    return calls_per_week * np.outer(*shares).ravel()


def agents_for(
    *, calls_per_hour: ArrayLike, minutes_per_call: float, load_factor: float
) -> NDArray[np.int64]:
    """Agents on duty in each hour, shape (H,): the offered load in Erlangs × load_factor, rounded up.

    Where no calls come nobody is on duty. Raises ValueError naming the argument.

    >>> agents_for(calls_per_hour=[0, 1, 200], minutes_per_call=3, load_factor=1.4).tolist()
    [0, 1, 14]
    """
    calls = _numbers("calls_per_hour", calls_per_hour, most=MOST_CALLS_PER_HOUR)
    for name, number in (("minutes_per_call", minutes_per_call), ("load_factor", load_factor)):
        if not 0 < number < np.inf:
            raise ValueError(f"{name} must be more than 0, not {number:g}")
    # 200 calls × 3 / 60 × 1.1 must be 11 agents, also where floating point makes it a hair more.
    agents = np.ceil(calls * (minutes_per_call / 60 * load_factor) - 1e-9)
    if (agents > MOST_AGENTS).any():
        raise ValueError(f"load_factor asks for more than {MOST_AGENTS:,} agents in an hour")
    return np.where(calls > 0, np.maximum(agents, 1), 0).astype(np.int64)


def _numbers(name: str, given: ArrayLike, *, most: float) -> Floats:
    numbers = np.asarray(given)
    if numbers.ndim != 1 or not len(numbers) or numbers.dtype.kind not in "iuf":
        raise ValueError(f"{name} must be a list of numbers")
    if not ((numbers >= 0) & (numbers <= most)).all():
        raise ValueError(f"{name} must lie between 0 and {most:,.0f}")
    return numbers.astype(np.float64)


def _whole_numbers(name: str, given: ArrayLike, *, most: int) -> NDArray[np.int64]:
    numbers = _numbers(name, given, most=most)
    if (numbers != np.floor(numbers)).any():
        raise ValueError(f"{name} must be whole numbers")
    return numbers.astype(np.int64)


def _blocked(load: Floats, agents: NDArray[np.int64]) -> Floats:
    """Erlang B, (H,): the share blocked if nobody could wait. 1 where agents ≤ 0."""
    blocked = np.ones(len(load))
    for number in range(1, int(agents.max()) + 1):
        blocked = np.where(number <= agents, load * blocked / (number + load * blocked), blocked)
    return blocked


def _fall(c: Floats | float, curve: Floats | float, x: Floats) -> Floats:
    """How far the log density lies at mode + x below the mode; curve = η·e^−mode."""
    return c * x + curve * np.expm1(-x)


def _range(c: Floats, eta: Floats) -> tuple[Floats, Floats, Floats]:
    """Where the density of the offered waits lives: (start − mode, width, log density at the mode), (H,) each."""
    mode = np.log(np.maximum(eta / c, 1))
    curve = np.minimum(eta, c)
    ends = []
    for furthest, sign in ((mode, -1), (1 + _FALL / c, 1)):
        near, far = np.zeros(len(c)), furthest
        for _ in range(60):
            middle = (near + far) / 2
            beyond = _fall(c, curve, sign * middle) > _FALL
            near, far = np.where(beyond, near, middle), np.where(beyond, middle, far)
        ends.append(far)
    before, after = ends
    return -before, before + after, np.where(eta > c, eta - c - c * mode, 0.0)


def _offered(c: float, eta: float, start: float, width: float) -> tuple[float, float, Floats]:
    """One hour: mass of the density over its height at the mode, mean of 1 − e^−q, cubics (4, steps)."""
    mode, curve = np.log(max(eta / c, 1)), min(eta, c)
    knots = width * _KNOTS
    lengths = np.diff(knots)[:, None]
    x = knots[:-1, None] + lengths * _GAUSS_POINTS
    areas = lengths * _GAUSS_WEIGHTS * np.exp(-_fall(c, curve, start + x))
    panels = areas.sum(axis=1)
    mass = float(panels.sum())
    leaving = float((areas * -np.expm1(-(mode + start + x))).sum()) / mass

    # Both tails are summed up from their own end: neither loses its digits.
    below, above = np.cumsum(panels)[:-1], np.cumsum(panels[::-1])[-2::-1]
    odds = np.log(below / above)
    inner = knots[1:-1]
    slope = below * above / mass / np.exp(-_fall(c, curve, start + inner))
    at = np.clip(np.searchsorted(odds, _PLACES) - 1, 0, len(odds) - 2)
    gap = odds[at + 1] - odds[at]
    third, second, first, level = _cubics(inner[at], inner[at + 1], slope[at] * gap, slope[at + 1] * gap)
    part = (_PLACES - odds[at]) / gap
    inner = ((third * part + second) * part + first) * part + level
    chance = 1 / (1 + np.exp(_PLACES))
    slopes = _STEP * chance * (1 - chance) * mass / np.exp(-_fall(c, curve, start + inner))
    heights = (mode + start) + inner
    return mass, leaving, np.stack(_cubics(heights[:-1], heights[1:], slopes[:-1], slopes[1:]))


def _cubics(start: Floats, end: Floats, slope: Floats, last: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """The cubics on 0 … 1 with these heights and slopes at their two ends, highest power first."""
    rise = end - start
    return slope + last - 2 * rise, 3 * rise - 2 * slope - last, slope, start
