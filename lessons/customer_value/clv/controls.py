"""Whose margin, retention and discount does the page calculate with?  The tea box's, or those found in orders."""

from __future__ import annotations

from dataclasses import dataclass

from lessons.customer_value.clv.model import CustomerValue
from lessons.customer_value.clv.repeat_buying import DAYS_PER_YEAR, RepeatBuying
from lessons.frame import Stage

YEARS = {"endless": None, "years_3": 3, "years_5": 5, "years_10": 10, "years_20": 20}


@dataclass(frozen=True, kw_only=True)
class Inputs:
    """What the controls say: the customer per period, a period's length in years, and the yearly discount rate.

    `margin_share` is the margin on a shop order as a share; `axis` names the retention on the chart.
    """

    customer: CustomerValue
    years_per_period: float
    margin_share: float
    discount: float
    axis: str


def tea_box(stage: Stage) -> Inputs:
    """Ask for the tea box's figures: a contract by the year."""
    margin = stage.slider("margin", 60, 600, 240, step=20, unit="money")
    retention = stage.slider("retention", 0, 100, 80, unit="percent") / 100
    discount = stage.slider("discount", 0, 30, 10, unit="percent") / 100
    with stage.more():
        growth = stage.slider("growth", -10, 15, 0, unit="percent") / 100
        cost = stage.slider("cost", 0, 1200, 480, step=20, unit="money")
        years = YEARS[stage.select("horizon", list(YEARS))]
        first_payment = stage.radio("first_payment", ["now", "later"])
        margin_share = stage.slider("margin_share", 5, 100, 50, step=5, unit="percent") / 100
    customer = CustomerValue(
        margin=margin,
        retention=retention,
        discount_rate=discount,
        margin_growth=growth,
        acquisition_cost=cost,
        periods=years,
        first_payment="later" if first_payment == "later" else "now",
    )
    axis = stage.text.label("retention_axis")
    return Inputs(
        customer=customer, years_per_period=1, margin_share=margin_share, discount=discount, axis=axis
    )


def from_orders(stage: Stage, buying: RepeatBuying) -> Inputs:
    """Take retention and margin from orders without a contract, per half-period; ask for the rest."""
    text, years_per_period = stage.text, buying.days / DAYS_PER_YEAR
    margin_share = stage.slider("margin_share", 5, 100, 50, step=5, unit="percent") / 100
    discount = stage.slider("discount", 0, 30, 10, unit="percent") / 100
    with stage.more():
        growth = stage.slider("growth", -10, 15, 0, unit="percent") / 100
        cost = stage.number("cost_here", 0, 1_000_000, 0)
        years = YEARS[stage.select("horizon", list(YEARS))]
        margin = buying.spend_per_buyer * margin_share
        if not stage.data.has_amounts:
            margin = stage.number("margin_period", 0, 1_000_000, 100)
            stage.notice("no_amounts")
    customer = CustomerValue(
        margin=margin if margin == margin else 0.0,
        retention=buying.retention,
        discount_rate=buying.per_period(discount),
        margin_growth=buying.per_period(growth),
        acquisition_cost=cost,
        periods=max(round(years / years_per_period), 1) if years else None,
        first_payment="later",
    )
    days = text.number(buying.days)
    stage.notice(
        "measured",
        days=days,
        buyers=text.number(buying.buyers),
        again=text.number(buying.bought_again),
        retention=text.percent(buying.retention),
        margin=text.money(customer.margin, stage.data.currency, 2 if customer.margin < 100 else 0),
    )
    return Inputs(
        customer=customer,
        years_per_period=years_per_period,
        margin_share=margin_share,
        discount=discount,
        axis=text.label("again_axis", days=days),
    )
