"""How are encounters judged? Expectation, desire, losses, learning, failures."""

import numpy as np
import pytest

from datasets.world import live
from tests.causes.estimators import Estimate, company, difference, finds, least_squares, lived, share


@finds("disconfirmation", "desire", "loss_weight")
@pytest.mark.parametrize(
    ("disconfirmation", "desire", "loss_weight"),
    [(0.55, 0, 0), (0.55, 0, 1.0), (0, 0.25, 0), (0, 0.25, 1.0), (0.55, 0.25, 1.5), (0, 0, 1.0)],
)
def test_satisfaction_regressed_on_both_gaps(
    disconfirmation: float, desire: float, loss_weight: float
) -> None:
    causes = {"disconfirmation": disconfirmation, "desire": desire, "loss_weight": loss_weight}
    _, frame = lived(company(causes=causes, service={"expectation": 0.4}), customers=1000)
    assert np.allclose(frame["expectation"], 0.4)
    gaps = [frame["quality"] - frame["expectation"], frame["quality"] - frame["desire"]]
    assert np.allclose(frame["disconfirmation"], gaps[0], atol=1e-5)
    sides = [side for gap in gaps for side in (np.maximum(gap, 0), np.minimum(gap, 0))]
    slopes = [one.value for one in least_squares(frame["satisfaction"].to_numpy(), *sides)]
    heavier = 1 + loss_weight
    planted = [0, disconfirmation, disconfirmation * heavier, desire, desire * heavier]
    assert slopes == pytest.approx(planted, abs=1e-4)
    assert np.allclose(frame["satisfaction_afterwards"], frame["satisfaction"])


@finds("disconfirmation")
@pytest.mark.parametrize("planted", [0.55, 0.0])
def test_what_questionnaires_tell_of_performance_and_satisfaction(planted: float) -> None:
    # Scores err, and are rounded (variance 1/12, Sheppard): the slope is divided by the reliability of the
    # performance score. Spearman (1904), "The proof and measurement of association between two things", American
    # Journal of Psychology 15(1). The middle is so low that no score is cut off.
    scores = {
        "survey_noise": 0.5,
        "survey_share": 1.0,
        "survey_response": 0.9,
        "survey_extremes": 0.0,
        "survey_satisfaction": 5.5,
    }
    scenario = company(causes={"disconfirmation": planted}, service=scores)
    told = live(scenario, customers=3000, tables=["surveys"]).tables["surveys"].to_pandas().dropna()
    slope = least_squares(told["satisfaction"], told["performance"])[1]
    variance = told["performance"].var()
    reliability = 1 - (0.5**2 + 1 / 12) / variance
    Estimate(slope.value / reliability, slope.error / reliability).finds(planted, at_most=0.02)
    assert variance == pytest.approx(scenario.service.survey_step**2 + 0.5**2 + 1 / 12, rel=0.05)


def test_what_is_wished_for_is_that_of_the_segment_with_its_spread() -> None:
    scenario = company(service={"desire": 0.3, "desire_spread": 0.5})
    wishes = live(scenario, customers=5000, tables=["truth_customers"]).truth_customers.to_pandas()
    for segment in scenario.segments:
        desire = wishes.loc[wishes["segment"] == segment.name, "desire"]
        Estimate(desire.mean(), desire.std() / np.sqrt(len(desire))).finds(0.3 + segment.desire, at_most=0.03)
        assert desire.std() == pytest.approx(0.5, rel=4 / np.sqrt(2 * len(desire)))
        share(wishes["segment"] == segment.name).finds(segment.share)


@finds("learning")
@pytest.mark.parametrize("planted", [0.15, 0.0])
def test_expectation_moves_by_a_share_of_what_was_lived(planted: float) -> None:
    _, frame = lived(company(causes={"learning": planted}), customers=1000)
    moved = frame.groupby("customer_id")["expectation"].shift(-1) - frame["expectation"]
    known = moved.notna()
    constant, slope = least_squares(moved[known].to_numpy(), frame.loc[known, "disconfirmation"])
    assert (constant.value, slope.value) == pytest.approx((0, planted), abs=1e-5)
    if planted:
        assert frame["expectation"].std() > 0.1


@finds("failure")
@pytest.mark.parametrize("planted", [2.5, 0.0])
def test_quality_where_something_went_wrong_less_quality_elsewhere(planted: float) -> None:
    scenario = company(causes={"failure": planted})
    _, frame = lived(scenario, customers=3000)
    failed = frame["failed"] == 1
    share(failed).finds(scenario.service.failure_share)
    difference(frame["quality"][failed], frame["quality"][~failed]).finds(-planted, at_most=0.05)
    usual = frame["quality"][~failed]
    Estimate(usual.mean(), usual.std() / np.sqrt(len(usual))).finds(0.0, at_most=0.02)
    assert usual.std() == pytest.approx(1, abs=0.03)


@finds("outage")
@pytest.mark.parametrize("planted", [1.5, 0.0])
def test_a_control_chart_of_daily_quality_shows_the_days_of_outage(planted: float) -> None:
    # Shewhart's chart of means: with some hundred orders a day, three standard errors are far less than an outage.
    scenario = company(
        causes={"outage": planted}, service={"outage_share": 0.15}, main={"r": 3.0, "b": 30.0}, weeks=104
    )
    _, frame = lived(scenario, customers=4000)
    days = frame["quality"].groupby((frame["week"] * 7).astype(int)).agg(["mean", "size"])
    days = days[days["size"] >= 50]
    low = days["mean"] < -0.75
    if not planted:
        assert not low.any() and len(days) > 600
        return
    assert abs(low.mean() - 0.15) < 4 * np.sqrt(0.15 * 0.85 / len(days))
    difference(days["mean"][low], days["mean"][~low]).finds(-planted, at_most=0.05)
    # Nothing lies between the two kinds of days.
    assert (np.abs(days["mean"] + 0.75) > 0.2).all()
