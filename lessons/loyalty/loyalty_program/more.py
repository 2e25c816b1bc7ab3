"""Further views of the programme: six members, ways to count, the points account, the rush to silver, a workbook."""

from __future__ import annotations

import functools

import pandas as pd
import streamlit as st

from lessons import charts, frame
from lessons.frame.drawing import numbers_right
from lessons.frame.workbook import Formula, xlsx
from lessons.loyalty.loyalty_program import comparisons
from lessons.loyalty.loyalty_program import model as loyalty
from lessons.loyalty.loyalty_program.lived import TwoLives


@functools.lru_cache(maxsize=8)
def six_in_words(text: frame.Text, *, currency: str) -> pd.DataFrame:
    """The six members by hand, in the reader's words."""
    six = loyalty.six_members()
    money = {
        name: [text.money(amount, currency, digits) for amount in six[name]]
        for name, digits in (("without", 0), ("with_card", 0), ("points_off", 0), ("brings", 2))
    }
    return pd.DataFrame(
        {text.label("who"): list("ABCDEF"), **{text.label(name): cells for name, cells in money.items()}}
    )


def ways(stage: frame.Stage, rows: pd.DataFrame, seen: comparisons.BeforeAfter, lives: TwoLives) -> None:
    """Five ways to count the extra sales, each with what it says of the truth and of a life without any programme."""
    text, currency = stage.text, stage.data.currency
    without = comparisons.before_after(rows, basket="without")
    groups = comparisons.groups(rows)
    plain = comparisons.groups(rows.assign(basket=rows["without"]))
    members, true = groups.customers["members"], lives.extra_sales

    def gap(found: comparisons.Groups, one: str, other: str) -> float:
        return found.mean[one] - found.mean[other]

    half = (groups.half["members"] ** 2 + groups.half["others"] ** 2) ** 0.5
    silver = groups.customers["silver"]
    lines = [
        ("way_pooled", seen.seen_extra, without.seen_extra),
        ("way_paired", seen.paired * seen.orders_after, without.paired * seen.orders_after),
        ("way_silver", gap(groups, "silver", "below") * silver, gap(plain, "silver", "below") * silver),
        (
            "way_members",
            gap(groups, "members", "others") * members,
            gap(plain, "members", "others") * members,
        ),
        ("way_truth", true, 0.0),
    ]
    st.markdown(
        text.section("ways", half=text.money(half * members, currency), members=text.number(members)).body,
        width=510,
    )
    shown = pd.DataFrame(
        {
            text.label("way"): [text.label(name) for name, _, _ in lines],
            text.label("says"): [text.money(amount, currency) for _, amount, _ in lines],
            text.label("says_without"): [text.money(amount, currency) for _, _, amount in lines],
        }
    )
    st.dataframe(
        shown,
        hide_index=True,
        key="ways_table",
        column_config=numbers_right(shown),
        alt=text.label("ways"),
    )


def account(stage: frame.Stage, months: pd.DataFrame) -> None:
    """What is owed at each month's end, and the account's last months."""
    text, currency = stage.text, stage.data.currency
    top = charts.limit(max(float(months["owed"].max()), 1.0))
    figure = charts.axes(
        charts.blank(),
        x_title=text.label("month_axis"),
        x_ticks=[
            (place, months["month"].iloc[place].strftime("%Y-%m"))
            for place in range(0, len(months), max(len(months) // 3, 1))
        ],
        y_ticks=[(level, text.short_money(level, currency)) for level in (0, top / 2, top)],
        x_range=(-0.5, len(months) - 0.5),
    )
    charts.curve(figure, x=list(range(len(months))), y=months["owed"].to_numpy())
    last = len(months) - 1
    label = text.label("owed_point", amount=text.money(float(months["owed"].iloc[-1]), currency))
    charts.point(figure, x=last, y=float(months["owed"].iloc[-1]), label=label, side="left", above=False)
    st.markdown(text.section("account").body, width=510)
    frame.draw_chart(figure, key="account_chart", alt=text.label("account"))
    shown = months.tail(12)
    shown = shown.assign(month=shown["month"].dt.strftime("%Y-%m"))
    names = ["month", "opening", "earned", "redeemed", "expired", "closing", "owed", "cost"]
    for name in names[1:6]:
        shown[name] = [text.number(points) for points in shown[name]]
    for name in names[6:]:
        shown[name] = [text.money(amount, currency) for amount in shown[name]]
    shown = shown[names].set_axis([text.label(f"column_{name}") for name in names], axis=1)
    st.dataframe(
        shown,
        hide_index=True,
        height="content",
        key="account_table",
        column_config=numbers_right(shown),
        alt=text.label("account"),
    )


def rush(stage: frame.Stage, rows: pd.DataFrame) -> None:
    """Sales by week around the day of silver: with the programme, and the same members without it."""
    text, world = stage.text, stage.data.world
    span = {"start": pd.Timestamp(world.start), "until": pd.Timestamp(world.until)}
    given = comparisons.around_silver(rows, **span)
    plain = comparisons.around_silver(rows.assign(basket=rows["without"]), **span)
    top = charts.limit(float(given["sales"].max()))
    edge = comparisons.WEEKS_AROUND
    figure = charts.axes(
        charts.blank(),
        x_title=text.label("weeks_axis"),
        x_ticks=[(week, text.number(week)) for week in (-edge, -edge // 2, 0, edge // 2, edge)],
        y_ticks=[(level, text.short_money(level, stage.data.currency)) for level in (0, top / 2, top)],
    )
    charts.curve(figure, x=given["week"].to_numpy(), y=given["sales"].to_numpy())
    charts.curve(figure, x=plain["week"].to_numpy(), y=plain["sales"].to_numpy(), sign="truth")
    place = len(given) // 2 - 1
    peak = given.iloc[place]
    charts.note(
        figure,
        x=peak["week"] - 2.5,
        y=peak["sales"],
        label=text.label("with_programme"),
        side="left",
        above=False,
    )
    low = plain.iloc[place - 1]
    charts.note(
        figure, x=low["week"], y=low["sales"], label=text.label("without_it"), sign="truth", above=False
    )
    st.markdown(text.section("rush").body, width=510)
    frame.draw_chart(figure, key="rush_chart", alt=text.label("rush"))


def workbook(text: frame.Text, months: pd.DataFrame, programme: loyalty.Programme) -> bytes:
    """Two sheets: the terms, and the account month by month with live closings, liabilities and costs."""
    terms = f"'{text.label('terms_sheet')}'!"
    value, share = f"{terms}$B$2", f"{terms}$B$3"
    first = pd.DataFrame(
        {
            text.label("what"): [text.label("point_value"), text.label("redeemed_share")],
            text.label("amount"): [programme.point_value, programme.redeemed_share],
        }
    )
    columns: dict[str, list[object]] = {name: [] for name in months.columns}
    for row, month in enumerate(months.to_dict("records"), start=2):
        columns["month"].append(str(month["month"])[:7])
        opening = Formula(f"=F{row - 1}", month["opening"]) if row > 2 else 0
        columns["opening"].append(opening)
        for name in ("earned", "redeemed", "expired"):
            columns[name].append(int(month[name]))
        columns["closing"].append(Formula(f"=SUM(B{row}:E{row})", month["closing"]))
        columns["owed"].append(Formula(f"=F{row}*{share}*{value}", month["owed"]))
        before = f"-G{row - 1}" if row > 2 else ""
        columns["cost"].append(Formula(f"=-D{row}*{value}+G{row}{before}", month["cost"]))
    second = pd.DataFrame(
        {text.label(f"column_{name}"): pd.Series(cells, dtype=object) for name, cells in columns.items()}
    )
    return xlsx({text.label("terms_sheet"): first, text.label("account_sheet"): second})
