"""Do the fifteen tables of a whole company fit together, and does every part of it agree with the whole?

The world has all causes on. What is asked here must hold in any company; test_any_company.py asks some of it again of
companies with numbers from the whole range.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute
import pytest

from datasets.tables import TABLES
from datasets.world import World, live, load_scenario
from datasets.world.scenario import REASONS

pc: Any = pyarrow.compute  # its published types know none of its functions
TEA = load_scenario("tea_shops")
HALF_WEEKS = 52

Frame = Any  # a pandas DataFrame; its published types know too little of columns to be of use here
Frames = dict[str, Frame]


@pytest.fixture(scope="module")
def frames(tea: World) -> Frames:
    return {name: table.to_pandas() for name, table in tea.tables.items()}


@pytest.fixture(scope="module")
def half(tea: World) -> World:
    return live(TEA, customers=8000, seed=tea.seed, weeks=HALF_WEEKS)


# Schema, keys and what points where


@pytest.mark.parametrize("name", TABLES)
def test_a_table_is_as_declared(name: str, tea: World) -> None:
    table, rows = TABLES[name], tea.tables[name]
    assert rows.num_rows > 0
    assert rows.schema.equals(table.schema)
    for column in table.columns:
        missing = rows[column.name].null_count
        assert missing < rows.num_rows and (column.nullable or not missing), column.name
        if pa.types.is_floating(column.arrow_type):
            assert np.isfinite(rows[column.name].drop_null().to_numpy()).all(), column.name


@pytest.mark.parametrize("name", TABLES)
def test_a_key_names_one_row(name: str, tea: World) -> None:
    key = list(TABLES[name].key)
    assert tea.tables[name].group_by(key).aggregate([]).num_rows == tea.tables[name].num_rows


@pytest.mark.parametrize(
    ("name", "column"), [(name, column) for name, table in TABLES.items() for column in table.foreign_keys]
)
def test_what_points_into_another_table_finds_its_row(name: str, column: str, tea: World) -> None:
    other = TABLES[name].foreign_keys[column]
    given = tea.tables[name][column].drop_null()
    assert len(given) > 0
    assert pc.all(pc.is_in(given, value_set=tea.tables[other][TABLES[other].key[0]].combine_chunks())).as_py()


def test_every_account_has_a_buyer_and_only_credit_customers_have_one(frames: Frames) -> None:
    buyers = frames["orders"].loc[frames["orders"]["business"] == "wholesale", "customer_id"]
    assert set(frames["accounts"]["customer_id"]) == set(buyers) <= set(frames["customers"]["customer_id"])


def test_units_are_kept(frames: Frames, tea: World) -> None:
    seen = 0
    for name, table in TABLES.items():
        for column in table.columns:
            values = frames[name][column.name].dropna()
            seen += bool(column.unit)
            if column.unit == "cents":
                # A mean that only the truth knows need not be whole; money that changes hands is.
                assert pa.types.is_integer(column.arrow_type) or column.name == "mean_spend_cents"
                assert values.min() >= 0 or column.name == "profit_cents", column.name
            elif column.unit == "0 or 1":
                assert set(values) == {0, 1}, column.name
            elif column.unit in ("share", "probability", "probability per order"):
                assert values.between(0, 1).all(), column.name
            elif column.unit == "score":
                assert values.between(0 if column.name == "recommendation" else 1, 10).all(), column.name
            elif column.unit in ("seconds", "days"):
                assert values.min() >= 0, column.name
            elif column.unit == "UTC":
                assert column.arrow_type == pa.timestamp("us")
    assert seen > 60


def test_truth_tells_one_reason_for_each_departure(frames: Frames) -> None:
    truth = frames["truth_customers"]
    assert [column for column in truth if "reason" in column] == ["departure_reason"]
    assert set(truth["departure_reason"].dropna()) == set(REASONS)
    assert len(REASONS) >= 4
    gone = truth["alive"] == 0
    assert 0 < gone.mean() < 1
    assert (truth["departure_reason"].notna() == gone).all()
    assert (truth["left_at"].notna() == gone).all()


# Money


def test_the_lines_add_up_to_the_order(frames: Frames) -> None:
    orders, lines = frames["orders"].set_index("order_id"), frames["order_lines"]
    assert (
        lines.groupby("order_id")["amount_cents"].sum().reindex(orders.index) == orders["amount_cents"]
    ).all()
    numbers = lines.groupby("order_id")["line_number"]
    assert (numbers.min() == 1).all() and (numbers.max() == numbers.size()).all()
    assert not lines.duplicated(["order_id", "product_id"]).any()
    assert lines["quantity"].min() > 0
    sold_by = frames["products"].set_index("product_id")["business"]
    assert (
        sold_by[lines["product_id"]].to_numpy() == orders.loc[lines["order_id"], "business"].to_numpy()
    ).all()


def test_an_order_is_paid_whole_or_not_at_all_and_only_credit_waits(frames: Frames) -> None:
    orders = frames["orders"]
    paid = orders["paid_at"].notna()
    assert (orders["paid_cents"] == orders["amount_cents"] * paid).all()
    assert orders["amount_cents"].min() >= 1
    credit = orders["business"] == "wholesale"
    assert paid[~credit].all() and 0.5 < paid[credit].mean() < 1
    assert (orders.loc[~credit, "paid_at"] == orders.loc[~credit, "ordered_at"]).all()
    assert (orders.loc[credit & paid, "paid_at"] > orders.loc[credit & paid, "ordered_at"]).all()


def test_nobody_redeems_more_points_than_there_are(frames: Frames) -> None:
    ledger = frames["loyalty_ledger"].copy()
    assert set(ledger["kind"]) == {"earn", "redeem", "expire"}
    assert ((ledger["points"] > 0) == (ledger["kind"] == "earn")).all()
    assert (ledger["order_id"].isna() == (ledger["kind"] == "expire")).all()
    # At one order points are redeemed before new ones are earned.
    ledger["step"] = ledger["kind"].map({"expire": 0, "redeem": 1, "earn": 2})
    ledger = ledger.sort_values(["customer_id", "posted_at", "step"])
    balance = ledger.groupby("customer_id")["points"].cumsum()
    assert balance.min() == 0
    enough = (balance - ledger["points"])[ledger["kind"] == "redeem"]
    assert enough.min() >= TEA.loyalty.redeem_minimum_points
    assert (balance[ledger["kind"] == "expire"] == 0).all()


# Time and who lives when


def test_times_lie_in_the_history(frames: Frames, tea: World) -> None:
    start, until = np.datetime64(tea.start), np.datetime64(tea.until)
    before_start = {("prospects", "reached_at"), ("prospects", "enquired_at")}
    after_end = {("campaigns", "ended_at")}
    seen = 0
    for name, table in TABLES.items():
        for column in table.columns:
            if column.unit == "UTC":
                times = frames[name][column.name].dropna()
                assert (name, column.name) in before_start or times.min() >= start, (name, column.name)
                assert (name, column.name) in after_end or times.max() < until, (name, column.name)
                seen += 1
    assert seen > 15


def test_a_customer_orders_from_joining_until_leaving(frames: Frames) -> None:
    orders = frames["orders"].groupby("customer_id")["ordered_at"].agg(["min", "max"])
    customers = frames["customers"].set_index("customer_id")
    truth = frames["truth_customers"].set_index("customer_id")
    assert customers.index.equals(truth.index) and set(customers.index) == set(orders.index)
    assert (customers["joined_at"] == orders["min"].reindex(customers.index)).all()
    left = truth["left_at"].dropna()
    assert (orders["max"].reindex(left.index) == left).all()
    assert frames["orders"].groupby(["customer_id", "business"])["ordered_at"].is_monotonic_increasing.all()
    assert not frames["orders"].duplicated(["customer_id", "business", "ordered_at"]).any()


def test_what_is_said_is_said_of_an_order_of_ones_own(frames: Frames) -> None:
    orders = frames["orders"].set_index("order_id")
    for name, moment in (
        ("interactions", "started_at"),
        ("surveys", "sent_at"),
        ("loyalty_ledger", "posted_at"),
    ):
        rows = frames[name].dropna(subset="order_id")
        about = orders.loc[rows["order_id"]]
        assert len(rows) > 1000
        assert (about["customer_id"].to_numpy() == rows["customer_id"].to_numpy()).all(), name
        assert (about["ordered_at"].to_numpy() <= rows[moment].to_numpy()).all(), name
    said = frames["interactions"]
    answered = said["answered_at"].notna()
    assert (said.loc[answered, "answered_at"] > said.loc[answered, "started_at"]).all()
    assert not answered[(said["abandoned"] == 1) | (said["kind"] == "question")].any()
    assert (said.loc[~answered, "compensation_cents"] == 0).all()
    assert (said.loc[said["abandoned"] == 1, "handled_seconds"] == 0).all()
    assert (said.loc[said["channel"] == "chat", "wait_seconds"] == 0).all()
    scores = frames["surveys"][["expectation", "desire", "performance", "satisfaction", "recommendation"]]
    assert (scores.notna().all(axis=1) == frames["surveys"]["answered_at"].notna()).all()
    assert (scores.isna().all(axis=1) == frames["surveys"]["answered_at"].isna()).all()


def test_complaints_are_those_of_the_truth(frames: Frames, tea: World) -> None:
    felt = frames["truth_encounters"].set_index("order_id")
    said = frames["interactions"].set_index("order_id")
    complaint = said["kind"] == "complaint"
    assert (felt.loc[said.index, "complained"] == complaint).all()
    early = frames["orders"].set_index("order_id")["ordered_at"] < np.datetime64(tea.until) - np.timedelta64(
        10, "D"
    )
    complained = felt.index[(felt["complained"] == 1) & early]
    assert len(complained) > 500 and set(complained) <= set(said.index[complaint])
    answered = said.index[complaint & (said["compensation_cents"] > 0)]
    assert len(answered) > 100 and (felt.loc[answered, "answered_well"] == 1).all()


def test_only_who_had_joined_is_contacted(frames: Frames) -> None:
    contacts, campaigns = frames["contacts"], frames["campaigns"].set_index("campaign_id")
    joined = frames["customers"].set_index("customer_id")["joined_at"]
    assert (joined[contacts["customer_id"]].to_numpy() < contacts["assigned_at"].to_numpy()).all()
    assert (
        campaigns.loc[contacts["campaign_id"], "started_at"].to_numpy() == contacts["assigned_at"].to_numpy()
    ).all()
    assert not contacts.duplicated(["campaign_id", "customer_id"]).any()
    share = contacts.groupby("campaign_id")["contacted"].agg(["mean", "size"])
    assert ((share["mean"] - TEA.policy.contact_share).abs() < 4 * 0.5 / np.sqrt(share["size"])).all()


def test_whoever_is_referred_comes_after_the_praise(frames: Frames) -> None:
    referrals = frames["referrals"]
    joined = frames["customers"].set_index("customer_id")["joined_at"]
    orders, felt = frames["orders"], frames["truth_encounters"]
    assert (referrals["referred_at"].to_numpy() < joined[referrals["customer_id"]].to_numpy()).all()
    assert referrals["customer_id"].is_unique
    assert (referrals["referrer_id"] != referrals["customer_id"]).all()
    praise = orders[orders["order_id"].isin(felt.loc[felt["recommended"] == 1, "order_id"])]
    praise = set(zip(praise["customer_id"], praise["ordered_at"], strict=True))
    assert set(zip(referrals["referrer_id"], referrals["referred_at"], strict=True)) <= praise


def test_subscriptions_run_as_long_as_they_are_paid(frames: Frames, tea: World) -> None:
    contracts = frames["subscriptions"].set_index("customer_id")
    orders = frames["orders"]
    paid = (
        orders[orders["business"] == "box"].groupby("customer_id")["ordered_at"].agg(["min", "max", "size"])
    )
    paid = paid.reindex(contracts.index)
    period = pd.Timedelta(days=TEA.businesses[1].period_days)
    assert (contracts["period_days"] == period.days).all()
    assert (contracts["started_at"] == paid["min"]).all()
    assert ((paid["max"] - paid["min"]) == (paid["size"] - 1) * period).all()
    ended = contracts["ended_at"].notna()
    assert 0 < ended.mean() < 1
    assert (contracts["ended_at"] == paid["max"] + period)[ended].all()
    # Whose next payment would fall into the history and did not come has ended the contract.
    assert (ended == (paid["max"] + period < np.datetime64(tea.until))).all()
    prices = frames["products"].set_index("product_id")["list_price_cents"]
    box = orders[orders["business"] == "box"].merge(contracts[["product_id"]], on="customer_id")
    assert (box["amount_cents"] + box["discount_cents"] == prices[box["product_id"]].to_numpy()).all()


def test_strangers_become_customers_as_often_as_planted(frames: Frames) -> None:
    prospects, funnel = frames["prospects"], TEA.funnel
    enquired, won = prospects["enquired_at"].notna(), prospects["customer_id"].notna()
    referred = set(frames["referrals"]["customer_id"])
    assert set(prospects["customer_id"].dropna()) == set(frames["customers"]["customer_id"]) - referred
    assert not won[~enquired].any()
    assert (prospects["reached_at"] < prospects["enquired_at"])[enquired].all()
    for made, of, planted in (
        (enquired, won | True, funnel.enquiry_share),
        (won, enquired, funnel.order_share),
    ):
        # A fixed number of successes: the trials are negative binomial, and so is the error of the share.
        error = planted * np.sqrt((1 - planted) / made.sum())
        assert abs(made.sum() / of.sum() - planted) < 4 * error
    joined = frames["customers"].set_index("customer_id")["joined_at"]
    came = prospects[won]
    days = (joined[came["customer_id"]].to_numpy() - came["enquired_at"].to_numpy()) / np.timedelta64(1, "D")
    assert days.min() > 0
    assert abs(days.mean() - funnel.days_to_order) < 4 * funnel.days_to_order / np.sqrt(len(days))


def test_the_truth_of_being_there_is_calibrated(frames: Frames) -> None:
    truth, customers = frames["truth_customers"], frames["customers"]
    of_contract = customers["business"].eq("box").to_numpy()
    assert of_contract.sum() > 500
    for chosen in (np.ones(len(truth), dtype=bool), of_contract, ~of_contract):
        some = truth[chosen]
        said, alive = some["p_alive_given_traits"], some["alive"]
        bins = pd.cut(said, [-0.01, 0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98, 1.0])
        groups = [*(group for _, group in some.groupby(bins, observed=True)), some]
        assert len(groups) >= 5
        for group in groups:
            p = group["p_alive_given_traits"]
            assert abs((group["alive"] - p).sum()) < 3.7 * np.sqrt((p * (1 - p)).sum()) + 1e-9
        assert said[alive == 1].mean() > said[alive == 0].mean() + 0.3


def test_leaving_happens_as_often_as_each_encounter_says(frames: Frames) -> None:
    felt = frames["truth_encounters"]
    p = felt["leave_probability"].astype(float)
    bins = pd.qcut(p, 10, duplicates="drop")
    for _, group in felt.groupby(bins, observed=True):
        said = group["leave_probability"].astype(float)
        assert abs((group["left"] - said).sum()) < 3.7 * np.sqrt((said * (1 - said)).sum()) + 1e-6


# A part and the whole


def _circles(table: pa.Table) -> pa.Table:
    """Contacts stand campaign by campaign, every other table circle by circle."""
    return table.sort_by([("campaign_id", "ascending"), ("contact_id", "ascending")])


def test_blocks_lived_alone_are_the_whole(tea: World) -> None:
    blocks = [live(TEA, customers=count, first=first, seed=tea.seed) for first, count in
              ((1, 2999), (3000, 1), (3001, 5000))]  # fmt: skip
    assert set(tea.tables) == set(TABLES)
    for name, whole in tea.tables.items():
        parts = [block.tables[name] for block in blocks]
        if name in ("products", "campaigns"):
            assert all(part.equals(whole) for part in parts)
            continue
        together = pa.concat_tables(parts)
        if name == "contacts":
            together, whole = _circles(together), _circles(whole)
        assert together.combine_chunks().equals(whole.combine_chunks()), name


def test_the_same_seed_gives_the_same_world_and_another_seed_another() -> None:
    first, again, other = (live(TEA, customers=300, seed=seed) for seed in (1, 1, 2))
    for name in TABLES:
        assert first.tables[name].equals(again.tables[name])
        assert first.tables[name].equals(other.tables[name]) == (name in ("products", "campaigns"))
    assert not set(first.customers["customer_id"].to_pylist()) & set(
        other.customers["customer_id"].to_pylist()
    )


@pytest.mark.parametrize(
    "scenario", [TEA, TEA.with_causes(), TEA.textbook()], ids=["all", "none", "textbook"]
)
def test_some_tables_are_the_same_as_among_all(scenario: Any) -> None:
    whole = live(scenario, customers=400, seed=5)
    for wanted in (
        ("truth_customers", "orders"),
        ("orders",),
        ("truth_customers",),
        ("loyalty_ledger", "contacts"),
    ):
        some = live(scenario, customers=400, seed=5, tables=wanted)
        assert set(some.tables) == set(wanted)
        assert list(some.tables) == [name for name in TABLES if name in wanted]
        for name, table in some.tables.items():
            assert table.equals(whole.tables[name]), (wanted, name)


# What the company learns only later is missing in a shorter history: the column, and the time when it is known.
KNOWN_LATER = {
    "orders": {"paid_at": "paid_at"},
    "subscriptions": {"ended_at": "ended_at"},
    "interactions": {"answered_at": "answered_at"},
    "surveys": dict.fromkeys(
        ("answered_at", "expectation", "desire", "performance", "satisfaction", "recommendation"), "answered_at"
    ),
}  # fmt: skip
# What says how things stand at the end of history differs by nature.
OF_THE_END = {
    "truth_customers": {
        "stage", "credit_recovery", "left_at", "departure_reason", "alive", "p_alive_given_traits", "profit_cents",
    },
}  # fmt: skip
# When a row comes into being.
SINCE: dict[str, Callable[[Frames], Any]] = {
    "customers": lambda all: all["customers"]["joined_at"],
    "accounts": lambda all: all["accounts"]["opened_at"],
    "orders": lambda all: all["orders"]["ordered_at"],
    "order_lines": lambda all: _of(all["orders"], "order_id", "ordered_at", all["order_lines"]["order_id"]),
    "subscriptions": lambda all: all["subscriptions"]["started_at"],
    "interactions": lambda all: all["interactions"]["started_at"],
    "surveys": lambda all: all["surveys"]["sent_at"],
    "campaigns": lambda all: all["campaigns"]["started_at"],
    "contacts": lambda all: all["contacts"]["assigned_at"],
    "loyalty_ledger": lambda all: all["loyalty_ledger"]["posted_at"],
    "referrals": lambda all: _of(
        all["customers"], "customer_id", "joined_at", all["referrals"]["customer_id"]
    ),
    "truth_customers": lambda all: all["customers"]["joined_at"],
    "truth_encounters": lambda all: all["orders"]["ordered_at"],
}
# Whoever comes by themselves has come by then: the products and the prospects are all there.
WHOLE = {"products", "prospects"}


def _of(table: Frame, key: str, column: str, keys: Frame) -> Frame:
    return table.set_index(key)[column].loc[keys].reset_index(drop=True)


@pytest.mark.parametrize("name", TABLES)
def test_a_shorter_history_is_the_beginning_of_the_longer(
    name: str, tea: World, half: World, frames: Frames
) -> None:
    until = pd.Timestamp(half.until)
    then, now = half.tables[name], tea.tables[name]
    assert (name in WHOLE) != (name in SINCE)
    if name in SINCE:
        inside = (SINCE[name](frames) < until).to_numpy()
        assert name == "campaigns" or 0.1 < inside.mean() < 1
        now = now.filter(inside)
    assert 0 < now.num_rows == then.num_rows
    for column in now.column_names:
        if column in OF_THE_END.get(name, ()):
            continue
        expected = now[column]
        if column in KNOWN_LATER.get(name, {}):
            known = pc.less(now[KNOWN_LATER[name][column]], pa.scalar(half.until, pa.timestamp("us")))
            expected = pc.if_else(pc.fill_null(known, False), expected, None)
        elif column in ("paid_cents", "compensation_cents"):
            moment = now["paid_at" if name == "orders" else "answered_at"]
            known = pc.less(moment, pa.scalar(half.until, pa.timestamp("us")))
            expected = pc.if_else(pc.fill_null(known, False), expected, 0)
        assert then[column].combine_chunks().equals(expected.combine_chunks()), column


def test_who_had_left_by_half_time_had_left_for_the_same_reason(
    tea: World, half: World, frames: Frames
) -> None:
    until = np.datetime64(half.until)
    later = frames["truth_customers"].set_index("customer_id")
    then: Frame = half.truth_customers.to_pandas().set_index("customer_id")
    later = later.loc[then.index]
    # Whoever had left everything may begin in another business of the company afterwards.
    begun = frames["orders"].groupby(["customer_id", "business"])["ordered_at"].min()
    again = then.index.isin(begun[begun >= until].reset_index()["customer_id"])
    gone = later["left_at"] < until
    assert gone.sum() > 1000 and again.sum() < 0.05 * len(then)
    assert ((then["alive"] == 0) == gone)[~again].all()
    assert (then["alive"] == 0)[gone].all()
    for column in ("left_at", "departure_reason"):
        assert (then.loc[gone, column] == later.loc[gone, column]).all()


def test_a_contact_adds_no_order_to_a_contract() -> None:
    telecom = load_scenario("telecom")
    kind = {one.name: one.kind for one in telecom.businesses}
    world = live(telecom, customers=500, weeks=60, seed=3, tables=("customers", "truth_customers"))
    truth = world.truth_customers.to_pandas().merge(world.customers.to_pandas(), on="customer_id")
    moved = truth[truth["response_type"].isin(["persuadable", "sleeping_dog"])]
    contract = moved["business"].map(kind) == "contract"
    assert contract.sum() > 50
    assert (~contract).sum() > 3
    assert (moved.loc[contract, "uplift_orders_per_contact"] == 0).all()
    assert (moved.loc[~contract, "uplift_orders_per_contact"] != 0).all()
