"""The topic's results held against papers, another library's output, mpmath and hand calculation."""

from __future__ import annotations

import io
import re
from datetime import date

import mpmath
import numpy as np
import openpyxl
import pandas as pd
import pytest

from datasets import real, summaries
from datasets.world import live_rhythm, load_scenario
from lessons import topics
from lessons.customer_value.btyd import bg_nbd, comparing, judging, notebook, workbook
from lessons.customer_value.btyd import model as btyd
from lessons.words import text_of

TOPIC = next(topic for topic in topics() if topic.name == "btyd")
MARK, UNTIL, START = date(1997, 9, 30), date(1998, 6, 30), date(1997, 1, 1)


def cdnow(*, unit: str = "week", leave: bool = True) -> btyd.Forecast:
    orders = real.load("cdnow").orders
    summary = summaries.recency_frequency(orders, until=MARK, unit=unit)
    return btyd.forecast(
        summary,
        repeats=btyd.repeat_orders(orders, customers=summary["customer_id"], start=START, one_a_day=True),
        mark=(MARK - START).days,
        last_day=(UNTIL - START).days,
        days_per_unit=btyd.DAYS_PER_UNIT[unit],
        leave=leave,
    )


@pytest.fixture(scope="module")
def found() -> btyd.Forecast:
    return cdnow()


# ---- CDNOW, as published


def test_the_page_shows_the_published_fit(found: btyd.Forecast) -> None:
    """Fader, Hardie & Lee (2005), Marketing Science 24(2), table 2: .243, 4.414, .793, 2.426, LL -9582.4."""
    assert list(found.fit.parameters.values()) == pytest.approx([0.243, 4.414, 0.793, 2.426], abs=5e-4)
    assert found.fit.log_likelihood == pytest.approx(-9582.4, abs=0.05)
    assert found.fit.customers == 2357


def test_the_holdout_is_the_published_one(found: btyd.Forecast) -> None:
    """1,882 repeat purchases in weeks 40 to 78 (same paper); by week 78 the curve is some 4% low."""
    assert found.after == 1882
    assert found.customers["after"].sum() == 1882
    assert found.expected[-1] / found.actual[-1] - 1 == pytest.approx(-0.04, abs=0.005)


def test_orders_after_by_orders_before_are_the_published_ones(found: btyd.Forecast) -> None:
    """The R package BTYD prints these for CDNOW: averages in the holdout, and customers a group."""
    rows = found.customers
    table = btyd.by_frequency(
        rows["x"].to_numpy(), expected=rows["expected"].to_numpy(), actual=rows["after"].to_numpy()
    )
    published = [0.2367116, 0.6970387, 1.392523, 1.56, 2.532258, 2.947368, 3.862069, 6.359375]
    assert table["actual"].to_numpy() == pytest.approx(published, abs=1e-6)
    assert table["customers"].tolist() == [1411, 439, 214, 100, 62, 38, 29, 64]


def test_p_alive_of_all_customers_is_as_another_library_has_it(found: btyd.Forecast) -> None:
    """The R package BTYDplus prints, for BG/NBD on CDNOW: first quartile 0.6604, median 1, mean 0.8134."""
    p_alive = found.customers["p_alive"]
    assert p_alive.mean() == pytest.approx(0.8134, abs=2e-4)
    assert p_alive.quantile(0.25) == pytest.approx(0.6604, abs=5e-4)
    assert p_alive.median() == 1


def test_expected_spend_is_fitted_as_published(found: btyd.Forecast) -> None:
    """Fader & Hardie (2013), The Gamma-Gamma Model: p 6.25, q 3.74, gamma 15.44 on 946 customers."""
    rows = found.customers
    fit, spend = judging.expected_spend(x=rows["x"].to_numpy(), mean_spend=rows["mean_spend"].to_numpy())
    assert list(fit.parameters.values()) == pytest.approx([6.25, 3.74, 15.44], abs=0.01)
    assert fit.customers == 946
    assert spend[rows["x"].to_numpy() == 0] == pytest.approx(35.2, abs=0.05)  # p gamma / (q - 1)


def test_nobody_leaving_expects_too_much(found: btyd.Forecast) -> None:
    stay = cdnow(leave=False)
    assert stay.error > 0.4 > abs(found.error)
    assert stay.customers["p_alive"].eq(1).all()


def test_the_unit_of_time_changes_alpha_alone(found: btyd.Forecast) -> None:
    days = cdnow(unit="day")
    scale = pd.Series(days.fit.parameters) / pd.Series(found.fit.parameters)
    assert scale.to_numpy() == pytest.approx([1, 7, 1, 1], rel=1e-4)
    assert days.expected == pytest.approx(found.expected, rel=1e-5)


# ---- by hand


def test_six_customers_worked_on_paper() -> None:
    """r 1, alpha 10, a 1, b 2, 50 weeks: B 1/2 · (60/30)² = 2; D 1/5 · (60/30)⁵ = 6.4; E 1/5 · 1.2⁵ = .497664."""
    six = btyd.six_customers().set_index("customer")
    assert six["risk"].to_list() == pytest.approx([0, 1 / 2, 1 / 2, 1 / 5, 1 / 5, 1 / 5])
    assert six["odds_gone"].to_list() == pytest.approx([0, 2, 0.5, 6.4, 0.497664, 0.2])
    assert six["p_alive"].to_list() == pytest.approx([1, 1 / 3, 2 / 3, 1 / 7.4, 1 / 1.497664, 5 / 6])


@pytest.mark.parametrize(("customer", "x", "recency"), [("A", 0, 0), ("C", 1, 50), ("D", 4, 20)])
def test_their_expected_orders_by_integration(customer: str, x: int, recency: int) -> None:
    """Average (1 − e^−λpt) / p over what the record leaves open of λ and p, with mpmath."""
    shape, rate, b, weeks = 1 + x, 60, 2 + x, 40

    def integrand(p: mpmath.mpf) -> mpmath.mpf:
        return (1 - (rate / (rate + p * weeks)) ** shape) / p * (1 - p) ** (b - 1) / mpmath.beta(1, b)

    if_alive = float(mpmath.mpf(mpmath.quad(integrand, [0, 0.1, 1])))  # type: ignore[arg-type]
    six = btyd.six_customers()
    row = {str(name): value for name, value in six[six["customer"] == customer].iloc[0].items()}
    assert row["expected"] == pytest.approx(row["p_alive"] * if_alive, rel=1e-8)


def test_repeat_orders_count_a_day_once() -> None:
    orders = pd.DataFrame(
        {
            "customer_id": ["b", "a", "a", "a", "a"],
            "ordered_at": pd.to_datetime(
                ["1997-01-02", "1997-01-05 18:00", "1997-01-01", "1997-01-05 09:00", "1997-01-09"],
                format="ISO8601",
            ),
        }
    )
    once = btyd.repeat_orders(orders, customers=["a", "b"], start=START, one_a_day=True)
    each = btyd.repeat_orders(orders, customers=["a"], start=START, one_a_day=False)
    assert once["day"].to_list() == [4, 8]
    assert each["day"].to_list() == [4, 4, 8]


def test_the_tracking_curve_is_the_sum_over_customers() -> None:
    """Two customers, first orders on day 0 and day 7, mark on day 14: E[X] added by the paper's formula."""
    easy = bg_nbd.BgNbd(r=0.5, alpha=3.0, a=0.8, b=2.5)

    def paper(t: float) -> float:
        part = mpmath.hyp2f1(0.5, 2.5, 0.8 + 2.5 - 1, t / (3 + t)) * (3 / (3 + t)) ** 0.5
        return float((0.8 + 2.5 - 1) / (0.8 - 1) * (1 - part))

    curve = btyd.expected_cumulative(
        easy, age_days=np.array([14.0, 7.0]), mark=14, days=28, days_per_unit=7.0
    )
    assert curve[[7, 14, 28]] == pytest.approx([paper(1), paper(2) + paper(1), paper(4) + paper(3)], rel=1e-7)


def test_pace_and_height_are_two_ways_to_say_one_thing(found: btyd.Forecast) -> None:
    assert found.height(found.pace(found.after)) == pytest.approx(found.actual[-1])
    assert found.pace(1882) == pytest.approx((1882 / 273) / (found.before / 272))


def test_the_histogram_agrees_with_the_closed_form_at_zero(found: btyd.Forecast) -> None:
    """P(X = 0) is (alpha / (alpha + T)) ** r; all groups together hold all customers."""
    rows, fit = found.customers, found.fit.parameters
    table = btyd.histogram(found.model, x=rows["x"].to_numpy(), age=rows["age"].to_numpy())
    zero = ((fit["alpha"] / (fit["alpha"] + rows["age"])) ** fit["r"]).sum()
    assert table["expected"].iloc[0] == pytest.approx(zero, rel=1e-4)
    assert table["expected"].sum() == pytest.approx(2357)
    assert table["actual"].tolist() == [1411, 439, 214, 100, 62, 38, 29, 64]


def test_p_alive_falls_while_waiting_and_jumps_at_an_order() -> None:
    """After orders at 10 and 20, at 50 the odds are 1/3 · (60/30)³ = 8/3; just before 20: 1/2 · (30/20)² = 9/8."""
    easy = bg_nbd.BgNbd(r=1, alpha=10, a=1, b=2)
    line = btyd.p_alive_history(easy, order_times=[10.0, 20.0], until=50.0).set_index("time")["p_alive"]
    assert line[line.index < 10].eq(1).all()
    assert line.iloc[-1] == pytest.approx(3 / 11)
    assert line[np.nextafter(20.0, 0)] == pytest.approx(8 / 17)
    assert line[20.0] == pytest.approx(3 / 4)


def test_opportunities_are_cut_from_the_first_order() -> None:
    """First order on day 0, mark on day 25, ten days each: two opportunities, then two more up to day 45."""
    days = pd.to_timedelta([0, 1, 10, 11, 21, 38, 30], unit="D")
    orders = pd.DataFrame({"customer_id": [1, 1, 1, 1, 1, 1, 2], "ordered_at": pd.Timestamp(START) + days})
    rows = comparing.opportunities(
        orders, mark=date(1997, 1, 26), until=date(1997, 2, 15), days_per_opportunity=10
    )
    assert rows[["customer_id", "age", "x", "recency", "after", "opportunities_after"]].values.tolist() == [
        [1, 2, 2, 2, 2, 2]
    ]


def test_a_ranking_by_truth_loses_nothing() -> None:
    worth = np.array([5.0, 0.0, 9.0, 1.0])
    assert judging.rank(estimate=worth, worth=worth).lost(2) == 0
    assert judging.rank(estimate=-worth, worth=worth).lost(2) == 14 - 1


# ---- against a world whose truth is known


@pytest.fixture(scope="module")
def lives():
    return live_rhythm(load_scenario("tea_shops").textbook(), customers=4000, weeks=52, seed=11)


def test_of_customers_said_to_be_alive_with_30_percent_30_percent_are(lives) -> None:
    fit = bg_nbd.fit(x=lives.x, recency=lives.recency, age=lives.age)
    p_alive = bg_nbd.BgNbd(**fit.parameters).p_alive(x=lives.x, recency=lives.recency, age=lives.age)
    table = judging.alive_by_estimate(p_alive, alive=lives.alive)
    chance = np.sqrt(table["estimate"] * (1 - table["estimate"]) / table["customers"])
    assert ((table["share"] - table["estimate"]).abs() < 4 * chance + 0.01).all()


def test_95_percent_intervals_hold_what_was_planted() -> None:
    found = judging.recovery(load_scenario("tea_shops").textbook(), worlds=40, customers=1000, weeks=52)
    assert found.intervals == 160
    assert 0.88 <= found.covered / found.intervals <= 1
    assert abs(found.bias["rate"]) < 0.03
    assert abs(found.bias["dropout"]) < 0.05


def test_the_error_of_the_forecast_is_what_fresh_worlds_scatter_by() -> None:
    """The delta method against the spread of the forecasts in 40 worlds (itself known to about 11%)."""
    forecasts, errors = [], []
    for seed in range(40):
        world = live_rhythm(load_scenario("tea_shops").textbook(), customers=1000, weeks=52, seed=seed + 1)
        fit = bg_nbd.fit(x=world.x, recency=world.recency, age=world.age)
        model = bg_nbd.BgNbd(**fit.parameters)
        ages = np.linspace(26, 52, 20)  # the same for all worlds: only the parameters differ
        ahead = model.expected_purchases_new(horizon=ages + 52) - model.expected_purchases_new(horizon=ages)
        forecasts.append(float(np.log(ahead.mean())))
        errors.append(
            judging.forecast_error(model, covariance_log=fit.covariance_log, age=ages, horizon=52.0)
        )
    assert np.mean(errors) == pytest.approx(np.std(forecasts, ddof=1), rel=0.35)


def test_four_times_the_customers_halve_the_error(lives) -> None:
    table = judging.precision(
        x=lives.x, recency=lives.recency, age=lives.age, horizon=52.0, sizes=[1000, 4000], seed=1
    )
    wide, narrow = table["half_width"].to_list()
    assert wide / narrow == pytest.approx(2, rel=0.25)


def test_smaller_parts_lie_inside_larger_ones() -> None:
    summary = pd.DataFrame({"customer_id": range(1000)})
    half, tenth = (set(btyd.one_in(summary, part=part, seed=1)["customer_id"]) for part in (2, 10))
    assert (len(half), len(tenth)) == (500, 100)
    assert tenth < half


def test_one_time_buyers_alone_tell_nothing() -> None:
    fit = bg_nbd.fit(x=np.zeros(50), recency=np.zeros(50), age=np.full(50, 30.0))
    assert not fit.converged
    table = judging.precision(
        x=np.zeros(50), recency=np.zeros(50), age=np.full(50, 30.0), horizon=9.0, sizes=[50], seed=1
    )
    assert table["half_width"].isna().all()


# ---- what a learner takes home


def test_the_spreadsheet_calculates_p_alive_itself(found: btyd.Forecast) -> None:
    """Read the workbook with openpyxl and work its formulas out, cell by cell, in plain Python."""
    rows = workbook.table(found.customers)
    content = workbook.xlsx(text_of(TOPIC, "en"), rows, fit=found.fit)
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet, parameters = book["Customers"], book["Parameters"]
    names = [cell.value for cell in sheet[1]]
    place = names.index("p_alive") + 1
    for row in (2, 3, 20, 500, 2001):
        formula = str(sheet.cell(row, place).value)
        inner = re.sub(r"^=IF\(B\d+=0,1,(.*)\)$", r"\1", formula)
        inner = re.sub(
            r"'Parameters'!\$B\$(\d)", lambda at: repr(parameters.cell(int(at[1]), 2).value), inner
        )
        inner = re.sub(r"([BCD])(\d+)", lambda at: repr(sheet[at[0]].value), inner).replace("^", "**")
        value = 1.0 if sheet.cell(row, 2).value == 0 else eval(inner)
        assert value == pytest.approx(rows["p_alive"].iloc[row - 2], abs=1e-5)
    assert isinstance(sheet.cell(2002, place).value, int | float)


def test_the_notebook_repeats_the_fit(found: btyd.Forecast) -> None:
    """Its cells, run on the page's own table, end with the published parameters."""
    numbers = {"mark": found.mark, "last_day": found.last_day, "days_per_unit": 7.0, "leave": True}
    names: dict = {"pd": pd, "table": workbook.table(found.customers)}
    for cell in notebook.cells(numbers):
        exec(cell, names)
    assert list(names["fit"].parameters.values()) == pytest.approx([0.243, 4.414, 0.793, 2.426], abs=5e-4)
    assert names["rise"].sum() == pytest.approx(found.expected_after, rel=1e-3)
