"""How good is the A list for the next period?  Held against the truth, or against what was kept back."""

from dataclasses import dataclass

import pandas as pd

from lessons.customer_value.abc_analysis.model import (
    Choice,
    choice,
    classes,
    concentration,
    customers_for,
    gini,
)


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """The A list against the next period.

    `chosen` is the share of customers in A, `silent` the share of them without an order in the next period.
    `listed` and `best` are curves from concentration(): the next period's value by depth of the list, and of
    the best possible list. `gini` and `needed` are those of the expected revenue of the period that is over,
    None where nobody knows it.
    """

    choice: Choice
    chosen: float
    silent: float
    listed: pd.DataFrame
    best: pd.DataFrame
    gini: float | None
    needed: float | None


def judge(customers: pd.DataFrame, *, after: pd.DataFrame, known: pd.DataFrame | None, a: float) -> Judgement:
    """Judge class A (limit `a`) of a list from customer_list().

    `after` holds orders and revenue of the next period, `known` the truth from expected_revenue(), both in
    the list's order; without truth the next period's revenue stands for it.
    """
    in_a = classes(customers["revenue"], a=a, ab=1.0) == "A"
    value = after["revenue"] if known is None else known["future"]
    return Judgement(
        choice=choice(chosen=in_a, next_value=value),
        chosen=float(in_a.mean()),
        silent=float((after["orders"][in_a] == 0).mean()),
        listed=concentration(value, by=customers["revenue"]),
        best=concentration(value),
        gini=None if known is None else gini(known["past"]),
        needed=None if known is None else customers_for(known["past"], share=0.80) / len(known),
    )
