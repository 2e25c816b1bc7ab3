"""Which few figures does a company look at first?

All are computed from the tables that the company has; nothing of the truth goes in. A scenario's bands say between
which values each figure is plausible, and a test lives some customers and looks. What the company knows besides its
tables is taken from the scenario: the days of its sale and the points that make a tier.
"""

from typing import TYPE_CHECKING, Any

import pandas as pd

if TYPE_CHECKING:
    from datasets.world.company import World
    from datasets.world.scenario import Business, Scenario

Frame = Any  # a pandas DataFrame; its published types know too little of columns to be of use here

_YEAR = pd.Timedelta(weeks=52)
# By then an order on credit has been paid, or it will hardly be.
_SETTLED = pd.Timedelta(days=180)


def headlines(world: "World") -> dict[str, float]:
    """The company's headline figures by name, from a world with all its tables, lived for 104 weeks or more.

    Shares are from 0 to 1, scores as in the questionnaire, NPS from -100 to 100 and money in cents:

    - `yearly_retention`: of the customers who ordered or paid in the year before the last, those who did in the last;
    - `referred_share` of the customers; `lines_per_customer`: lines of business in which a customer ever ordered;
    - `complaint_share` of the orders, `contact_share` of the orders (complaints and questions);
    - `calls_abandoned` and `mean_wait_seconds` of all calls;
    - `satisfaction` (mean, 1–10), `nps`, `response_rate` of the questionnaires;
    - `conversion`: of the strangers whom the company reached, those who became customers;
    - `sale_lift`: orders a day of the open lines in the last anniversary sale, against the four weeks before and
      after it; `sale_share`: what was sold in that sale, in every line, of what was sold in its year;
    - `member_sales_share`, `silver_share` and `gold_share` of the members, `points_expired_share` of those earned;
    - for each open line of business, with its name before it: `retention`, as above, of this line alone; of those who
      came first a year ago or earlier, `never_again` (the share with one order) and `orders_per_year` (in their first
      year); `weeks_between_orders` (mean gap); `mean_order_cents`;
    - for each contract: `churn` a period (contracts ended per period that was paid), `mean_order_cents`;
    - for each line on credit, besides those of an open one, of what is older than 180 days: the share `collected`, and
      the shares of accounts `paying_90`, `paying_75` and `paying_60` hundredths of it at least.

    Raises KeyError when a table was not made.

    >>> from datasets.world import live, load_scenario
    >>> figures = headlines(live(load_scenario("tea_shops"), customers=300))
    >>> 0 < figures["yearly_retention"] < 1
    True
    """
    # What is only counted is not brought into memory as names and addresses.
    needed = {
        "customers": ["customer_id", "business", "joined_at"],
        "orders": ["customer_id", "business", "ordered_at", "amount_cents", "paid_cents"],
        "subscriptions": ["customer_id", "product_id", "started_at", "ended_at"],
        "products": ["product_id", "business"],
        "interactions": ["kind", "channel", "wait_seconds", "abandoned"],
        "surveys": ["answered_at", "satisfaction", "recommendation"],
        "loyalty_ledger": ["customer_id", "kind", "points"],
        "referrals": ["customer_id"],
        "prospects": ["customer_id"],
    }
    tables: dict[str, Frame] = {
        name: world.tables[name].select(columns).to_pandas() for name, columns in needed.items()
    }
    until = pd.Timestamp(world.until)
    figures = _customers(tables, until) | _voices(tables) | _sale(tables["orders"], world.scenario, until)
    figures |= _members(tables, world.scenario)
    for business in world.scenario.businesses:
        own = tables["orders"][tables["orders"]["business"] == business.name]
        found = _contract(tables, business) if business.kind == "contract" else _orders(own, until)
        if business.kind == "credit":
            found |= _credit(own, until)
        found["mean_order_cents"] = own["amount_cents"].mean()
        figures |= {f"{business.name}_{name}": value for name, value in found.items()}
    return {name: float(value) for name, value in figures.items()}


def _customers(tables: dict[str, Frame], until: pd.Timestamp) -> dict[str, Any]:
    orders = tables["orders"]
    lines = orders.groupby("customer_id")["business"].nunique()
    return {
        "yearly_retention": _retention(orders, until),
        "lines_per_customer": lines.mean(),
        "referred_share": len(tables["referrals"]) / len(tables["customers"]),
        "conversion": tables["prospects"]["customer_id"].notna().mean(),
    }


def _retention(orders: Frame, until: pd.Timestamp) -> float:
    ago = until - orders["ordered_at"]
    before = orders.loc[(ago > _YEAR) & (ago <= 2 * _YEAR), "customer_id"].drop_duplicates()
    return before.isin(orders.loc[ago <= _YEAR, "customer_id"]).mean()


def _voices(tables: dict[str, Frame]) -> dict[str, Any]:
    interactions, surveys = tables["interactions"], tables["surveys"]
    calls = interactions[interactions["channel"] == "phone"]
    answered = surveys[surveys["answered_at"].notna()]
    score, orders = answered["recommendation"], len(tables["orders"])
    return {
        "complaint_share": (interactions["kind"] == "complaint").sum() / orders,
        "contact_share": len(interactions) / orders,
        "calls_abandoned": calls["abandoned"].mean(),
        "mean_wait_seconds": calls["wait_seconds"].mean(),
        "satisfaction": answered["satisfaction"].mean(),
        "nps": 100 * ((score >= 9).mean() - (score <= 6).mean()),
        "response_rate": len(answered) / len(surveys),
    }


def _sale(orders: Frame, scenario: "Scenario", until: pd.Timestamp) -> dict[str, Any]:
    """Of the sale in the last year that is over."""
    market = scenario.market
    local = orders["ordered_at"] + pd.Timedelta(hours=market.utc_offset_hours)
    length, around = pd.Timedelta(days=market.sale_days), pd.Timedelta(weeks=4)
    # A history of whole weeks may miss the last days of December.
    year = (until + pd.Timedelta(weeks=1)).year - 1
    first = pd.Timestamp(year, market.sale_month, market.sale_day)
    in_sale = (local >= first) & (local < first + length)
    beside = (local >= first - around) & (local < first + length + around) & ~in_sale
    names = [one.name for one in scenario.businesses if one.kind == "open"]
    is_open = orders["business"].isin(names)
    cents = orders["amount_cents"]
    return {
        "sale_lift": (in_sale & is_open).sum() / length.days / ((beside & is_open).sum() / (2 * around.days)),
        "sale_share": cents[in_sale].sum() / cents[local.dt.year == year].sum(),
    }


def _members(tables: dict[str, Frame], scenario: "Scenario") -> dict[str, Any]:
    ledger, orders = tables["loyalty_ledger"], tables["orders"]
    if not len(ledger):
        return {}
    points = ledger.groupby("kind")["points"].sum()
    earned = ledger[ledger["kind"] == "earn"].groupby("customer_id")["points"].sum()
    names = [one.name for one in scenario.businesses if one.loyalty]
    own = orders[orders["business"].isin(names)]
    return {
        "member_sales_share": own.loc[own["customer_id"].isin(earned.index), "amount_cents"].sum()
        / own["amount_cents"].sum(),
        "silver_share": (earned >= scenario.loyalty.silver_points).mean(),
        "gold_share": (earned >= scenario.loyalty.gold_points).mean(),
        "points_expired_share": -points.get("expire", 0) / points["earn"],
    }


def _orders(own: Frame, until: pd.Timestamp) -> dict[str, Any]:
    when = own.sort_values(["customer_id", "ordered_at"])
    first = when.groupby("customer_id")["ordered_at"].transform("min")
    old = when[first <= until - _YEAR]
    count = old.groupby("customer_id").size()
    in_first_year = (old["ordered_at"] < first[old.index] + _YEAR).sum()
    gap = when.groupby("customer_id")["ordered_at"].diff()
    return {
        "retention": _retention(own, until),
        "never_again": (count == 1).mean(),
        "orders_per_year": in_first_year / len(count),
        "weeks_between_orders": gap.mean() / pd.Timedelta(weeks=1),
    }


def _contract(tables: dict[str, Frame], business: "Business") -> dict[str, Any]:
    subscriptions, products, orders = tables["subscriptions"], tables["products"], tables["orders"]
    plans = products.loc[products["business"] == business.name, "product_id"]
    ended = subscriptions.loc[subscriptions["product_id"].isin(plans), "ended_at"].notna()
    return {"churn": ended.sum() / (orders["business"] == business.name).sum()}


def _credit(own: Frame, until: pd.Timestamp) -> dict[str, Any]:
    due = (
        own[own["ordered_at"] < until - _SETTLED].groupby("customer_id")[["amount_cents", "paid_cents"]].sum()
    )
    share = due["paid_cents"] / due["amount_cents"]
    return {
        "collected": due["paid_cents"].sum() / due["amount_cents"].sum(),
        **{f"paying_{level}": (share >= level / 100).mean() for level in (90, 75, 60)},
    }
