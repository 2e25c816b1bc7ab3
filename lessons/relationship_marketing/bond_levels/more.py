"""Further views of the bonds: the sum by hand, the years, and how much money is enough."""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd

from lessons import charts
from lessons.frame import Text, draw_chart
from lessons.relationship_marketing.bond_levels.model import BONDS, HOLDS, Ties, best_split
from lessons.relationship_marketing.bond_levels.pictures import money_marks

_MONEY = "CNY"
_BUDGETS = np.arange(0, 9.01, 0.5)


@functools.lru_cache(maxsize=16)
def by_hand(text: Text) -> pd.DataFrame:
    """One yuan an order in each bond, reason by reason, in the reader's words; the last row is the sum."""
    rows = Ties(financial=1, social=1, structural=1).departures()
    return _in_words(text, rows, digits=1)


def reasons(text: Text, ties: Ties) -> pd.DataFrame:
    """The rows of the Data tab: the same table with the page's amounts."""
    rows = ties.departures()
    return rows.assign(reason=[text.label(f"row_{reason}") for reason in rows["reason"]]).rename(
        columns={name: text.label(f"column_{name}") for name in rows.columns}
    )


def _in_words(text: Text, rows: pd.DataFrame, *, digits: int) -> pd.DataFrame:
    held_by = []
    for reason in rows["reason"]:
        names = [text.label(f"short_{bond}") for bond in BONDS if reason in HOLDS[bond]]
        held_by.append(
            text.label("all_three")
            if len(names) == 3
            else text.label("and").join(names) or text.label("none")
        )
    total = rows["with_ties"].sum()
    return pd.DataFrame(
        {
            text.label("column_reason"): [
                *(text.label(f"row_{reason}") for reason in rows["reason"]),
                text.label("together"),
            ],
            text.label("column_held_by"): [*held_by, ""],
            text.label("column_without"): [*(text.number(one) for one in rows["without"]), "100"],
            text.label("column_hold"): [*(text.number(one, 2) for one in rows["hold"]), ""],
            text.label("column_factor"): [*(text.number(one, 2) for one in rows["factor"]), ""],
            text.label("column_with_ties"): [
                *(text.number(one, digits) for one in rows["with_ties"]),
                text.number(total, digits),
            ],
        }
    )


def split_in_words(text: Text, ties: Ties) -> str:
    """The three amounts, those that are nothing left out."""
    parts = [
        text.label("part", bond=text.label(f"short_{bond}"), money=text.money(getattr(ties, bond), _MONEY, 2))
        for bond in reversed(BONDS)
        if getattr(ties, bond) > 0
    ]
    return text.label("and").join(parts) or text.label("nothing_to_split")


def words(text: Text, ties: Ties, best: Ties) -> dict[str, str]:
    """The values of the explanation's placeholders, each in the words that fit the setting."""
    three = best_of_three()
    left, lowest = text.number(ties.still_leave()), text.number(best.still_leave())
    nothing, as_good = ties.spend == 0, left == lowest
    other = "mix_three" if ties.spend == three.spend else "mix_other"
    mix = text.label(
        "mix_none" if nothing else "mix_best" if as_good else other,
        spend=text.money(ties.spend, _MONEY, 2),
        left=left,
        best=lowest,
        best_split=split_in_words(text, best),
    )
    room = "room_none" if nothing else "room_some" if ties.price_room() > 0 else "room_social"
    gain = ties.gain()
    if nothing:
        worth = "worth_none"
    elif text.money(gain, _MONEY) == text.money(best.gain(), _MONEY):
        worth = "worth_less_best" if gain < 0 else "worth_best"
    else:
        worth = "worth_less" if gain < 0 else "worth_more"
    years = round(ties.years)
    return {
        "three_left": text.number(three.still_leave()),
        "three_split": split_in_words(text, three),
        "mix": mix,
        "room": text.label(room, room=text.percent(ties.price_room())),
        "worth": text.label(
            worth,
            years=text.label("one_year" if years == 1 else "many_years", years=text.number(years)),
            gain=text.money(gain, _MONEY),
            loss=text.money(-gain, _MONEY),
            best_gain=text.money(best.gain(), _MONEY),
        ),
    }


@functools.lru_cache(maxsize=1)
def best_of_three() -> Ties:
    """The answer to the page's question, whatever the controls say: three yuan an order, spent as well as can be."""
    return best_split(3.0, customer=Ties(financial=1, social=1, structural=1))


def over_years(text: Text, ties: Ties, best: Ties) -> None:
    """Draw the profit against doing nothing as the years go by, of this split and of the best one."""
    weeks = np.arange(0, round(ties.years * 52) + 1, 2)
    lines = [(one, one.gain_by_week()[weeks]) for one in (ties, best)]
    ends = [(float(values.min()), float(values.max())) for _, values in lines]
    marks = money_marks(min(low for low, _ in ends), max(high for _, high in ends))
    figure = charts.axes(
        charts.blank(),
        x_title=text.label("years_axis"),
        x_ticks=[(year, text.number(year)) for year in range(round(ties.years) + 1)],
        y_ticks=[(mark, text.short_money(mark, _MONEY)) for mark in marks],
    )
    for (one, values), sign in zip(lines, ("model", "reference"), strict=True):
        charts.curve(figure, x=weeks / 52, y=values, sign=sign)
        name = "yours" if one is ties else "best_short"
        charts.note(
            figure,
            x=weeks[-1] / 52,
            y=values[-1],
            label=text.label(name),
            sign=sign,
            above=(one is best),
            side="left",
        )
    draw_chart(figure, key="over_years", alt=text.label("over_years"))


def by_budget(text: Text, ties: Ties) -> None:
    """Draw the gain by how much is spent an order, each budget split as well as can be."""
    gains = [best_split(float(budget), customer=ties).gain() for budget in _BUDGETS]
    marks = money_marks(min(gains), max(gains))
    figure = charts.axes(
        charts.blank(),
        x_title=text.label("budget_axis"),
        x_ticks=[(amount, text.money(amount, _MONEY) if amount else "0") for amount in (0, 3, 6, 9)],
        y_ticks=[(mark, text.short_money(mark, _MONEY)) for mark in marks],
    )
    charts.curve(figure, x=_BUDGETS, y=gains)
    place = int(np.argmax(gains))
    side = "left" if place > len(gains) / 2 else "right"
    charts.point(
        figure,
        x=float(_BUDGETS[place]),
        y=gains[place],
        label=text.label("enough", money=text.money(float(_BUDGETS[place]), _MONEY, 2)),
        side=side,
    )
    draw_chart(figure, key="budget", alt=text.label("budget"))
