"""The topic's further charts, and its tables in the reader's words."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from functools import partial

import pandas as pd
import streamlit as st

from lessons import charts, frame
from lessons.foundations.customer_ladder.model import RUNGS, STEPS, Floats, Ladder
from lessons.frame import Stage, Text


def money(stage: Stage, amount: float) -> str:
    """An amount in the data's currency, without cents."""
    return stage.text.money(amount, stage.data.currency)


@functools.lru_cache(maxsize=8)
def by_hand(text: Text) -> pd.DataFrame:
    """A thousand people on the ladder as it stands: how many come to each rung, how long they stay, what they bring."""
    rows = Ladder(reached_per_month=1000).table()
    margins = rows["margin"]
    written = [
        (
            text.label(rung),
            text.number(reached),
            text.number(months),
            text.number(standing),
            text.money(margin, "CNY"),
        )
        for rung, reached, months, standing, margin in rows.itertuples(index=False)
    ]
    written.append((text.label("total"), "", "", "", text.money(margins.sum(), "CNY")))
    columns = ("rung", "come", "months", "stand", "brings")
    return pd.DataFrame(written, columns=[text.label(name) for name in columns])


def words(stage: Stage, people: Ladder, worths: Floats) -> dict[str, str]:
    """The values of the explanation's placeholders, of the ladder as it is set and as it stands."""
    text, best = stage.text, int(worths.argmax())
    brought, hand_point = by_a_thousand()
    return {
        "outcome": money(stage, worths[0]),
        "best": text.label(
            "best_other" if best else "best_first",
            best_step=text.label(f"at_{STEPS[best]}"),
            best_point=money(stage, worths[best]),
        ),
        "hundredth": text.label(
            "hundredth_gain" if people.profit() > 0 else "hundredth_loss",
            one_percent=money(stage, people.profit() / 100),
        ),
        "share": text.percent(people.conversions[0]),
        "relative": text.percent(0.01 / people.conversions[0], 1),
        "top_point": money(stage, worths[-1]),
        "margin": text.money(brought, "CNY"),
        "hand_point": text.money(hand_point, "CNY"),
    }


@functools.lru_cache(maxsize=1)
def by_a_thousand() -> tuple[float, float]:
    """What a thousand people bring on the ladder as it stands, and what the first step's next point is worth: money."""
    usual = Ladder(reached_per_month=1000)
    return float(usual.table()["margin"].sum()), float(usual.worth_of_points()[0])


def table_in_words(stage: Stage, people: Ladder) -> pd.DataFrame:
    """The ladder's rungs with their columns named."""
    text, rows = stage.text, people.table()
    rows["rung"] = rows["rung"].map(text.label)
    rows["worth"] = [*people.worth_of_points(), None]
    names = ("rung", "come", "months", "stand", "brings", "worth_column")
    return rows.set_axis([text.label(name) for name in names], axis=1)


def _draw(stage: Stage, name: str, figure: charts.Figure) -> None:
    st.markdown(stage.text.section(name).body, width=510)
    frame.draw_chart(figure, key=f"{name}_chart", alt=stage.text.label(f"{name}_heading"))


def bars(
    stage: Stage,
    names: Sequence[str],
    amounts: Floats,
    *,
    write: Callable[[float], str],
    axis: str,
    least: float = 0.0,
) -> charts.Figure:
    """Draw bars across, the ladder's ground on the bottom, each with its number; `least` must fit on the axis."""
    # From 1, for at 0 the axes draw their line.
    text, places = stage.text, list(range(1, len(names) + 1))
    top = charts.limit(1.3 * max(float(amounts.max()), least))
    figure = charts.axes(
        charts.blank(),
        x_title=text.label(axis),
        x_ticks=[(level, write(level) if level else "0") for level in (0, top / 2, top)],
        y_ticks=[(place, text.label(name)) for place, name in zip(places, names, strict=True)],
        x_range=(0, top),
        y_range=(0.4, len(names) + 0.65),
    )
    figure["layout"]["yaxis"]["showgrid"] = False
    charts.bars(figure, x=places, y=amounts.round(2).tolist(), across=True)
    for place, amount in zip(places, amounts.tolist(), strict=True):
        # A number that would run into the learner's line stands behind it.
        end = least if amount < least < amount + 0.2 * top else amount
        charts.note(figure, x=end + 0.01 * top, y=place, label=write(amount), side="right")
        figure["layout"]["annotations"][-1] |= dict(
            yanchor="middle", yshift=0, text=f"<b>{write(amount)}</b>"
        )
    return figure


def standing(stage: Stage, people: Ladder) -> None:
    """How many people stand on each rung in the steady state."""
    _draw(
        stage, "standing", bars(stage, RUNGS, people.standing(), write=stage.text.number, axis="people_axis")
    )


def filling(stage: Stage, people: Ladder) -> None:
    """The ladder from empty, month by month: a low rung and the top one, as a share of where they settle."""
    text, months = stage.text, 48
    path, settled = people.months_from_nothing(months), people.standing()
    figure = charts.axes(
        charts.blank(),
        x_title=text.label("months_axis"),
        x_ticks=[(month, text.number(month)) for month in (0, 12, 24, 36, 48)],
        y_ticks=[(share, text.percent(share) if share else "0") for share in (0, 0.5, 1)],
        x_range=(0, months * 1.02),
    )
    charts.curve(figure, x=[0, months], y=[1, 1], sign="reference")
    for rung, at in (("first_time", 7), ("advocate", 25)):
        shares = path[rung] / settled[RUNGS.index(rung)]
        charts.curve(figure, x=[0, *path["month"]], y=[0, *shares])
        charts.note(figure, x=at, y=float(shares[at - 1]), label=text.label(rung), above=False, side="right")
    _draw(stage, "filling", figure)


def matrix(stage: Stage, people: Ladder) -> None:
    """The transition matrix of a month, as a table."""
    text = stage.text
    names = [text.label(name) for name in (*RUNGS, "lost")]
    cells = [[text.percent(share) if share else "" for share in row] for row in people.transitions()]
    st.markdown(text.section("matrix").body, width=510)
    shown = pd.DataFrame(cells, columns=names)
    shown.insert(0, text.label("from_to"), names)
    st.dataframe(shown, hide_index=True, key="matrix_table")


def values(stage: Stage, people: Ladder) -> None:
    """What somebody on each rung will bring from now on, discounted at a tenth a year."""
    worth = people.values(discount_rate_per_year=0.1)
    _draw(stage, "values", bars(stage, RUNGS, worth, write=partial(money, stage), axis="value_axis"))
