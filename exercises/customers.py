"""What can a company see of its customers, and what would each of them have brought under another policy?

`seen` is what a manager has before the decision, from the company's own tables. `replayed` is what nobody has: the same
people lived twice, so that a decision can be marked by its true profit. Both give the same frame whenever they are
asked; it is the caller's own, to be written into as the caller likes. Money is in the currency's units.
"""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd

from datasets.world import live, load_scenario
from datasets.world.policy import Policy
from datasets.world.replay import replay

_TABLES = (
    "customers",
    "orders",
    "subscriptions",
    "interactions",
    "surveys",
    "contacts",
    "loyalty_ledger",
    "referrals",
)


def replayed(
    scenario: str, *, before: Policy, after: Policy, customers: int = 4000, seed: int = 7, weeks: int = 104
) -> pd.DataFrame:
    """Live the same customers under two policies: one row a person, indexed by customer_id (text).

    Columns: orders_before, orders_after; profit_before, profit_after, incremental_profit (currency units, over all the
    weeks); left_before, left_after, referred (0 or 1); reason_before, reason_after; change, what differed first. Whom a
    customer refers has a row of their own. Give `after` a `from_week`: until then both histories are one.
    Raises ValueError for numbers out of range.

    >>> from dataclasses import replace
    >>> usual = load_scenario("tea_shops").policy
    >>> pampered = replace(usual, answered_share=1.0, from_week=40)
    >>> found = replayed("tea_shops", before=usual, after=pampered, customers=300, weeks=52)
    >>> bool((found["incremental_profit"] != 0).any())
    True
    """
    return _replayed(scenario, before, after, customers, seed, weeks).copy()


@functools.lru_cache(maxsize=24)
def _replayed(
    scenario: str, before: Policy, after: Policy, customers: int, seed: int, weeks: int
) -> pd.DataFrame:
    both = replay(
        load_scenario(scenario), before=before, after=after, customers=customers, seed=seed, weeks=weeks
    ).customers
    both = both.assign(customer_id=both["customer_id"].astype(str)).set_index("customer_id")
    for name in ("profit_before", "profit_after", "incremental_profit"):
        both[name] = both.pop(f"{name}_cents") / 100
    return both.drop(columns="changed_at")


def seen(
    scenario: str, *, policy: Policy, at_week: int, customers: int = 4000, seed: int = 7
) -> pd.DataFrame:
    """Tell what the company knows at the end of week `at_week`: one row a customer, indexed by customer_id (text).

    business (where they began), age (years); tenure_days, orders, days_since_last_order, spent, mean_order,
    days_between_orders (missing before the second order); contract (1 where a subscription runs); questions,
    complaints, unanswered_complaints, days_since_complaint; surveys (answered), last_satisfaction (1–10) and
    last_recommendation (0–10), missing where nobody answered; contacts (campaigns that reached them), points (now on
    the card), referrals (customers they brought). All of it from the company's tables, none from the truth.
    Raises ValueError for numbers out of range.

    >>> usual = load_scenario("tea_shops").policy
    >>> now = seen("tea_shops", policy=usual, at_week=30, customers=200)
    >>> bool((now["orders"] >= 1).all()), bool((now["days_since_last_order"] >= 0).all())
    (True, True)
    """
    return _seen(scenario, policy, at_week, customers, seed).copy()


@functools.lru_cache(maxsize=24)
def _seen(scenario: str, policy: Policy, at_week: int, customers: int, seed: int) -> pd.DataFrame:
    world = live(
        load_scenario(scenario), policy, customers=customers, seed=seed, weeks=at_week, tables=_TABLES
    )
    tables = {name: world.tables[name].to_pandas() for name in _TABLES}
    now = pd.Timestamp(world.until)
    people = tables["customers"].set_index("customer_id")
    people = people[people["joined_at"] < now]

    def days(since: pd.Series) -> pd.Series:
        return (now - since).dt.total_seconds() // 86_400

    def of(series: pd.Series, *, missing: float | None = 0) -> pd.Series:
        found = series.reindex(people.index)
        return found if missing is None else found.fillna(missing).astype("int64")

    orders = tables["orders"].groupby("customer_id")
    number = of(orders.size())
    spent = of(orders["amount_cents"].sum()) / 100
    span = (orders["ordered_at"].max() - orders["ordered_at"].min()).dt.total_seconds() / 86_400
    talks = tables["interactions"]
    complaints = talks[talks["kind"] == "complaint"]
    answered = tables["surveys"].dropna(subset="answered_at").sort_values(["answered_at", "survey_id"])
    latest = answered.groupby("customer_id")[["satisfaction", "recommendation"]].last()
    running = tables["subscriptions"][tables["subscriptions"]["ended_at"].isna()]
    born = pd.to_datetime(people["birthday"])

    def count(rows: pd.DataFrame, by: str = "customer_id") -> pd.Series:
        return of(rows.groupby(by).size())

    known = pd.DataFrame(
        {
            "business": people["business"].astype(str),
            "age": ((now - born).dt.days // 365.2425).astype("int64"),
            "tenure_days": days(people["joined_at"]).astype("int64"),
            "orders": number,
            "days_since_last_order": of(days(orders["ordered_at"].max()), missing=None),
            "spent": spent,
            "mean_order": (spent / number.where(number > 0)).round(2),
            "days_between_orders": (of(span, missing=None) / (number - 1).where(number > 1)).round(1),
            "contract": count(running).clip(upper=1),
            "questions": count(talks[talks["kind"] == "question"]),
            "complaints": count(complaints),
            "unanswered_complaints": count(complaints[complaints["answered_at"].isna()]),
            "days_since_complaint": of(
                days(complaints.groupby("customer_id")["started_at"].max()), missing=None
            ),
            "surveys": count(answered),
            "last_satisfaction": of(latest["satisfaction"], missing=None).astype("float64"),
            "last_recommendation": of(latest["recommendation"], missing=None).astype("float64"),
            "contacts": count(tables["contacts"][tables["contacts"]["contacted"].astype(bool)]),
            "points": of(tables["loyalty_ledger"].groupby("customer_id")["points"].sum()),
            "referrals": count(tables["referrals"], by="referrer_id"),
        }
    )
    # Who is in the table and has not ordered yet gives the manager nothing to judge by.
    known = known[known["orders"] > 0]
    known["days_since_last_order"] = known["days_since_last_order"].astype("int64")
    known.index = known.index.astype(str).rename("customer_id")
    assert np.isfinite(known["spent"]).all()
    return known
