"""Further views of word of mouth: six generations by hand, the threshold, and how unequal families are."""

from __future__ import annotations

import functools
import math

import numpy as np
import pandas as pd

from lessons import charts
from lessons.frame import Text, draw_chart
from lessons.relationship_marketing.word_of_mouth.model import Market, Referrals

_LARGEST = 6


def total(text: Text, tree: Referrals) -> str:
    """Customers in the end, in words where there is no end."""
    return text.number(tree.total()) if math.isfinite(tree.total()) else text.label("no_end")


def words(text: Text, tree: Referrals, market: Market, kind: str, *, usual: Referrals) -> dict[str, str]:
    """The values of the explanation's placeholders, each in the words that fit the setting."""
    rate, people = text.number(tree.rate, 2), text.number(market.people)
    on_edge, endless = round(tree.rate, 9) == 1, tree.rate >= 1
    if kind == "market":
        setting = "setting_market"
    elif tree == usual:
        setting = "setting_usual"
    else:
        setting = "setting_endless" if math.isinf(tree.total()) else "setting_ends"
    if market.imitation == 0:
        peak = "peak_silent"
    else:
        peak = "peak_at_once" if market.imitation <= market.innovation else "peak_later"
    return {
        "setting": text.label(setting, total=total(text, tree), rate=rate, people=people),
        "carries": text.label(
            "just_carries" if on_edge else "does_carry" if endless else "does_not_carry", rate=rate
        ),
        "people": people,
        "peak": text.label(
            peak, peak_year=text.number(market.peak_year(), 1), talk_share=text.percent(market.by_talk())
        ),
    }


@functools.lru_cache(maxsize=16)
def six_generations(text: Text) -> pd.DataFrame:
    """The first six generations of a hundred customers at R = 0.8, in the reader's words."""
    tree = Referrals(talks=4, conversion=0.2)
    so_far = tree.so_far(5)
    new = np.diff(so_far, prepend=0)
    return pd.DataFrame(
        {
            text.label("generation"): [
                text.label("the_first") if number == 0 else text.label("nth", number=number)
                for number in range(6)
            ],
            text.label("talked_to"): [text.number(one * 4) for one in new],
            text.label("came"): [text.number(one) for one in new * tree.rate],
            text.label("all_so_far"): [text.number(one) for one in so_far],
        }
    )


def rows(text: Text, tree: Referrals, market: Market, kind: str) -> pd.DataFrame:
    """The rows of the Data tab: by generation, or by year."""
    if kind == "tree":
        so_far = tree.so_far(20)
        return pd.DataFrame(
            {
                text.label("generation"): np.arange(21),
                text.label("new"): np.diff(so_far, prepend=0).round(2),
                text.label("all_so_far"): so_far.round(2),
            }
        )
    year = np.arange(21.0)
    held = market.customers(year)
    return pd.DataFrame(
        {
            text.label("year"): year.astype(int),
            text.label("new"): np.diff(held, prepend=0).round(2),
            text.label("all_so_far"): held.round(2),
        }
    )


def by_rate(text: Text, tree: Referrals) -> None:
    """Draw the customers in the end by R: a curve that has no end at R = 1."""
    most = 20
    rate = np.linspace(0, 1 - 1 / most, 96)
    top = float(most * tree.first)
    figure = charts.axes(
        charts.blank(),
        x_title=text.label("rate_axis"),
        x_ticks=[(at, text.number(at, 1) if at else "0") for at in (0, 0.5, 1, 1.5)],
        y_ticks=[(level, text.number(level)) for level in (0, top / 2, top)],
        y_range=(-0.06 * top, 1.14 * top),
    )
    wall = [1.0, 1.0]
    charts.curve(figure, x=wall, y=[0, top], sign="reference")
    charts.note(
        figure, x=1, y=top, label=text.label("threshold"), sign="reference", side="right", above=False
    )
    figure["layout"]["annotations"][-1]["xshift"] = 6
    charts.curve(figure, x=rate, y=tree.first / (1 - rate))
    if tree.rate <= rate[-1]:
        charts.point(figure, x=tree.rate, y=tree.total(), label=text.number(tree.total()), side="left")
    draw_chart(figure, key="by_rate", alt=text.label("by_rate"))


def families(text: Text, tree: Referrals) -> None:
    """Draw how many of 100 customers found a family of 1, 2, 3 … people."""
    chance = 100 * tree.chain_sizes(_LARGEST - 1)
    # Families without end are larger, too.
    heights = [*chance, max(100 - chance.sum(), 0.0)]
    top = charts.limit(max(heights))
    figure = charts.axes(
        charts.blank(),
        x_title=text.label("family_axis"),
        x_ticks=[
            *((size, text.number(size)) for size in range(1, _LARGEST)),
            (_LARGEST, text.label("or_more", size=_LARGEST)),
        ],
        y_ticks=[(level, text.number(level)) for level in (0, top / 2, top)],
        x_range=(0.4, _LARGEST + 0.6),
    )
    charts.bars(figure, x=list(range(1, _LARGEST + 1)), y=heights)
    for size, height in enumerate(heights, start=1):
        charts.note(figure, x=size, y=height, label=text.number(height), sign="reference")
        figure["layout"]["annotations"][-1]["yshift"] = 2
    draw_chart(figure, key="families", alt=text.label("families"))
