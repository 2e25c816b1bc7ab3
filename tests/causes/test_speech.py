"""Who complains, what an answer does, who praises, and whom praise brings."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from datasets.world import World, live
from tests.causes.estimators import (
    SHORT,
    Estimate,
    Frame,
    company,
    finds,
    least_squares,
    lived,
    logistic,
    poisson,
    share,
)


@finds("complaining")
@pytest.mark.parametrize("planted", [0.75, 0.0])
def test_complaints_regressed_on_satisfaction_and_segment(planted: float) -> None:
    # Everybody's complaint share is raised, so that there are enough.
    scenario = company(
        causes={"disconfirmation": 1.0, "complaining": planted}, service={"complaint_share": 0.05}, main=SHORT
    )
    _, frame = lived(scenario, customers=8000)
    plain, *others = scenario.segments
    assert plain.complaint == 0
    kinds = [frame["segment"] == one.name for one in others]
    constant, slope, *angrier = logistic(frame["complained"], frame["satisfaction"], *kinds)
    constant.finds(np.log(0.05 / 0.95))
    slope.finds(-planted, at_most=0.03)
    for estimate, segment in zip(angrier, others, strict=True):
        estimate.finds(segment.complaint, at_most=0.08)


def _answers(world: World, frame: Frame) -> tuple[Frame, Frame]:
    """Complaints and questions, each with what was felt before and after."""
    said = world.tables["interactions"].to_pandas()
    felt = frame[["order_id", "satisfaction", "satisfaction_afterwards", "answered_well", "complained"]]
    said = said.merge(felt, on="order_id", validate="1:1")
    said["moved"] = said["satisfaction_afterwards"] - said["satisfaction"]
    return said[said["kind"] == "complaint"], said[said["kind"] == "question"]


def _spoken(causes: dict[str, float], **service: float) -> tuple[World, Frame]:
    loud = {"complaint_share": 0.15, "question_share": 0.3, **service}
    scenario = company(causes=causes, service=loud, call_centre={"load_factor": 0.85})
    world = live(scenario, customers=5000, tables=["orders", "interactions", "truth_encounters"])
    return world, world.tables["truth_encounters"].to_pandas()


@finds("good_answer", "poor_answer")
@pytest.mark.parametrize(("good", "poor"), [(1.8, 0.0), (0.0, 0.6), (1.8, 0.6), (0.0, 0.0)])
def test_satisfaction_after_a_good_and_after_a_poor_answer_or_none(good: float, poor: float) -> None:
    world, frame = _spoken({"good_answer": good, "poor_answer": poor, "disconfirmation": 0.3})
    complaints, questions = _answers(world, frame)
    paid = complaints["compensation_cents"] > 0
    closed = complaints["answered_at"].notna() | (complaints["abandoned"] == 1)
    constant, slope = (one.value for one in least_squares(complaints["moved"][closed], paid[closed]))
    assert (constant, slope) == pytest.approx((-poor, good + poor), abs=1e-5)
    assert (complaints["answered_well"] == 1).sum() > 1000
    assert np.allclose(questions["moved"], 0, atol=1e-6) and len(questions) > 5000
    silent = frame["complained"] == 0
    assert np.allclose(frame["satisfaction"][silent], frame["satisfaction_afterwards"][silent])


@finds("waiting", "hanging_up")
@pytest.mark.parametrize(("waiting", "hanging_up"), [(0.1, 0.0), (0.0, 0.8), (0.1, 0.8), (0.0, 0.0)])
def test_satisfaction_regressed_on_minutes_waited_and_on_hanging_up(
    waiting: float, hanging_up: float
) -> None:
    world, frame = _spoken({"waiting": waiting, "hanging_up": hanging_up})
    for calls in _answers(world, frame):
        assert calls["wait_seconds"].std() > 10 and calls["abandoned"].sum() > 100
        slopes = least_squares(calls["moved"], calls["wait_seconds"] / 60, calls["abandoned"])
        assert [one.value for one in slopes] == pytest.approx([0, -waiting, -hanging_up], abs=1e-5)
        chats = calls["channel"] == "chat"
        assert (calls["wait_seconds"][chats] == 0).all() and (calls["abandoned"][chats] == 0).all()


def test_complaints_questions_phones_and_good_answers_have_their_shares() -> None:
    world, frame = _spoken({})
    complaints, questions = _answers(world, frame)
    silent_or_asking = frame["complained"] == 0
    # Who does not complain may ask; those of the last two days may do so after the end.
    Estimate(len(questions) / silent_or_asking.sum(), share(silent_or_asking).error).finds(0.3, at_most=0.005)
    share(pd.concat([complaints, questions])["channel"] == "phone").finds(company().service.phone_share)
    heard = complaints["abandoned"] == 0
    assert (complaints["answered_well"][~heard] == 0).all()
    share(complaints["answered_well"][heard]).finds(0.5)


@finds("praising")
@pytest.mark.parametrize("planted", [0.5, 0.0])
def test_praise_grows_exponentially_with_mood(planted: float) -> None:
    # The log of the chance is linear in mood, so Poisson regression finds it, its errors a little too large.
    scenario = company(
        causes={"disconfirmation": 1.0, "praising": planted}, service={"memory": 0.6}, main=SHORT
    )
    _, frame = lived(scenario, customers=8000)
    constant, slope = poisson(frame["recommended"], frame["mood"])
    constant.finds(np.log(scenario.service.recommendation_share))
    slope.finds(planted, at_most=0.05)


@finds("referral")
@pytest.mark.parametrize("planted", [0.3, 0.0])
def test_a_share_of_recommendations_brings_a_newcomer(planted: float) -> None:
    scenario = company(causes={"referral": planted}, service={"recommendation_share": 0.15}, main=SHORT)
    world = live(
        scenario,
        customers=3000,
        tables=["customers", "orders", "truth_encounters", "truth_customers", "referrals"],
    )
    sent: Frame = world.tables["referrals"].to_pandas()
    frame: Frame = world.orders.to_pandas().merge(
        world.tables["truth_encounters"].to_pandas(), on="order_id", validate="1:1"
    )
    late = frame["ordered_at"] > world.until - pd.Timedelta(weeks=12 * scenario.referral_weeks)
    praise = frame[(frame["recommended"] == 1) & ~late]
    assert len(praise) > 2000
    key = ["customer_id", "at"]
    brought = sent.rename(columns={"customer_id": "newcomer", "referrer_id": "customer_id"})
    # The time of praise is kept to the microsecond, give or take the rounding of days.
    brought["at"] = brought["referred_at"].dt.round("ms")
    praise = praise.assign(at=praise["ordered_at"].dt.round("ms")).merge(brought, on=key, how="left")
    assert (
        praise["newcomer"].notna().sum() >= 0.99 * (sent["referred_at"] <= praise["ordered_at"].max()).sum()
    )
    came = praise["newcomer"].notna()
    if not planted:
        assert not came.any() and world.customers.num_rows == 3000
        return
    share(came).finds(planted)
    joined: Any = world.customers.to_pandas().set_index("customer_id")["joined_at"]
    weeks = (joined[praise["newcomer"][came]].to_numpy() - praise["referred_at"][came]) / pd.Timedelta(
        weeks=1
    )
    Estimate(weeks.mean(), weeks.std() / np.sqrt(len(weeks))).finds(scenario.referral_weeks)
    assert weeks.std() == pytest.approx(weeks.mean(), rel=0.15)
    assert world.customers.num_rows == 3000 + len(sent)
