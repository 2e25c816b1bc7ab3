"""Does the table of waits know what a real queue does?"""

import math
from collections import deque
from functools import cache
from heapq import heappop, heappush
from typing import Any, NamedTuple

import mpmath
import numpy as np
import pytest
from scipy import linalg

from datasets.world.call_centre import Waits, agents_for, calls_by_hour_of_week, waits


class Hour(NamedTuple):
    calls_per_hour: float
    agents: int
    minutes_per_call: float
    patience_minutes: float


# Slack, busy and overloaded; one agent; patience from much shorter to much longer than a call.
HOURS = [
    Hour(200, 14, 3, 2),
    Hour(280, 14, 3, 3),
    Hour(420, 14, 3, 4),
    Hour(4, 1, 12, 5),
    Hour(30, 1, 6, 0.2),
    Hour(30, 2, 6, 0.05),
    Hour(200, 11, 3, 60),
    Hour(900, 60, 4, 1),
]
SIMULATED = HOURS[:3]


def _waits(hour: Hour) -> Waits:
    return waits(
        calls_per_hour=[hour.calls_per_hour],
        agents=[hour.agents],
        minutes_per_call=hour.minutes_per_call,
        patience_minutes=hour.patience_minutes,
    )


def _offered(queue: Waits, u: np.ndarray) -> np.ndarray:
    return queue.offered_seconds(np.zeros(len(u), np.int64), u)


def _erlang_b(load: float, agents: int) -> float:
    blocked = 1.0
    for n in range(1, agents + 1):
        blocked = load * blocked / (n + load * blocked)
    return blocked


def _erlang_c(load: float, agents: int) -> float:
    b = _erlang_b(load, agents)
    return b / (1 - load / agents * (1 - b))


# Published figures


def test_the_example_of_garnett_mandelbaum_and_reiman() -> None:
    """50 agents, 48 calls a minute of one minute each, patience 2 minutes: 3.1 % hang up, 3.7 s in line."""
    queue = _waits(Hour(48 * 60, 50, 1, 2))
    assert queue.abandoned[0] == pytest.approx(0.031, abs=0.0005)
    assert queue.mean_wait_seconds[0] == pytest.approx(3.7, abs=0.05)
    # If nobody ever hung up, it would be 20.8 s.
    assert _waits(Hour(48 * 60, 50, 1, 1e6)).mean_wait_seconds[0] == pytest.approx(20.8, abs=0.05)


def test_the_textbook_case_of_erlang_c() -> None:
    """200 calls an hour of 3 minutes, 14 agents: 17.4 % wait if nobody hangs up."""
    assert _waits(Hour(200, 14, 3, 1e6)).delayed[0] == pytest.approx(0.174, abs=0.0005)


@pytest.mark.parametrize(("calls", "agents"), [(200, 11), (200, 14), (10, 1), (9000, 500)])
def test_endless_patience_is_erlang_c(calls: float, agents: int) -> None:
    queue = _waits(Hour(calls, agents, 3, 1e6))
    load = calls / 20
    delayed = _erlang_c(load, agents)
    assert queue.delayed[0] == pytest.approx(delayed, rel=1e-4)
    assert queue.mean_wait_seconds[0] == pytest.approx(delayed * 180 / (agents - load), rel=1e-4)
    late = np.array([0.9, 0.5, 1e-3, 1e-9])  # exponential for those who wait
    expected = -180 / (agents - load) * np.log(late)
    assert _offered(queue, 1 - late * delayed) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize(("calls", "agents"), [(200, 11), (200, 5), (20, 1)])
def test_no_patience_is_erlang_b(calls: float, agents: int) -> None:
    queue = _waits(Hour(calls, agents, 100, 0.001))
    assert queue.abandoned[0] == pytest.approx(_erlang_b(calls * 100 / 60, agents), rel=1e-3)


# Numerical outside checks


@pytest.mark.parametrize("hour", HOURS)
def test_the_steady_state_is_that_of_the_birth_and_death_chain(hour: Hour) -> None:
    chain = _chain(hour)
    line = np.maximum(np.arange(len(chain)) - hour.agents, 0) @ chain
    calls = hour.calls_per_hour / 60
    queue = _waits(hour)
    assert queue.delayed[0] == pytest.approx(chain[hour.agents :].sum(), rel=1e-8)
    assert queue.abandoned[0] == pytest.approx(line / hour.patience_minutes / calls, rel=1e-8)
    assert queue.mean_wait_seconds[0] == pytest.approx(60 * line / calls, rel=1e-8)


@pytest.mark.parametrize("hour", HOURS[1:6:2])
def test_the_offered_wait_is_how_long_the_line_ahead_takes_to_go(hour: Hour) -> None:
    """Whoever finds k in line waits until k of them and one call have gone: a chain that only dies."""
    busy = _chain(hour)[hour.agents :]
    rates = hour.agents / hour.minutes_per_call + np.arange(len(busy)) / hour.patience_minutes
    dying = np.diag(-rates) + np.diag(rates[1:], -1)
    queue = _waits(hour)
    u = 1 - busy.sum() * np.array([0.999, 0.9, 0.5, 0.1, 1e-4])
    for share, seconds in zip(u, _offered(queue, u), strict=True):
        longer = (busy @ linalg.expm(dying * (seconds / 60))).sum()
        assert longer == pytest.approx(1 - share, rel=1e-5)


def _chain(hour: Hour) -> np.ndarray:
    """The steady state of the number in the system, by solving the balance equations."""
    size = hour.agents + 150
    if hour.patience_minutes > 20:
        size += 150
    state = np.arange(size)
    deaths = np.minimum(state, hour.agents) / hour.minutes_per_call
    deaths += np.maximum(state - hour.agents, 0) / hour.patience_minutes
    births = np.full(size - 1, hour.calls_per_hour / 60)
    balance = np.diag(births, -1) + np.diag(deaths[1:], 1)
    balance -= np.diag(balance.sum(axis=0))
    balance[-1] = 1
    return linalg.solve(balance, np.eye(size)[-1])


@pytest.mark.parametrize(
    "hour",
    [
        *HOURS,
        Hour(9000, 500, 3, 2),
        Hour(12_000, 500, 3, 2),
        Hour(30_000, 500, 3, 2),
        Hour(60, 14, 3, 2),
        Hour(200, 14, 3, 600),
        Hour(600, 1, 600, 0.2),
        Hour(6000, 1, 60, 30),
    ],
)
def test_the_quantiles_agree_with_the_truncated_gamma_distribution_in_forty_digits(hour: Hour) -> None:
    """η·exp(−wait / patience) of those who wait is gamma with shape c, cut off at η."""
    queue = _waits(hour)
    z = np.append(np.linspace(-3.13, 4.11, 24), [-20.1, -9.1, 7.9, 12.4, 19.1])
    late = 1 / (1 + np.exp(z))  # share of the delayed who wait still longer
    patience = 60 * hour.patience_minutes
    scale = _offered(queue, 1 - queue.delayed[0] * (np.arange(1000) + 0.5) / 1000).mean()
    with mpmath.workdps(40):
        c = mpmath.mpf(hour.agents) * hour.patience_minutes / hour.minutes_per_call
        eta = mpmath.mpf(hour.calls_per_hour) / 60 * hour.patience_minutes
        whole = mpmath.gammainc(c, 0, eta)
        u = 1 - queue.delayed[0] * late
        for share, seconds in zip(u, _offered(queue, u), strict=True):
            t = eta * mpmath.exp(-mpmath.mpf(seconds) / patience)
            longer = mpmath.gammainc(c, 0, t) / whole
            density = t**c * mpmath.exp(-t) / whole / patience
            expected = (1 - mpmath.mpf(share)) / mpmath.mpf(queue.delayed[0])
            assert abs(float((longer - expected) / density / scale)) < 1e-5


# The queue itself, event by event


@cache
def _simulated(hour: Hour, callers: int = 200_000, before: int = 4_000) -> tuple[np.ndarray, ...]:
    """Seconds in line, who had to wait and who hung up, after a start that is not counted."""
    rng = np.random.default_rng(20)
    count = callers + before
    arrives = np.cumsum(rng.exponential(60 / hour.calls_per_hour, count)).tolist()
    talks = rng.exponential(hour.minutes_per_call, count).tolist()
    patience = rng.exponential(hour.patience_minutes, count)
    gives_up = (np.array(arrives) + patience).tolist()
    waited, hung_up, delayed = np.zeros(count), np.zeros(count, bool), np.zeros(count, bool)
    line: deque[int] = deque()
    call_ends: list[float] = []
    for caller, now in enumerate(arrives):
        while call_ends and call_ends[0] <= now:
            free = heappop(call_ends)
            while line:
                first = line.popleft()
                if gives_up[first] > free:
                    waited[first] = free - arrives[first]
                    heappush(call_ends, free + talks[first])
                    break
                waited[first], hung_up[first] = patience[first], True
        if len(call_ends) < hour.agents:
            heappush(call_ends, now + talks[caller])
        else:
            line.append(caller)
            delayed[caller] = True
    kept = slice(before, len(arrives) - len(line))
    return 60 * waited[kept], delayed[kept], hung_up[kept]


def _apart(lived: np.ndarray, expected: float) -> float:
    """How many standard errors apart: those of 50 batches, as callers in one rush wait alike."""
    batches = lived[: len(lived) // 50 * 50].reshape(50, -1).mean(axis=1)
    return abs(batches.mean() - expected) / (batches.std(ddof=1) / math.sqrt(50))


@pytest.mark.parametrize("hour", SIMULATED)
def test_shares_and_means_are_those_of_the_simulated_queue(hour: Hour) -> None:
    waited, delayed, hung_up = _simulated(hour)
    queue = _waits(hour)
    assert len(waited) > 199_000
    assert _apart(delayed, queue.delayed[0]) < 4
    assert _apart(hung_up, queue.abandoned[0]) < 4
    assert _apart(waited, queue.mean_wait_seconds[0]) < 4


@pytest.mark.parametrize("hour", SIMULATED)
def test_waits_are_spread_as_in_the_simulated_queue(hour: Hour) -> None:
    """In line for more than x are those who are offered more and have the patience."""
    waited, _, _ = _simulated(hour)
    queue = _waits(hour)
    offered_more = queue.delayed[0] * np.append(np.arange(0.95, 0, -0.05), [0.02, 0.005])
    for x, share in zip(_offered(queue, 1 - offered_more), offered_more, strict=True):
        assert _apart(waited > x, share * math.exp(-x / 60 / hour.patience_minutes)) < 4


@pytest.mark.parametrize("hour", SIMULATED)
def test_a_caller_with_a_drawn_patience_lives_what_the_table_says(hour: Hour) -> None:
    """As the engine uses it: hangs up if offered > patience, waits for the shorter of both."""
    rng = np.random.default_rng(3)
    queue = _waits(hour)
    offered = _offered(queue, rng.random(400_000))
    patience = rng.exponential(60 * hour.patience_minutes, 400_000)
    assert _apart(offered > 0, queue.delayed[0]) < 4
    assert _apart(offered > patience, queue.abandoned[0]) < 4
    assert _apart(np.minimum(offered, patience), queue.mean_wait_seconds[0]) < 4


# Edges


def test_a_larger_u_never_waits_less_and_nobody_waits_below_one_minus_delayed() -> None:
    z = np.linspace(-36, 36, 20_001)
    u = 1 / (1 + np.exp(-z))
    u = u[u < 1]
    for hour in [*HOURS, Hour(30_000, 500, 3, 2), Hour(9000, 500, 3, 2), Hour(200, 14, 3, 1e6)]:
        queue = _waits(hour)
        rising = np.sort(np.append(u, 1 - queue.delayed[0] * u))
        offered = _offered(queue, rising[rising < 1])
        assert (np.diff(offered) >= 0).all() and np.isfinite(offered).all()
        # The last to be answered at once, and the first to wait.
        edge = 1 - queue.delayed[0] + np.array([-1e-9, 1e-9])
        if edge[0] > 0:
            assert (_offered(queue, edge) > 0).tolist() == [False, True]


def test_every_hour_has_its_own_queue() -> None:
    together = waits(
        calls_per_hour=[0, 200, 300, 200], agents=[3, 14, 14, 0], minutes_per_call=3, patience_minutes=2
    )
    hour = np.array([2, 0, 1, 3, 2, 1], dtype=np.int32)
    u = np.array([0.9, 0.99, 0.95, 0.01, 0.2, 0.99])
    one, two = _waits(Hour(200, 14, 3, 2)), _waits(Hour(300, 14, 3, 2))
    expected = [_offered(two, u[:1])[0], 0, _offered(one, u[2:3])[0], math.inf]
    expected += [_offered(two, u[4:5])[0], _offered(one, u[5:])[0]]
    assert together.offered_seconds(hour, u).tolist() == expected
    assert together.offered_seconds(hour[:0], u[:0]).shape == (0,)


def test_no_calls_no_wait_and_no_agents_no_answer() -> None:
    queue = waits(calls_per_hour=[0, 50, 0], agents=[2, 0, 0], minutes_per_call=3, patience_minutes=2)
    assert queue.delayed.tolist() == [0, 1, 1]
    assert queue.abandoned.tolist() == [0, 1, 1]
    assert queue.mean_wait_seconds.tolist() == [0, 120, 120]
    offered = queue.offered_seconds(np.array([0, 1, 2]), np.array([1 - 1e-15, 1e-15, 0.5]))
    assert offered.tolist() == [0, math.inf, math.inf]


def test_in_a_great_overload_everybody_waits_until_enough_have_hung_up() -> None:
    """The fluid limit: 1 − agents / load hang up, and the wait is where that share of patience has ended."""
    queue = _waits(Hour(20_000, 500, 3, 5))
    assert queue.delayed[0] == pytest.approx(1, abs=1e-9)
    assert queue.abandoned[0] == pytest.approx(0.5, abs=1e-6)
    assert _offered(queue, np.array([0.5]))[0] == pytest.approx(300 * math.log(2), rel=1e-3)


def test_any_valid_numbers_give_a_valid_queue() -> None:
    rng = np.random.default_rng(5)
    u = np.sort(rng.random(200))
    for _ in range(60):
        minutes, patience = 10 ** rng.uniform(-3, 6, 2)
        calls = np.append(10 ** rng.uniform(-6, 7, 6), [1e7, 0, 1e-300])
        agents = np.append((10 ** rng.uniform(0, 3, 6)).astype(int), [1, 10, 1])
        queue = waits(
            calls_per_hour=calls, agents=agents, minutes_per_call=minutes, patience_minutes=patience
        )
        for shares in (queue.delayed, queue.abandoned):
            assert ((shares >= 0) & (shares <= 1 + 1e-12)).all()
        load = calls * minutes / 60
        assert (queue.abandoned >= 1 - agents / np.maximum(load, 1e-300) - 1e-6).all()
        offered = queue.offered_seconds(np.repeat(np.arange(9), 200), np.tile(u, 9)).reshape(9, 200)
        assert np.isfinite(offered).all() and (offered >= 0).all()
        assert (np.diff(offered, axis=1) >= 0).all()


# A week of calls, and who answers them


def test_the_calls_of_a_week_are_spread_by_weekday_and_hour() -> None:
    hours, days = np.arange(24) / 276, np.array([5, 4, 4, 4, 5, 2, 0])
    calls = calls_by_hour_of_week(calls_per_week=1200, hour_shares=hours, weekday_shares=days)
    assert calls.shape == (168,) and calls.sum() == pytest.approx(1200)
    assert calls[4 * 24 + 23] == pytest.approx(1200 * 5 / 24 * 23 / 276)  # Friday, 23:00
    assert (calls[6 * 24 :] == 0).all()


def test_agents_are_the_load_times_the_factor_rounded_up() -> None:
    given = agents_for(calls_per_hour=[0, 0.1, 20, 200, 201], minutes_per_call=3, load_factor=1.1)
    assert given.tolist() == [0, 1, 2, 11, 12]


QUEUE = {"calls_per_hour": [10.0], "agents": [2], "minutes_per_call": 3.0, "patience_minutes": 2.0}
WEEK = {"calls_per_week": 10, "hour_shares": [1] * 24, "weekday_shares": [1] * 7}
STAFF = {"calls_per_hour": [10], "minutes_per_call": 3, "load_factor": 1.2}
NO_LENGTH = [0, -1, math.nan, math.inf]


@pytest.mark.parametrize(
    ("build", "good", "name", "wrongs"),
    [
        (waits, QUEUE, "calls_per_hour", [[-1], [math.nan], [math.inf], [[1]], [], 5, ["ten"], [1e8]]),
        (waits, QUEUE, "agents", [[-1], [1.5], [1, 2], [math.nan], [1_000_000]]),
        (waits, QUEUE, "minutes_per_call", NO_LENGTH),
        (waits, QUEUE, "patience_minutes", NO_LENGTH),
        (calls_by_hour_of_week, WEEK, "calls_per_week", [-1, math.nan, math.inf]),
        (calls_by_hour_of_week, WEEK, "hour_shares", [[1] * 23, [0] * 24]),
        (calls_by_hour_of_week, WEEK, "weekday_shares", [[1] * 8, [-1, 1, 1, 1, 1, 1, 1]]),
        (agents_for, STAFF, "calls_per_hour", [[-1], "ten"]),
        (agents_for, STAFF, "minutes_per_call", NO_LENGTH),
        (agents_for, STAFF, "load_factor", [*NO_LENGTH, 1e9]),
    ],
)
def test_wrong_numbers_are_refused_by_name(build: Any, good: dict[str, Any], name: str, wrongs: list) -> None:
    build(**good)
    for wrong in wrongs:
        with pytest.raises(ValueError, match=f"^{name}"):
            build(**(good | {name: wrong}))
