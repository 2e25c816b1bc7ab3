"""Held against published survival tables, pandas, the planted tea box and sums done by hand."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest

from datasets.world import live, load_scenario
from lessons.churn.retention_curve import lived, more
from lessons.churn.retention_curve import model as retention

# Freireich and others (1963): weeks of remission under 6-mercaptopurine, 0 for those still in it.
WEEKS = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
RELAPSED = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]
# Fader and Hardie (2007): per cent of two cohorts still customers after 0 to 12 years.
HIGH_END = [100, 86.9, 74.3, 65.3, 59.3, 55.1, 51.7, 49.1, 46.8, 44.5, 42.7, 40.9, 39.4]
REGULAR = [100, 63.1, 46.8, 38.2, 32.6, 28.9, 26.2, 24.1, 22.3, 20.7, 19.4, 18.3, 17.3]


def cohorts(active: dict[str, list[int]]) -> pd.DataFrame:
    rows = [
        (pd.Timestamp(f"{name}-01"), month, numbers[0], number)
        for name, numbers in active.items()
        for month, number in enumerate(numbers)
    ]
    return pd.DataFrame(rows, columns=["cohort", "month", "size", "active"])


def test_remissions_of_freireich_1963_survive_as_every_textbook_prints():
    found = retention.kaplan_meier(time=WEEKS, left=RELAPSED).set_index("time")
    published = {6: 0.857, 7: 0.807, 10: 0.753, 13: 0.690, 16: 0.627, 22: 0.538, 23: 0.448}
    assert found["share"].round(3).to_dict() == published
    assert found["at_risk"].tolist() == [21, 17, 15, 12, 11, 7, 6]
    # Greenwood's standard errors, as in Kleinbaum & Klein, Survival Analysis: 0.0764 at week 6, 0.1346 at week 23.
    for week, error in ((6, 0.0764), (23, 0.1346)):
        row = found.loc[week]
        wide = np.log(-np.log(row["low"])) - np.log(-np.log(row["high"]))
        assert wide * -np.log(row["share"]) * row["share"] / (2 * retention.Z95) == pytest.approx(
            error, abs=2e-4
        )


def test_the_curve_of_cohorts_is_kaplan_meier_of_the_customers_in_them():
    table = cohorts(
        {"2024-01": [100, 80, 70, 63], "2024-02": [50, 45, 30], "2024-03": [200, 150], "2024-04": [40]}
    )
    time, left = [], []
    for _, rows in table.groupby("cohort"):
        active = rows["active"].to_list()
        for month, (now, then) in enumerate(zip(active, [*active[1:], 0], strict=True)):
            last = month == len(active) - 1
            # Who is there in the last month seen is censored in it, after that month's leavings.
            time += [month if last else month + 1] * (now if last else now - then)
            left += [0 if last else 1] * (now if last else now - then)
    one_by_one = retention.kaplan_meier(time=time, left=left)
    curve = retention.curve(retention.rates(table))
    for name in ("share", "low", "high"):
        assert curve[name].to_list()[1:] == pytest.approx(one_by_one[name].to_list())


def test_rates_are_those_of_a_pandas_pivot():
    rng = np.random.default_rng(4)
    active = {
        f"2024-{month:02d}": (-np.sort(-rng.integers(20, 500, 12 - month))).tolist() for month in range(1, 10)
    }
    table = cohorts(active)
    wide = table.pivot(index="cohort", columns="month", values="active")
    found = retention.rates(table).set_index("month")
    for month in range(1, 11):
        both = wide[[month - 1, month]].dropna()
        assert found.loc[month, "rate"] == pytest.approx(both[month].sum() / both[month - 1].sum())
        assert found.loc[month, "mean_rate"] == pytest.approx((both[month] / both[month - 1]).mean())
        assert found.loc[month, "cohorts"] == len(both)


def test_one_rate_promises_the_high_end_cohort_of_fader_and_hardie_2007_too_little_or_too_much():
    """First-year retention 86.9% against the 96.3% of year 12: neither is the customer's."""
    table = cohorts({"2000-01": [round(share * 10) for share in HIGH_END]})
    by_month = retention.rates(table)
    assert by_month["rate"].round(3).tolist()[:3] == [0.869, 0.855, 0.879]
    assert by_month["rate"].iloc[-1] == pytest.approx(0.963, abs=5e-4)
    years = sum(HIGH_END[:12]) / 100
    young, old = (retention.expected_periods(by_month["rate"].iloc[at], periods=12) for at in (0, -1))
    assert young == pytest.approx(sum(0.869**year for year in range(12)))
    assert old == pytest.approx(sum((394 / 409) ** year for year in range(12)))
    assert years == pytest.approx(7.166) and young < years < old


def test_the_mix_of_two_published_cohorts_falls_though_each_keeps_its_rates():
    """High end and regular customers, the regular ones three times as many a year later."""
    high, regular = (np.array(numbers) for numbers in (HIGH_END, REGULAR))
    early = (high[1] + regular[1]) / (high[0] + regular[0])
    late = (high[1] + 3 * regular[1]) / (high[0] + 3 * regular[0])
    table = cohorts({"2000-01": [1000, 869], "2001-01": [3000, 1893]})
    assert retention.rates(table)["rate"].iloc[0] == pytest.approx(late, abs=1e-4)
    assert late < early


def test_two_years_by_hand_are_simpsons_paradox():
    new_1, old_1, new_2, old_2 = (after / before for _, _, before, after in more.HAND)
    assert new_2 > new_1 and old_2 > old_1
    totals = [
        sum(row[3] for row in more.HAND if row[1] == year)
        / sum(row[2] for row in more.HAND if row[1] == year)
        for year in (1, 2)
    ]
    assert totals == pytest.approx([0.94, 0.915])


def test_two_kinds_by_hand_as_in_vaupel_and_yashin_1985():
    """Half renew at 98%, half at 80%: 0.89 at first, (0.98² + 0.80²) / (0.98 + 0.80) next, towards 98% in the end."""
    found = retention.two_kinds(stay=(0.98, 0.8), share=0.5, periods=80)
    assert found["rate"].iloc[1] == pytest.approx(0.89)
    assert found["rate"].iloc[2] == pytest.approx((0.98**2 + 0.8**2) / 1.78)
    assert found["rate"].iloc[-1] == pytest.approx(0.98, abs=1e-6)
    assert (np.diff(found["rate"].iloc[1:]) > 0).all()


def test_the_growing_company_is_what_a_simulation_of_single_customers_shows():
    rng = np.random.default_rng(6)
    months, scale = 18, 3000
    grown = retention.growing_company(
        months=months, growth=0.25, growing_from=8, alpha=0.704, beta=1.182, improvement=0.02
    )
    stays = []
    for cohort in range(months):
        joined = round(scale * (1.25 ** max(cohort - 7, 0)))
        leaving = rng.beta(0.704 * 0.98**cohort, 1.182, joined)
        stays.append(rng.geometric(np.maximum(leaving, 1e-9)))
    for month in (5, 12, 17):
        before = sum((stays[cohort] > month - cohort - 1).sum() for cohort in range(month))
        after = sum((stays[cohort] > month - cohort).sum() for cohort in range(month))
        assert grown["company"].iloc[month - 1] == pytest.approx(after / before, abs=0.008)


def test_growth_lowers_the_company_while_every_cohort_improves():
    grown = retention.growing_company(
        months=25, growth=0.2, growing_from=12, alpha=0.704, beta=1.182, improvement=0.01
    ).set_index("month")
    company = grown["company"].to_dict()
    assert company[12] > company[24]
    assert (np.diff(grown["youngest"]) > 0).all() and (np.diff(grown["oldest"]) > 0).all()


def test_the_tea_box_without_causes_keeps_the_planted_shifted_beta_geometric_9_over_9_plus_t():
    """α = 1 and β = 9 give S(t) = 9 / (9 + t) exactly; subscribers counted by Kaplan and Meier."""
    scenario = load_scenario("tea_shops")
    box = next(one for one in scenario.businesses if one.name == "box")
    alone = lived.replace(
        scenario,
        businesses=(lived.replace(box, share=1.0, also=0.0),),
        products=tuple(one for one in scenario.products if one.business == "box"),
        basket_rules=(),
        campaigns=(),
    ).with_causes()
    world = live(alone, customers=6000, seed=11, tables=("orders", "subscriptions"))
    paid = world.tables["orders"].to_pandas().groupby("customer_id").size()
    ended = world.tables["subscriptions"].to_pandas().set_index("customer_id")["ended_at"].notna()
    found = retention.kaplan_meier(time=paid, left=ended.reindex(paid.index)).set_index("time")
    for renewals in (1, 3, 6, 12, 18, 24):
        row = found.loc[renewals]
        # Half the width of the 95% interval is two standard errors; four of them hold for good.
        assert abs(row["share"] - 9 / (9 + renewals)) < row["high"] - row["low"]
    assert found["share"].to_dict()[12] == pytest.approx(9 / 21, abs=0.02)


def test_greenwood_intervals_hold_the_truth_as_often_as_promised_by_simulation():
    rng, held, trials = np.random.default_rng(9), 0, 500
    for _ in range(trials):
        stays = rng.geometric(rng.beta(1, 9, 150))
        known = rng.integers(4, 16, 150)
        found = retention.kaplan_meier(time=np.minimum(stays, known + 0.5), left=stays <= known)
        row = found[found["time"] <= 6].iloc[-1]
        held += row["low"] <= 9 / 15 <= row["high"]
    assert 0.92 < held / trials < 0.98


def test_analysts_who_see_everybody_long_enough_spread_as_the_binomial_distribution_says():
    rng, sample, month = np.random.default_rng(5), 400, 6
    # Of the beta-geometric crowd 3 / (3 + t) are left; a geometric one would look alike a month too early or late.
    months = rng.geometric(rng.beta(1, 3, 30_000)) - 1
    many = lived.Subscribers(
        survival=np.array([(months >= after).mean() for after in range(12)]),
        months=months,
        joined=np.zeros(30_000, dtype=int),
        boxes=0.0,
        periods=0,
    )
    found = lived.judge(many, today=20, month=month, sample=sample)
    share = 3 / (3 + month)
    half = 1.645 * np.sqrt(share * (1 - share) / sample)
    assert found.low == pytest.approx(share - half, abs=0.015)
    assert found.high == pytest.approx(share + half, abs=0.015)
    assert 88 <= found.covered <= 100


def test_the_triangle_keeps_what_was_known_and_nothing_later():
    table = cohorts({"2024-01": [10, 9, 8, 7], "2024-02": [20, 18, 15], "2024-04": [5]})
    known = retention.known_after(table, months=2)
    assert known[["size", "month"]].values.tolist() == [[10, 0], [10, 1], [10, 2], [20, 0], [20, 1]]
    rate, decisions = retention.company_rate(known)
    assert (rate, decisions) == (pytest.approx((8 + 18) / (9 + 20)), 29)
    assert more.of_all_ever(known) == pytest.approx(26 / 30)
    assert retention.last_full_month(date(2024, 12, 31)) == date(2024, 12, 31)


def test_grouped_cohorts_count_everybody_once_at_every_age_that_all_have_reached():
    names = [f"{year}-{month:02d}" for year in (2023, 2024) for month in range(1, 13)]
    table = cohorts({name: [100] + [50] * (23 - at) for at, name in enumerate(names)})
    found = retention.grouped(table)
    first = found[found["month"] == 0]
    assert len(first) == 8 and first["size"].tolist() == [300] * 8
    assert found[found["month"] > 0]["share"].eq(0.5).all()
    assert retention.grouped(cohorts({"2024-05": [3]}))["active"].tolist() == [3]


def test_a_table_too_short_for_a_rate_gives_the_start_alone():
    short = cohorts({"2024-01": [7]})
    assert retention.rates(short).empty
    assert retention.curve(retention.rates(short))["share"].tolist() == [1.0]
    rate, decisions = retention.company_rate(short)
    assert rate != rate and decisions == 0
    with pytest.raises(ValueError, match="between 0 and 1"):
        retention.expected_periods(1.2)
