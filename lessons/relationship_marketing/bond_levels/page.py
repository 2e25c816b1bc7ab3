"""The page on bonds: a budget spread over three, and who still leaves."""

from __future__ import annotations

from functools import partial

import streamlit as st

from lessons import frame
from lessons.frame import Stage, Text
from lessons.relationship_marketing.bond_levels import lived, more, notebook, pictures
from lessons.relationship_marketing.bond_levels import model as bonds

ORDER_VALUE, CURRENCY = 88, "CNY"


def page(text: Text) -> None:
    """Draw the topic."""
    frame.topic(text, model=model, sources=[bonds], notebook=notebook.cells)


def model(stage: Stage) -> None:
    """Ask for the three amounts, say who still leaves, and live the same people without and with the bonds."""
    text = stage.text
    money = {
        bond: float(stage.slider(bond, 0.0, bonds.FULL_COST[bond], 1.0, step=0.5, unit="money"))
        for bond in bonds.BONDS
    }
    with stage.more():
        years = int(stage.slider("years", 1, 4, 4))
        margin_share = stage.slider("margin_share", 10, 70, 55, step=5, unit="percent") / 100
    ties = bonds.Ties(**money, margin=ORDER_VALUE * margin_share, years=years)
    best = bonds.best_split(ties.spend, customer=ties)
    stage.figure("still_leave", text.number(ties.still_leave()))
    stage.figure("best_figure", text.number(best.still_leave()))
    stage.figure("switching", text.percent(ties.price_room()))
    stage.figure("gain", text.money(ties.gain(), CURRENCY))
    stage.chart("of_hundred", pictures.who_still_leaves(stage, ties, best))
    stage.explain(**more.words(text, ties, best))
    stage.by_hand(more.by_hand(text))
    if stage.locked:
        amounts = (money["financial"], money["social"], money["structural"])
        pictures.truth(stage, ties, truly(margin_share, years, amounts))
    stage.further("over_years", partial(more.over_years, text, ties, best))
    stage.further("budget", partial(more.by_budget, text, ties))
    stage.table(lambda: more.reasons(text, ties))
    stage.notebook(ties=ties)


@st.cache_resource(max_entries=6, show_spinner=False)
def without_bonds(margin_share: float, years: int) -> lived.History:
    """The same people without any bond: lived once for every budget that is held against it."""
    return lived.history(margin_share=margin_share, years=years, money=(0.0, 0.0, 0.0))


@st.cache_resource(max_entries=128, show_spinner=False)
def truly(margin_share: float, years: int, money: tuple[float, float, float]) -> lived.Lived:
    """What this budget really brings."""
    after = lived.history(margin_share=margin_share, years=years, money=money)
    return lived.held_against(without_bonds(margin_share, years), after)
