"""The page on loyalty programmes: what points cost, and how much of the extra sales must be extra."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from lessons import frame
from lessons.frame.data import Data, table
from lessons.loyalty.loyalty_program import comparisons, lived, more, notebook, pictures
from lessons.loyalty.loyalty_program import model as loyalty


def page(text: frame.Text) -> None:
    """Draw the topic."""
    frame.topic(text, model=model, sources=[loyalty, comparisons], notebook=notebook.cells)


def model(stage: frame.Stage) -> None:
    """Ask for the programme's terms, and show its profit by what share of the extra sales is truly extra."""
    text, data = stage.text, stage.data
    terms = data.scenario.loyalty
    point_value = stage.slider(
        "point_value", 0.01, 0.10, terms.point_value_cents / 100, step=0.01, unit="money"
    )
    redeemed_share = stage.slider("redeemed_share", 0, 100, 65, unit="percent") / 100
    with stage.more():
        margin_share = stage.slider("margin_share", 10, 90, 55, unit="percent") / 100
        running = stage.slider("running", 0, 20, 0, unit="money")
    rows = baskets(data.key, data)
    seen = counted(data.key, data)
    years = (data.world.until - data.world.start).days / 365.25
    programme = loyalty.Programme(
        point_value=point_value,
        redeemed_share=redeemed_share,
        margin_share=margin_share,
        running=running * years * float(rows.loc[rows["member"], "customer_id"].nunique()),
    )
    ledger = table(data, "loyalty_ledger")
    account = loyalty.roll_forward(ledger, programme=programme, until=pd.Timestamp(data.world.until))
    points = {
        "redeemed": -float(account["redeemed"].sum()),
        "outstanding": float(account["closing"].iloc[-1]),
    }
    needed = programme.share_needed(seen_extra=seen.seen_extra, **points)
    owed, cost = programme.owed(points=points["outstanding"]), programme.cost(**points)

    stage.figure("seen_extra", text.money(seen.seen_extra, data.currency))
    stage.figure("points_cost", text.money(cost, data.currency))
    stage.figure("owed", text.money(owed, data.currency))
    stage.figure("pays_from", text.percent(needed) if needed <= 1 else text.label("never"))
    stage.chart(
        "profit_by_share", pictures.profit_by_share(stage, programme, seen.seen_extra, points, needed=needed)
    )
    uplift = programme.uplift_needed(points_per_money=terms.points_per_100_cents)
    at_guess = programme.profit(extra_sales=stage.guess / 100 * seen.seen_extra, **points)
    stage.explain(
        before=text.money(seen.before, data.currency, 2),
        after=text.money(seen.after, data.currency, 2),
        rise=text.percent(seen.rise),
        orders=text.number(seen.orders_after),
        members=text.number(seen.members),
        seen_extra=text.money(seen.seen_extra, data.currency),
        pays=text.label("pays_if", needed=text.percent(needed)) if needed <= 1 else text.label("pays_not"),
        other_end=text.label("fine" if needed <= 1 else "not_fine"),
        bill=text.label("bill_running" if running else "bill_plain"),
        redeemed_share=text.percent(redeemed_share),
        at_guess=text.money(at_guess, data.currency),
        cost=text.money(cost, data.currency),
        owed=text.money(owed, data.currency),
        open_points=text.number(points["outstanding"]),
        uplift=text.percent(uplift, 1) if uplift <= 1 else text.label("above_all"),
    )
    stage.by_hand(more.six_in_words(text, currency=data.currency))
    lives = both_lives(data.key, data)
    pictures.held_against(stage, programme, seen, lives, rows, ledger, points)
    stage.further("ways", lambda: more.ways(stage, rows, seen, lives))
    stage.further("account", lambda: more.account(stage, account))
    stage.further("rush", lambda: more.rush(stage, rows))
    stage.table(
        lambda: account.assign(
            month=account["month"].dt.strftime("%Y-%m"),
            owed=account["owed"].round(2),
            cost=account["cost"].round(2),
        )
    )
    stage.workbook(lambda: more.workbook(text, account, programme))
    stage.notebook(programme=programme, seen_extra=seen.seen_extra, until=str(data.world.until), **points)


@st.cache_resource(max_entries=2, show_spinner=False)
def baskets(key: str, _data: Data) -> pd.DataFrame:
    """The orders of the businesses with points: whose, how large, silver or not, and what they are without it."""
    orders = table(_data, "orders")
    counts = [one.name for one in _data.scenario.businesses if one.loyalty]
    own = orders["business"].isin(counts).to_numpy()
    rows = comparisons.baskets(
        orders[own], ledger=table(_data, "loyalty_ledger"), silver_points=_data.scenario.loyalty.silver_points
    )
    # Both lives hold the same orders in the same rows: lived.py makes sure of it.
    return rows.assign(without=both_lives(key, _data).baskets_without[own])


@st.cache_resource(max_entries=2, show_spinner=False)
def counted(key: str, _data: Data) -> comparisons.BeforeAfter:
    """The plain comparison of baskets before and after silver."""
    return comparisons.before_after(baskets(key, _data))


@st.cache_resource(max_entries=2, show_spinner=False)
def both_lives(key: str, _data: Any) -> lived.TwoLives:
    """The same customers with and without the programme."""
    world = _data.world
    # As many roots as the company was made of: those whom nobody referred.
    return lived.two_lives(world, customers=world.customers.num_rows - world.tables["referrals"].num_rows)
