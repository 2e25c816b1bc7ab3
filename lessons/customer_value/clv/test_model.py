"""Held against published tables and sums done by hand."""

import math
from dataclasses import replace
from datetime import date

import mpmath
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lessons.customer_value.clv.judging import judge, judge_data, true_future_margin
from lessons.customer_value.clv.model import (
    SIX_STAYS,
    CustomerValue,
    by_retention,
    mixed_customers,
    observed_retention,
    six_customers,
    tornado,
)
from lessons.customer_value.clv.repeat_buying import RepeatBuying, measure

BOX = CustomerValue(margin=240, retention=0.8, discount_rate=0.1)


# Gupta & Lehmann (2003), "Customers as Assets": margin multiple by retention (rows) and discount rate 10, 12, 14, 16%.
MULTIPLES = {
    0.6: (1.20, 1.15, 1.11, 1.07),
    0.7: (1.75, 1.67, 1.59, 1.52),
    0.8: (2.67, 2.50, 2.35, 2.22),
    0.9: (4.50, 4.09, 3.75, 3.46),
}
# The same paper: discount rate 12%, margin growth 0, 2, 4, 6, 8%.
MULTIPLES_WITH_GROWTH = {
    0.6: (1.15, 1.18, 1.21, 1.24, 1.27),
    0.7: (1.67, 1.72, 1.79, 1.85, 1.92),
    0.8: (2.50, 2.63, 2.78, 2.94, 3.13),
    0.9: (4.09, 4.46, 4.89, 5.42, 6.08),
}


@pytest.mark.parametrize("retention", MULTIPLES)
def test_margin_multiples_are_those_of_gupta_and_lehmann_2003(retention: float):
    for discount_rate, multiple in zip((0.10, 0.12, 0.14, 0.16), MULTIPLES[retention], strict=True):
        customer = CustomerValue(
            margin=1, retention=retention, discount_rate=discount_rate, first_payment="later"
        )
        assert customer.value() == pytest.approx(multiple, abs=0.00501)


@pytest.mark.parametrize("retention", MULTIPLES_WITH_GROWTH)
def test_margin_multiples_with_growth_are_those_of_gupta_and_lehmann_2003(retention: float):
    for growth, multiple in zip((0, 0.02, 0.04, 0.06, 0.08), MULTIPLES_WITH_GROWTH[retention], strict=True):
        customer = CustomerValue(
            margin=1, retention=retention, discount_rate=0.12, margin_growth=growth, first_payment="later"
        )
        assert customer.value() == pytest.approx(multiple, abs=0.00501)


def test_case_1_of_berger_and_nasr_1998_is_568_78_dollars():
    """Contribution $260 a year from today to year 10, promotion $50 in the middle of each year, 75% stay, 20%."""
    income = CustomerValue(margin=260, retention=0.75, discount_rate=0.2, periods=11)
    promotion = CustomerValue(margin=50, retention=0.75, discount_rate=0.2, periods=10)
    assert income.value() - promotion.value() / 1.2**0.5 == pytest.approx(568.78, abs=0.005)


def test_the_tea_box_by_hand():
    # 240 × 1.10 / 0.30, a payment of 240 less, 240 × 1.10 / 0.15, 1.10 × (1 − 240/480)
    assert BOX.value() == pytest.approx(880)
    assert replace(BOX, first_payment="later").value() == pytest.approx(640)
    assert replace(BOX, retention=0.95).value() == pytest.approx(1760)
    assert BOX.retention_worth(1760) == pytest.approx(0.95)
    bought = replace(BOX, acquisition_cost=480)
    assert bought.net_value() == pytest.approx(400)
    assert bought.break_even_retention() == pytest.approx(0.55)
    # A (1 + d) / (A + m) = 480 × 1.10 / 720
    assert replace(bought, first_payment="later").break_even_retention() == pytest.approx(528 / 720)
    assert BOX.expected_periods() == pytest.approx(5)


def test_figures_that_the_prose_quotes():
    worth = by_retention(BOX, retentions=[0.5, 0.55, 0.9, 0.95])
    assert worth == pytest.approx([440, 480, 1320, 1760])
    assert pytest.approx(51, abs=0.5) == 100 / 1.1**7
    assert replace(BOX, retention=0.65).value() == pytest.approx(586.67, abs=0.005)


def test_six_customers_added_up_by_hand():
    six = six_customers(margin=240, discount_rate=0.1)
    # Sums of 240 / 1.1^k, done with a pocket calculator: 240; +218.18; +198.35; …
    assert six["worth_today"].tolist() == pytest.approx(
        [240.00, 458.18, 656.53, 1000.77, 1285.26, 1798.81], abs=0.01
    )
    assert six["worth_today"].mean() == pytest.approx(906.59, abs=0.01)
    assert six["paid"].mean() == 1200
    assert observed_retention(SIX_STAYS) == pytest.approx(24 / 30)


def test_three_payments_with_growth_by_hand():
    # 100 + 105 × 0.8/1.1 + 110.25 × 0.64/1.21 = 100 + 76.3636 + 58.3140
    customer = CustomerValue(margin=100, retention=0.8, discount_rate=0.1, margin_growth=0.05, periods=3)
    assert customer.value() == pytest.approx(234.6777, abs=1e-4)
    assert customer.schedule(30)["cumulative"].iloc[-1] == pytest.approx(234.6777, abs=1e-4)
    assert customer.schedule(30)["retained"].tolist() == pytest.approx([1, 0.8, 0.64])


def test_an_average_of_two_kinds_misleads_by_hand():
    mixed = mixed_customers(BOX, spread=0.15)
    assert mixed.formula == pytest.approx(880)
    assert mixed.average == pytest.approx((1760 + 586.667) / 2, abs=0.001)
    # Stays of 1/0.05 = 20 and 1/0.35 = 2.857 years: 22.857 customers for 2 who leave, 1 − 2/22.857 stay.
    assert mixed.mature_retention == pytest.approx(0.9125)
    assert mixed.mature_formula == pytest.approx(264 / 0.1875)
    with pytest.raises(ValueError, match="retention"):
        mixed_customers(BOX, spread=0.3)


@given(st.floats(0, 1), st.floats(0, 1), st.floats(0.01, 0.5), st.booleans())
def test_the_formula_never_exceeds_the_average_of_two_kinds(
    mean: float, part: float, rate: float, later: bool
):
    customer = CustomerValue(
        margin=100, retention=mean, discount_rate=rate, first_payment="later" if later else "now"
    )
    mixed = mixed_customers(customer, spread=part * min(mean, 1 - mean))
    assert mixed.average >= mixed.formula * (1 - 1e-9) - 1e-6
    assert mixed.mature_retention >= mean - 1e-9


@pytest.mark.parametrize("retention", [0.0, 0.3, 0.909, 0.99999, 1.0])
@pytest.mark.parametrize("growth", [-0.5, 0.0, 0.1, 0.1000001])
def test_finite_sums_agree_with_mpmath(retention: float, growth: float):
    customer = CustomerValue(
        margin=7, retention=retention, discount_rate=0.1, margin_growth=growth, periods=40
    )
    with mpmath.workdps(40):
        one = mpmath.mpf(1)
        ratio = mpmath.mpf(retention) * (one + mpmath.mpf(growth)) / (one + mpmath.mpf(0.1))
        exact = 7 * sum(ratio**k for k in range(40))
    assert customer.value() == pytest.approx(float(exact), rel=1e-10)


def test_the_sum_without_end_is_where_long_sums_tend():
    assert replace(BOX, periods=400).value() == pytest.approx(BOX.value())
    late = replace(BOX, first_payment="later")
    assert replace(late, periods=400).value() == pytest.approx(late.value())


def test_edges_are_answered_honestly():
    assert replace(BOX, retention=0).value() == 240
    assert replace(BOX, retention=0, first_payment="later").value() == 0
    # A perpetuity due: 240 + 240 / 0.1.
    assert replace(BOX, retention=1).value() == pytest.approx(2640)
    assert replace(BOX, retention=1, discount_rate=0).value() == math.inf
    assert replace(BOX, retention=1, discount_rate=0, periods=10).value() == 2400
    assert replace(BOX, retention=1, margin_growth=0.1).value() == math.inf
    assert replace(BOX, retention=1).expected_periods() == math.inf
    assert replace(BOX, margin=0, retention=1, discount_rate=0).value() == 0
    assert replace(BOX, margin_growth=5, periods=100_000).value() == math.inf


def test_a_target_beyond_reach_has_no_retention():
    # With one payment, retention changes nothing.
    assert math.isnan(replace(BOX, periods=1).retention_worth(480))
    assert math.isnan(replace(BOX, acquisition_cost=3000).break_even_retention())
    assert replace(BOX, acquisition_cost=100).break_even_retention() == 0


@given(st.floats(0.01, 0.99), st.floats(0.001, 0.5), st.sampled_from([None, 2, 10]))
def test_retention_worth_inverts_the_value(retention: float, rate: float, periods: int | None):
    customer = CustomerValue(margin=50, retention=retention, discount_rate=rate, periods=periods)
    assert customer.retention_worth(customer.value()) == pytest.approx(retention, abs=1e-8)


def test_the_tornado_by_hand():
    rows = tornado(replace(BOX, acquisition_cost=480))
    ends = {row["input"]: [row["low"], row["high"]] for row in rows.to_dict("records")}
    # 240 × 1.1/(1.1 − 0.64) − 480, 240 × 1.1/(1.1 − 0.96) − 480; margin 192 and 288; cost 384 and 576
    assert ends["retention"] == pytest.approx([93.913, 1405.714], abs=0.001)
    assert ends["margin"] == pytest.approx([224, 576])
    assert ends["acquisition_cost"] == pytest.approx([496, 304])
    assert next(iter(ends)) == "retention"
    assert "margin_growth" not in ends


@pytest.mark.parametrize(
    "wrong",
    [
        {"margin": -1},
        {"retention": 1.01},
        {"retention": math.nan},
        {"discount_rate": -0.1},
        {"margin_growth": -2},
        {"acquisition_cost": math.inf},
        {"periods": 0},
        {"first_payment": "never"},
    ],
)
def test_a_number_outside_its_range_is_named(wrong: dict):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        replace(BOX, **wrong)


def test_two_halves_counted_by_hand():
    """Ten days. Anna buys on 1, 2 and 8; Bo on 3; Chen on 7 (twice). Anna alone bought in both halves."""
    orders = pd.DataFrame(
        {
            "customer_id": ["anna", "anna", "anna", "bo", "chen", "chen", "chen"],
            "ordered_at": pd.to_datetime(
                [f"2024-01-{day:02} 12:00" for day in (1, 2, 8, 3, 7, 7, 11)]
            ).astype("datetime64[us]"),
            "amount_cents": pd.array([1000, 1000, 3000, 500, 700, 800, 9900], dtype="Int64"),
        }
    )
    buying = measure(orders=orders, until=date(2024, 1, 10))
    assert (buying.days, buying.buyers, buying.bought_again, buying.retention) == (5, 2, 1, 0.5)
    assert [buying.customers.at["chen", name] for name in ("first", "second", "spend")] == [0, 1, 15]
    assert buying.spend_per_buyer == pytest.approx(22.5)
    assert buying.per_period(0.1) == pytest.approx(1.1 ** (5 / 365.25) - 1)
    # Only Chen's ¥99 on the 11th came later; half of it is margin, so 24.75 each for Anna and Chen.
    found = judge_data(
        buying=buying,
        orders=orders,
        truth=None,
        since=date(2024, 1, 10),
        until=date(2024, 1, 15),
        margin_share=0.5,
        discount_rate_per_year=0.1,
    )
    assert found.outcome == pytest.approx(24.75)
    assert found.formula == pytest.approx(22.5 * 0.5 * 0.5)
    assert found.customers == 2
    without = measure(
        orders=orders.assign(amount_cents=pd.array([None] * 7, dtype="Int64")), until=date(2024, 1, 10)
    )
    assert math.isnan(without.spend_per_buyer)


def test_a_shop_customers_true_worth_agrees_with_adding_up_weeks():
    truth = pd.DataFrame(
        {
            "purchase_rate_per_week": [0.5, 0.2, 0.3],
            "dropout_probability": [0.1, 0.0, 0.2],
            "mean_spend_cents": [8000.0, 5000.0, 9000.0],
            "left_at": [pd.NaT, pd.NaT, pd.Timestamp("2024-03-01")],
        }
    )
    worth = true_future_margin(
        truth=truth, until=date(2024, 12, 31), margin_share=0.5, discount_rate_per_year=0.1, years=10
    )
    # Added up in steps of a hundredth of a week, taken in their middle.
    weeks = np.arange(0.005, 10 * 365.25 / 7, 0.01)
    discount = 1.1 ** (-weeks * 7 / 365.25)
    first = (0.5 * np.exp(-0.05 * weeks) * discount).sum() * 0.01 * 40
    second = (0.2 * discount).sum() * 0.01 * 25
    assert worth.tolist() == pytest.approx([first, second, 0], rel=1e-4)


def test_intervals_cover_where_the_formula_is_right_and_miss_where_it_is_not():
    rng = np.random.default_rng(3)
    again = rng.random(20_000) < 0.6
    spend = np.where(again, rng.gamma(4, 25, 20_000), 0.0)
    customers = pd.DataFrame({"first": 1, "second": again.astype(int), "spend": spend})
    buying = RepeatBuying(days=365.25, customers=customers)
    # All alike: 100 of margin in each of 5 years, 60% staying: 100 × 0.6 × (1 − 0.6⁵) / 0.4 without discount.
    right = pd.Series(100 * 0.6 * (1 - 0.6**5) / 0.4, index=customers.index)
    found = judge(buying=buying, outcome=right, margin_share=1, discount_rate_per_year=0, periods=5)
    assert 88 <= found.covered <= 100
    assert abs(found.bias) < 3
    wrong = judge(buying=buying, outcome=2 * right, margin_share=1, discount_rate_per_year=0, periods=5)
    assert wrong.covered == 0
    # Spending half of the formula's value on people worth twice that wastes nothing; on the worthless, all.
    assert wrong.regret == 0
    none = judge(buying=buying, outcome=0 * right, margin_share=1, discount_rate_per_year=0, periods=5)
    assert none.regret == pytest.approx(none.spend * none.customers)
    assert none.worthless == 1
