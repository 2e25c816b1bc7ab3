"""Words and tables of the claims: numbers in the claim's unit, the six boxes by hand, and all nine side by side."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable

import numpy as np
import pandas as pd
import streamlit as st

from lessons.foundations.relationship_economics.conditions import Condition
from lessons.foundations.relationship_economics.model import CLAIMED, SHARES, Test, profit_lift
from lessons.foundations.relationship_economics.truth import Held
from lessons.frame import Stage, Text

ALL_COLUMNS = ("claim", "claimed", "origin", "counted", "true")
RETENTIONS = (0.5, 0.6, 0.7, 0.8, 0.9, 0.94)
COUNTS = ("asked", "spoke", "customers", "others")
DECIMALS = ("points", "small_silent", "all")
# Shares whose tenths count: a small difference stands beside them.
FINE = ("gained", "answered", "ignored")


def amount(text: Text, claim: str, value: float) -> str:
    """A number in the claim's unit: a percentage, or a number with a decimal where it is small."""
    if not math.isfinite(value):
        return "–"
    if claim in SHARES:
        return text.percent(value, 1 if 0 < abs(value) < 0.0995 else 0)
    whole = float(value).is_integer() or abs(value) >= 9.95
    return text.number(value, 0 if whole else 2 if value < 0.995 else 1)


def claimed(text: Text, claim: str) -> str:
    """The claim's number or band."""
    low, high = CLAIMED[claim]
    if claim in SHARES:
        return text.percent(high) if low == high else f"{text.number(low * 100)}–{text.percent(high)}"
    return text.number(high) if low == high else f"{text.number(low)}–{text.number(high)}"


def condition(text: Text, along: Condition, value: float) -> str:
    """A condition's value as its slider writes it."""
    if along.unit == "percent":
        return text.percent(value) if value else "0"
    return text.number(value, 0 if float(value).is_integer() else 1)


def holds(text: Text, tested: Test, along: Condition) -> str:
    """From where to where the claim holds along its first condition."""
    if tested.holds is None:
        return text.label("nowhere")
    least, most = (condition(text, along, end) for end in tested.holds)
    if least == most:
        return least
    return f"{least.removesuffix('%')}–{most}"


@functools.lru_cache(maxsize=8)
def by_hand(text: Text) -> pd.DataFrame:
    """Six tea boxes: what each is worth at its retention, with five points more, and the lift."""
    rows = []
    for retention in RETENTIONS:
        lift = float(profit_lift(retention=retention, discount=0.1))
        worth = 240 * 1.1 / (1.1 - retention)
        rows.append(
            (
                text.percent(retention),
                text.number(1.1 - retention, 2),
                text.money(worth, "CNY"),
                text.number(1.05 - retention, 2),
                text.money(worth * (1 + lift), "CNY"),
                text.percent(lift),
            )
        )
    names = ("hand_retention", "gap_now", "worth_now", "gap_then", "worth_then", "lift")
    return pd.DataFrame(rows, columns=[text.label(name) for name in names])


def words(stage: Stage, claim: str, tested: Test, along: Condition) -> dict[str, str]:
    """The values of the explanation's placeholders."""
    text = stage.text
    # The question's own tea box, whatever the controls say: the prose works it out for 80% and 10%.
    box = float(profit_lift(retention=0.8, discount=0.1))
    values = {"outcome": amount(text, claim, tested.outcome), "claimed": claimed(text, claim)}
    verdict = "met" if tested.met else "not_met" if math.isfinite(tested.outcome) else "worthless"
    place = "holds_where" if tested.holds else "holds_nowhere"
    return {
        "box": amount(text, "five_points", box),
        "tested": text.label(f"says_{claim}")
        if stage.presenting
        else text.label("named", claim=text.label(claim)),
        "verdict": text.label(verdict, **values),
        "where": text.label(place, along=text.label(along.name), range=holds(text, tested, along)),
        "when": text.label(f"when_{claim}", **values),
    }


def held_words(stage: Stage, claim: str, held: Held) -> dict[str, str]:
    """What was counted and what is true, in words; further numbers by their names."""
    text = stage.text
    values = {name: amount(text, claim, getattr(held, name)) for name in ("counted", "low", "high", "true")}
    for name, value in held.more.items():
        if name.endswith("_money"):
            values[name] = text.money(value, stage.data.currency)
        elif name in COUNTS:
            values[name] = text.number(value)
        elif name in DECIMALS:
            values[name] = text.number(value, 1)
        else:
            values[name] = text.percent(value, 1 if value < 0.0995 or name in FINE else 0)
    return values | {"claimed": claimed(text, claim)}


def table_in_words(stage: Stage, tested: Test, along: Condition) -> pd.DataFrame:
    """The curve behind the chart."""
    every = slice(None, None, 8)
    factor = 100 if along.unit == "percent" else 1
    outcome = np.where(np.isfinite(tested.y), tested.y, np.nan) * (100 if tested.claim in SHARES else 1)
    return pd.DataFrame({"condition": tested.x[every] * factor, "outcome": outcome[every]}).set_axis(
        [stage.text.label(along.name), stage.text.label(f"axis_{tested.claim}")], axis=1
    )


def all_claims(stage: Stage, held: Callable[[str], Held]) -> None:
    """All nine claims in one table: claimed, source, counted, true."""
    text = stage.text
    st.markdown(text.section("all").body, width=510)
    rows = []
    for claim in CLAIMED:
        values = held_words(stage, claim, held(claim))
        rows.append(
            (
                text.label(claim),
                values["claimed"],
                text.label(f"from_{claim}"),
                values["counted"],
                values["true"],
            )
        )
    st.dataframe(
        pd.DataFrame(rows, columns=[text.label(name) for name in ALL_COLUMNS]),
        hide_index=True,
        key="all_claims",
    )
