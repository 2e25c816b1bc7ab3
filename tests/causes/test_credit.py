"""Do business customers pay as planted: what share of orders, and after how many days?"""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from datasets.world import World, live
from tests.causes.estimators import LONG, Frame, company, least_squares, share

CREDIT = {"recovery_a": 3.0, "recovery_b": 1.5, "terms_days": 30, "slow_days": 60.0}
WHOLESALE = company("wholesale", main={**LONG, "r": 6.0}, credit=CREDIT)


@pytest.fixture(scope="module")
def owed() -> tuple[World, Frame]:
    """Orders whose payment, if it comes, has come: those more than a year before the end."""
    world = live(WHOLESALE, customers=1500, tables=["orders", "accounts", "truth_customers"])
    orders: Frame = world.orders.to_pandas().merge(world.truth_customers.to_pandas(), on="customer_id")
    orders = orders[orders["ordered_at"] < world.until - pd.Timedelta(weeks=60)]
    orders["days"] = (orders["paid_at"] - orders["ordered_at"]) / pd.Timedelta(days=1)
    orders["paid"] = orders["days"].notna()
    return world, orders


def test_the_recovery_rate_of_each_account_is_its_own(owed: tuple[World, Frame]) -> None:
    _, orders = owed
    # One on one: the share of an account's orders that is paid, regressed on the account's true recovery.
    constant, slope = least_squares(orders["paid"], orders["credit_recovery"])
    slope.finds(1.0, at_most=0.02)
    constant.finds(0.0, at_most=0.02)
    accounts = orders.groupby("customer_id").agg(
        paid=("paid", "mean"), n=("paid", "size"), true=("credit_recovery", "first")
    )
    accounts = accounts[accounts["n"] >= 20]
    z = (accounts["paid"] - accounts["true"]) / np.sqrt(
        accounts["true"] * (1 - accounts["true"]) / accounts["n"]
    )
    assert len(accounts) > 500 and z.std() == pytest.approx(1, abs=0.1)
    assert (orders["paid_cents"] == orders["amount_cents"] * orders["paid"]).all()


def test_recovery_is_beta(owed: tuple[World, Frame]) -> None:
    world, _ = owed
    recovery = world.truth_customers["credit_recovery"].to_numpy()
    assert stats.kstest(recovery, stats.beta(3.0, 1.5).cdf).pvalue > 0.001


def test_days_to_pay_regressed_on_what_is_not_recovered(owed: tuple[World, Frame]) -> None:
    _, orders = owed
    paid = orders[orders["paid"]]
    # In time after 40 % to 100 % of the terms, and late by so many days per share never paid.
    constant, slope = least_squares(paid["days"], 1 - paid["credit_recovery"])
    slope.finds(60.0)
    constant.finds(0.7 * 30, at_most=0.5)
    assert paid["days"].min() >= 0.4 * 30


def test_the_longest_payment_of_an_account_grows_with_what_it_never_pays(owed: tuple[World, Frame]) -> None:
    # The longest of n exponential delays of mean m is m·(1 + 1/2 + … + 1/n) on average; to it comes the time in terms.
    _, orders = owed
    paid = orders[orders["paid"]]
    accounts = paid.groupby("customer_id").agg(
        longest=("days", "max"), n=("days", "size"), recovery=("credit_recovery", "first")
    )
    accounts = accounts[accounts["n"] >= 5]
    harmonic = accounts["n"].map(lambda n: (1 / np.arange(1, n + 1)).sum())
    late = 60 * (1 - accounts["recovery"]) * harmonic
    slope = least_squares(accounts["longest"], late)[1]
    # The longest is in time, too, where an account is hardly ever late; that bends the line a little.
    assert slope.value == pytest.approx(1, abs=0.1) and slope.error < 0.03


def test_accounts_tell_terms_and_a_limit_of_so_many_mean_orders(owed: tuple[World, Frame]) -> None:
    world, _ = owed
    accounts: Any = (
        world.tables["accounts"].to_pandas().merge(world.truth_customers.to_pandas(), on="customer_id")
    )
    assert len(accounts) == 1500 and (accounts["terms_days"] == 30).all()
    limit = 4 * accounts["mean_spend_cents"]
    assert (
        (accounts["credit_limit_cents"] >= limit) & (accounts["credit_limit_cents"] < limit + 100_000)
    ).all()


def test_who_does_not_buy_on_credit_pays_at_once() -> None:
    orders: Any = live(company(), customers=300, tables=["orders"]).orders.to_pandas()
    assert (orders["paid_at"] == orders["ordered_at"]).all()
    assert (orders["paid_cents"] == orders["amount_cents"]).all()
    share(orders["channel"] == "web").finds(0.28)
