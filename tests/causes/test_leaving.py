"""What drives customers away, for which reason, and what ties them?"""

from typing import Any

import numpy as np
import pytest

from datasets.world import Policy
from datasets.world.scenario import REASONS, Scenario
from tests.causes.estimators import (
    SHORT,
    TEA,
    Estimate,
    Frame,
    company,
    finds,
    lived,
    share,
    why_they_leave,
)

CUSTOMERS = 10_000


def _moved_alone(
    found: dict[str, list[Estimate]], scenario: Scenario, planted: dict[str, float], *, at_most: Any = None
) -> None:
    """These reasons are moved by so much, the others not at all, and each has its share where nothing pushes."""
    assert set(planted) <= set(REASONS) == set(found)
    for name, usual in zip(REASONS, scenario.reasons, strict=True):
        constant, slope = found[name]
        constant.finds(np.log(usual), at_most=0.1)
        size = planted.get(name, 0.0)
        slope.finds(size, at_most=at_most or (None if size else 0.2))


def _half_way(**policy: Any) -> tuple[Policy, dict[str, Any]]:
    """A policy from the middle of a year on; customers come all the time and stay for weeks."""
    return Policy(from_week=26, **policy), {"weeks": 52, "joining_weeks": 44.0}


@finds("departure")
@pytest.mark.parametrize("planted", [0.8, 0.0])
def test_leaving_for_the_service_regressed_on_mood(planted: float) -> None:
    scenario = company(
        causes={"disconfirmation": 1.0, "departure": planted}, service={"memory": 0.6}, main=SHORT
    )
    _, frame = lived(scenario, customers=CUSTOMERS)
    found = why_they_leave(frame, frame["mood"])
    _moved_alone(found, scenario, {"service": -planted}, at_most=0.08)


@finds("failure", "departure")
def test_the_markov_matrix_of_a_contract_after_good_and_bad_months() -> None:
    # Mood is that of the last month, everybody has nearly the same dropout probability, and only service pushes:
    # so months, good or bad, and having left are a Markov chain whose matrix is known.
    scenario = company(
        "box",
        causes={"disconfirmation": 1.0, "departure": 0.8, "failure": 2.5},
        main={"a": 50.0, "b": 950.0},
        service={"failure_share": 0.3, "memory": 1.0},
        reasons=(1.0, 0.0, 0.0, 0.0, 0.0),
    )
    world, frame = lived(scenario, customers=6000)
    # Whoever pays in the last four weeks has no next month yet.
    end = (world.until - world.start).days / 7
    frame = frame[(frame["left"] == 1) | (frame["week"] + 4 < end)]
    after: Any = frame.groupby("customer_id")["failed"].shift(-1).fillna(2).astype(int)
    after[frame["left"] == 1] = 2
    counts = np.zeros((2, 3))
    seen = (after < 2) | (frame["left"] == 1)
    np.add.at(counts, (frame["failed"][seen].to_numpy(), after[seen].to_numpy()), 1)
    assert counts.sum() > 40_000
    # The mean over quality of p·e^(−0.8·mood) / (1 + …), by trapezes over the normal density.
    quality = np.linspace(-9, 9, 4001)
    density = np.exp(-(quality**2) / 2) / np.sqrt(2 * np.pi) * (quality[1] - quality[0])
    odds = np.exp(-0.8 * (quality - 2.5 * np.array([[0], [1]]))) * 0.05 / 0.95
    leave = (density * odds / (1 + odds)).sum(axis=1)
    planted = np.column_stack([(1 - leave) * 0.7, (1 - leave) * 0.3, leave])
    rows = counts.sum(axis=1, keepdims=True)
    errors = np.sqrt(planted * (1 - planted) / rows)
    assert (np.abs(counts / rows - planted) < 4 * errors).all()
    assert (errors[:, 2] < 0.05 * planted[:, 2]).all()


@finds("financial_bond", "social_bond", "structural_bond")
@pytest.mark.parametrize(
    ("bond", "reasons"),
    [
        ("financial_bond", {"price", "competitor"}),
        ("social_bond", {"service", "competitor"}),
        ("structural_bond", {"service", "price", "competitor"}),
    ],
)
@pytest.mark.parametrize("planted", [0.8, 0.0])
def test_leaving_before_and_after_bonds_are_tied(bond: str, reasons: set[str], planted: float) -> None:
    # Bonds are tied only by the policy that is tried, and half as far as they might be: log-odds of 2 become 1.
    policy, weeks = _half_way(**{bond: 0.5})
    scenario = company(causes={bond: 2 * planted}, main=SHORT, **weeks)
    _, frame = lived(scenario, customers=CUSTOMERS, policy=policy)
    found = why_they_leave(frame, frame["week"] >= 26)
    _moved_alone(found, scenario, dict.fromkeys(reasons, -planted), at_most=0.09)


@finds("switching_cost")
@pytest.mark.parametrize("planted", [1.0, 0.0])
def test_leaving_regressed_on_years_of_custom(planted: float) -> None:
    scenario = company(
        causes={"switching_cost": planted},
        main={**SHORT, "alpha_weeks": 9.0, "b": 14.0},
        weeks=208,
        reasons=(0.3, 0.2, 0.25, 0.15, 0.1),
    )
    _, frame = lived(scenario, customers=12_000)
    began = frame.groupby("customer_id")["week"].transform("min")
    found = why_they_leave(frame, (frame["week"] - began) * 7 / 365.25)
    for name, constant, slope in [(name, *pair) for name, pair in found.items()]:
        constant.finds(np.log(scenario.reasons[REASONS.index(name)]), at_most=0.06)
        slope.finds(-planted if name in ("service", "price", "competitor") else 0.0, at_most=0.1)


@finds("price_departure")
@pytest.mark.parametrize("planted", [4.0, 0.0])
@pytest.mark.parametrize("change", [0.3, -0.25])
def test_leaving_for_the_price_regressed_on_its_logarithm(planted: float, change: float) -> None:
    policy, weeks = _half_way(price_change=change)
    scenario = company(causes={"price_departure": planted}, main=SHORT, **weeks)
    _, frame = lived(scenario, customers=CUSTOMERS, policy=policy)
    log_price = np.where(frame["week"] >= 26, np.log(1 + change), 0.0) * frame["price_sensitivity"]
    found = why_they_leave(frame, log_price)
    _moved_alone(found, scenario, {"price": planted}, at_most=0.4)


@finds("competitor")
@pytest.mark.parametrize("planted", [3.0, 0.0])
def test_leaving_for_a_competitor_in_the_weeks_of_its_offers(planted: float) -> None:
    # An offer multiplies such departures by twenty, so a week's count of them tells whether there was one.
    scenario = company(
        causes={"competitor": planted},
        main={**SHORT, "b": 38.0},
        market={"offer_share": 0.3},
        weeks=80,
        joining_weeks=20.0,
    )
    _, frame = lived(scenario, customers=CUSTOMERS)
    week: Any = frame["week"].astype(int)
    rival = (frame["left"] == 1) & (frame["departure_reason"] == "competitor")
    dropout: Any = frame["dropout_probability"] * (frame["encounter"] >= 1)
    rates = (rival.groupby(week).sum() / (0.24 * dropout.groupby(week).sum()))[2:]
    assert len(rates) == 78
    if not planted:
        assert (rates < 3).all()
        return
    offers = rates.index[rates > 5]
    assert not ((rates > 3) & (rates < 8)).any()
    assert abs(len(offers) / 78 - 0.3) < 4 * np.sqrt(0.3 * 0.7 / 78)
    later = frame[week >= 2]
    found = why_they_leave(later, week[week >= 2].isin(offers))
    _moved_alone(found, scenario, {"competitor": planted})


@finds("bad_debt")
@pytest.mark.parametrize("planted", [3.0, 0.0])
def test_being_let_go_regressed_on_what_is_never_paid(planted: float) -> None:
    scenario = company(
        "wholesale",
        causes={"bad_debt": planted},
        main=SHORT,
        credit={"recovery_a": 3.0, "recovery_b": 2.0},
        reasons=(0.3, 0.2, 0.2, 0.1, 0.2),
    )
    _, frame = lived(scenario, customers=CUSTOMERS)
    found = why_they_leave(frame, 1 - frame["credit_recovery"])
    _moved_alone(found, scenario, {"involuntary": planted}, at_most=0.25)


@finds("bad_debt")
def test_nobody_is_let_go_for_debts_where_nothing_is_bought_on_credit() -> None:
    _, with_it = lived(TEA.with_causes("bad_debt"), customers=2000)
    _, without = lived(TEA.with_causes(), customers=2000)
    for business in ("shop", "box"):
        first, second = (
            one.loc[one["business"] == business, ["order_id", "leave_probability"]].reset_index(drop=True)
            for one in (with_it, without)
        )
        assert len(first) > 1000 and first.equals(second)


@finds("household_moving")
@pytest.mark.parametrize("planted", [1.0, 0.0])
def test_moving_away_regressed_on_the_life_stage(planted: float) -> None:
    scenario = company(
        causes={"household_moving": planted}, main=SHORT, reasons=(0.25, 0.15, 0.15, 0.3, 0.15)
    )
    _, frame = lived(scenario, customers=CUSTOMERS)
    moving = _of_household(frame, scenario.households.moving)
    _moved_alone(why_they_leave(frame, np.log(moving)), scenario, {"moved": planted}, at_most=0.12)


def _of_household(frame: Frame, values: tuple[float, ...]) -> Any:
    from datasets.world.people import HOUSEHOLDS

    return frame["household"].map(dict(zip(HOUSEHOLDS, values, strict=True))).to_numpy(dtype=float)


def test_everybody_who_may_leave_does_so_as_often_as_the_dropout_probability_says() -> None:
    _, frame = lived(company(main=SHORT), customers=CUSTOMERS)
    may = frame[frame["encounter"] >= 1]
    found = share(may["left"])
    assert abs(found.value - may["dropout_probability"].mean()) < 4 * found.error
    assert (frame.loc[frame["encounter"] == 0, "left"] == 0).all()
    assert found.error < 0.02 * found.value
