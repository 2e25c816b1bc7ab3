"""Do callers wait as in a real queue, when do they call, and when do they hang up?

Sources: Garnett, Mandelbaum & Reiman (2002), "Designing a Call Center with Impatient Customers", Manufacturing &
Service Operations Management 4(3) (the queue); Brown et al. (2005), "Statistical analysis of a telephone call
center", Journal of the American Statistical Association 100(469) (patience from waits that end in either way).
"""

import heapq
from functools import lru_cache
from typing import Any

import numpy as np
import pytest
from scipy import stats

from datasets.world import Policy, live
from datasets.world.scenario import Scenario
from tests.causes.estimators import Estimate, Frame, company, difference, finds, lived, poisson

# Three open hours a day, local time: one of rush, one usual, one quiet.
RUSH, USUAL, QUIET = 10, 14, 19
TALKATIVE = {"complaint_share": 0.0, "question_share": 0.9, "phone_share": 0.7}
OPEN = tuple({RUSH: 2.0, USUAL: 1.0, QUIET: 0.4}.get(hour, 0.0) for hour in range(24))
CENTRE = {
    "reference_customers": 20_000,
    "minutes_per_call": 5.0,
    "patience_minutes": 2.5,
    "load_factor": 1.05,
    "hours": OPEN,
    "weekdays": (1.0,) * 7,
}


def _scenario(business: str = "shop", *, season: float = 0.0, **centre: Any) -> Scenario:
    return company(
        business,
        main={"r": 2.0, "period_days": 30},
        causes={"season": season},
        service=TALKATIVE,
        call_centre={**CENTRE, **centre},
    )


@lru_cache(maxsize=4)
def _calls(scenario: Scenario, policy: Policy | None = None, customers: int = 6000, seed: int = 1) -> Frame:
    """Calls by phone, with the local hour and weekday in which they came."""
    world = live(scenario, policy, customers=customers, seed=seed, tables=["interactions"])
    calls: Frame = world.tables["interactions"].to_pandas()
    calls = calls[calls["channel"] == "phone"]
    local = calls["started_at"] + np.timedelta64(8, "h")
    return calls.assign(hour=local.dt.hour, weekday=local.dt.day_of_week)


def _simulated(*, calls_per_hour: float, agents: int, minutes: float, patience: float, calls: int) -> Any:
    """Waits in seconds, and who hangs up, of one long hour: a queue with agents who take the next in line."""
    rng = np.random.default_rng(5)
    arrivals = np.cumsum(rng.exponential(60 / calls_per_hour, calls))
    services, patiences = rng.exponential(minutes, calls), rng.exponential(patience, calls)
    free = [0.0] * agents
    heapq.heapify(free)
    waits, hung_up = np.empty(calls), np.empty(calls, dtype=bool)
    for number in range(calls):
        offered = max(free[0] - arrivals[number], 0.0)
        hung_up[number] = offered > patiences[number]
        waits[number] = min(offered, patiences[number]) * 60
        if not hung_up[number]:
            heapq.heapreplace(free, arrivals[number] + offered + services[number])
    return waits, hung_up


@pytest.mark.parametrize("agents_factor", [1.0, 0.7])
def test_waits_are_those_of_a_simulated_queue_with_the_load_of_the_hour(agents_factor: float) -> None:
    scenario = _scenario()
    centre = scenario.call_centre
    # The company counts on the calls of 2048 customers with seed 0 as those of a company of its reference size.
    pilot = _calls(scenario, None, 2048, 0)
    calls_per_week = len(pilot) / scenario.weeks * centre.reference_customers / 2048
    policy = Policy(agents_factor=agents_factor)
    calls = _calls(scenario, policy)
    for hour in (RUSH, USUAL, QUIET):
        calls_per_hour = calls_per_week / 7 * OPEN[hour] / sum(OPEN)
        planned = np.ceil(calls_per_hour * centre.minutes_per_call / 60 * centre.load_factor)
        waits, hung_up = _simulated(
            calls_per_hour=calls_per_hour,
            agents=int(np.ceil(planned * agents_factor)),
            minutes=centre.minutes_per_call,
            patience=centre.patience_minutes,
            calls=60_000,
        )
        own = calls[calls["hour"] == hour]
        assert len(own) > 2000
        # One caller's wait is like the next one's in the simulated line: its errors come from batches of calls.
        for lived_through, simulated in (
            (own["wait_seconds"], waits),
            (own["abandoned"], hung_up),
            (own["wait_seconds"] >= 1, waits >= 0.5),
        ):
            batches = simulated.reshape(60, -1).mean(axis=1)
            gap = lived_through.mean() - batches.mean()
            error = np.hypot(lived_through.std() / np.sqrt(len(own)), batches.std() / np.sqrt(60))
            Estimate(gap, error).finds(0.0, at_most=0.1 * batches.mean() + 0.002)


def test_agents_who_are_taken_away_make_callers_wait_longer() -> None:
    usual, fewer = (_calls(_scenario(), Policy(agents_factor=factor)) for factor in (1.0, 0.7))
    assert fewer["wait_seconds"].mean() > 1.5 * usual["wait_seconds"].mean()
    assert fewer["abandoned"].mean() > 1.5 * usual["abandoned"].mean()


@pytest.mark.parametrize("patience", [2.5, 1.0])
def test_patience_is_the_time_waited_for_each_caller_who_hangs_up(patience: float) -> None:
    # Exponential patience, cut off where a call is answered: its mean is all the waiting over those who hang up.
    calls = _calls(_scenario(patience_minutes=patience), Policy(agents_factor=0.6))
    hung_up = calls["abandoned"].sum()
    mean = calls["wait_seconds"].sum() / 60 / hung_up
    Estimate(mean, mean / np.sqrt(hung_up)).finds(patience)
    # Among those who wait in a line that is never empty for long, the hazard of hanging up is the same all the time.
    early, late = (
        calls["abandoned"][inside].sum()
        / (calls["wait_seconds"].clip(low, high) - low).clip(lower=0).sum()
        * 60
        for low, high in ((0, 45), (45, 1e9))
        for inside in [(calls["wait_seconds"] > low) & (calls["wait_seconds"] <= high)]
    )
    assert early == pytest.approx(1 / patience, rel=0.1) and late == pytest.approx(1 / patience, rel=0.1)


def test_calls_last_as_long_as_planted_and_nobody_talks_to_who_hung_up() -> None:
    calls = _calls(_scenario())
    talked = calls.loc[calls["abandoned"] == 0, "handled_seconds"]
    Estimate(talked.mean() / 60, talked.std() / 60 / np.sqrt(len(talked))).finds(5.0)
    assert stats.kstest(talked, stats.expon(scale=300).cdf).pvalue > 0.001
    assert (calls.loc[calls["abandoned"] == 1, "handled_seconds"] == 0).all()


@pytest.mark.parametrize(("business", "season"), [("shop", 0.0), ("shop", 1.0), ("box", 1.0)])
def test_calls_come_in_the_hours_and_on_the_weekdays_as_planted(business: str, season: float) -> None:
    # Whenever orders come, and whenever contracts are paid: calls follow the call centre's own profiles.
    centre = company().call_centre
    calls = _calls(_scenario(business, season=season, hours=centre.hours, weekdays=centre.weekdays))
    assert len(calls) > 20_000
    for name, profile in (("hour", np.array(centre.hours)), ("weekday", np.array(centre.weekdays))):
        counts, is_open = np.bincount(calls[name], minlength=len(profile)), profile > 0
        assert counts[~is_open].sum() == 0
        counts, profile = counts[is_open], profile[is_open]
        poisson(counts, np.log(profile))[1].finds(1.0, at_most=0.03)
        assert stats.chisquare(counts, counts.sum() * profile / profile.sum()).pvalue > 0.001


@finds("waiting")
@pytest.mark.parametrize("planted", [0.5, 0.0])
def test_fewer_agents_drive_callers_away(planted: float) -> None:
    # From the line to the loss of a customer: what waiting takes from mood, mood adds to leaving.
    scenario = company(
        causes={"waiting": planted, "departure": 0.8},
        main={"r": 2.0},
        service={**TALKATIVE, "memory": 1.0},
        call_centre=CENTRE,
        reasons=(1.0, 0.0, 0.0, 0.0, 0.0),
    )
    (_, usual), (_, fewer) = (
        lived(scenario, customers=2500, policy=Policy(agents_factor=factor)) for factor in (1.0, 0.4)
    )
    change = difference(fewer["leave_probability"], usual["leave_probability"])
    assert (change.value > 5 * change.error) if planted else change.value == 0
