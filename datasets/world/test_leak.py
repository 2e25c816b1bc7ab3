"""Does a row's number or its place give away what only the truth knows?

A classifier gets the bits of the ids, their products, and the place of the row among the others. It learns on one half
of the rows and is judged on the other: the area under its curve must be what guessing gives. A check that could not
find a leak would be worth nothing, so leaks are planted as well, and must be found.
"""

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.compute
import pytest
from scipy import stats

from datasets.tables import TABLES
from datasets.world import World

Frame = Any  # a pandas DataFrame; its published types know too little of columns to be of use here
pc: Any = pyarrow.compute  # its published types know none of its functions
BITS = 63
# A place on a row of houses: waves of these lengths, as parts of all rows.
WAVES = (1, 2, 3, 5, 8, 13, 21)


def _features(ids: np.ndarray, place: np.ndarray, of: int) -> np.ndarray:
    """What a classifier may look at, (n, features), from ids (n,) and the places (n,) of the rows among `of`."""
    bits = [ids >> bit & 1 for bit in range(BITS)]
    known = np.array([2.0 * bit - 1 for bit in bits if 0 < bit.mean() < 1])
    # The lowest and the highest bits by two: what a multiplication mixes least, and most.
    ends = [*range(8), *range(len(known) - 8, len(known))]
    pairs = [known[one] * known[other] for one, other in combinations(ends, 2)]
    part = place / of
    waves = [wave(2 * np.pi * length * part) for length in WAVES for wave in (np.sin, np.cos)]
    steps = [2.0 * (place >> bit & 1) - 1 for bit in range(4)]
    # How the number sits between those of its neighbours.
    before, after = np.sign(ids - np.roll(ids, 1)), np.sign(ids - np.roll(ids, -1))
    columns = [*known, *pairs, part, *waves, *steps, before, after, before * after, ids / 2.0**49]
    matrix = np.array(columns).T
    return (matrix - matrix.mean(axis=0)) / np.maximum(matrix.std(axis=0), 1e-9)


def _areas(features: np.ndarray, facts: Frame, *, seed: int = 7) -> Frame:
    """For each fact the area under the curve on the held-out half, and its standard errors above one half."""
    order = np.random.default_rng(seed).permutation(len(facts))
    train, test = np.array_split(order, 2)
    known = facts.to_numpy(dtype=bool)
    learned = known[train] - known[train].mean(axis=0)
    # Each feature weighs as much as it goes along with the fact, beyond what chance lets most of them.
    along = features[train].T @ (learned / learned.std(axis=0)) / len(train)
    weights = np.sign(along) * np.maximum(np.abs(along) - 2.5 / np.sqrt(len(train)), 0)
    # Where nothing stands out the classifier still has to say something.
    score = features[test] @ (weights + 1e-6 * along)
    found = {}
    for place, name in enumerate(facts):
        fact = known[test, place]
        yes, no = int(fact.sum()), int((~fact).sum())
        area = stats.mannwhitneyu(score[fact, place], score[~fact, place]).statistic / yes / no
        found[name] = {"area": area, "errors": (area - 0.5) / np.sqrt((yes + no + 1) / (12 * yes * no))}
    return pd.DataFrame(found).T


@pytest.fixture(scope="module")
def facts(tea: World) -> Frame:
    """What nobody may guess, true or false, one row a customer."""
    truth = tea.truth_customers.to_pandas().set_index("customer_id")
    known = {"alive": truth["alive"] == 1, "advocate": truth["stage"] == "advocate"}
    for column in ("response_type", "segment", "departure_reason"):
        known |= {f"{column} {value}": truth[column] == value for value in truth[column].dropna().unique()}
    for column in ("purchase_rate_per_week", "dropout_probability", "mean_spend_cents", "desire"):
        known[f"high {column}"] = truth[column] > truth[column].median()
    known["referred"] = truth.index.isin(tea.tables["referrals"]["customer_id"].to_pylist())
    return pd.DataFrame(known, index=truth.index)


def _looked_at(tea: World, name: str) -> tuple[np.ndarray, Frame]:
    """Features of the rows of a table, and whose they are."""
    table = tea.tables[name]
    if name == "contacts":
        # They stand campaign by campaign, and the later ones reach those who joined later: that is no secret.
        table = table.filter(pc.equal(table["campaign_id"], pc.max(table["campaign_id"])))
    keys = [column for column in TABLES[name].key if column.endswith("_id")]
    ids, place = table[keys[0]].to_numpy(), np.arange(table.num_rows)
    return _features(ids, place, len(place)), table["customer_id"].to_pandas()


@pytest.mark.parametrize(
    "name", ["customers", "orders", "contacts", "surveys", "prospects", "loyalty_ledger"]
)
def test_ids_and_places_of_rows_tell_nothing(name: str, tea: World, facts: Frame) -> None:
    features, whose = _looked_at(tea, name)
    # One row a customer, or what is true of a customer would be learned from the other rows of the same one.
    one_each = (~whose.duplicated() & whose.notna()).to_numpy()
    known = facts.loc[whose[one_each]]
    known = known.loc[:, np.minimum(known.sum(), (~known).sum()) > 100]
    assert known.shape[1] >= 12
    found = _areas(features[one_each], known)
    assert found["errors"].max() < 3.7, found
    # Nor a little everywhere: together the areas are those of guessing.
    assert abs(found["errors"].mean()) < 1.2, found


def test_the_last_order_does_not_stand_out(tea: World) -> None:
    features, _ = _looked_at(tea, "orders")
    felt = (
        tea.tables["truth_encounters"].select(["left", "complained", "recommended", "failed"]).to_pandas()
        == 1
    )
    some = np.random.default_rng(5).permutation(len(felt))[:20_000]
    found = _areas(features[some], felt.iloc[some])
    assert found["errors"].max() < 3.7, found


def test_truth_stands_in_the_order_of_the_customers(tea: World) -> None:
    assert tea.truth_customers["customer_id"].equals(tea.customers["customer_id"])
    assert tea.tables["truth_encounters"]["order_id"].equals(tea.orders["order_id"])


def test_ids_of_one_customer_have_nothing_in_common(tea: World, facts: Frame) -> None:
    """Not with one another, nor with the customer's own number."""
    orders = tea.orders.to_pandas()
    ids, whose = orders["order_id"].to_numpy(), orders["customer_id"].to_numpy()
    number = orders.groupby("customer_id").cumcount().to_numpy()
    follows = np.flatnonzero(whose[1:] == whose[:-1])
    assert len(follows) > 10_000
    for bit in range(BITS):
        one = ids >> bit & 1
        for other in (ids[1:][follows] >> bit & 1, whose[follows] >> (bit % 49) & 1, number[follows] & 1):
            alike = (one[follows] == other).mean()
            assert abs(alike - 0.5) * 2 * np.sqrt(len(follows)) < 4.5, bit


@pytest.mark.parametrize(
    "leak", ["lowest bit", "middle bit", "two bits together", "order of rows", "every other row"]
)
def test_a_planted_leak_is_found(leak: str, tea: World, facts: Frame) -> None:
    alive = facts["alive"].to_numpy(dtype=bool)
    ids, place = facts.index.to_numpy().copy(), np.arange(len(alive))
    rng = np.random.default_rng(3)
    # Only one customer in eight is given away.
    shown = rng.random(len(alive)) < 1 / 8
    if leak == "lowest bit":
        ids = np.where(shown, ids & ~1 | alive, ids)
    elif leak == "middle bit":
        ids = np.where(shown, ids & ~(1 << 24) | alive.astype(np.int64) << 24, ids)
    elif leak == "two bits together":
        ids = np.where(shown, ids & ~2 | ((ids & 1) ^ alive) << 1, ids)
    elif leak == "order of rows":
        order = np.lexsort((rng.random(len(alive)), np.where(shown, alive, rng.random(len(alive)) < 0.5)))
        ids, alive = ids[order], alive[order]
    else:
        at = np.flatnonzero(shown)
        order = place.copy()
        even, odd = at[at % 2 == 0], at[at % 2 == 1]
        ranked = at[np.argsort(alive[at], kind="stable")]
        order[odd], order[even] = ranked[: len(odd)], ranked[len(odd) :]
        ids, alive = ids[order], alive[order]
    found = _areas(_features(ids, place, len(place)), pd.DataFrame({"alive": alive}))
    assert found.loc["alive", "errors"] > 4.5, found
