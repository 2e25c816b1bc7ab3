"""What are these numbers at Harbour Tea?  Counted by the company from its own tables, and as the world knows them.

The company sees orders, complaints, surveys and referrals; what would have happened otherwise it cannot see. The world
can: it lives the same customers under another policy, or without failures.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
import pandas as pd

from datasets.world import live
from datasets.world.replay import replay
from lessons.foundations.customer_ladder.counting import interval
from lessons.foundations.relationship_economics.lives import OTHERS, YEARS, Lives, lift
from lessons.foundations.relationship_economics.model import CLAIMED, Floats, profit_lift

REPLAYED, ANSWERED, SEED = 3000, 10_000, 1
DISCOUNT = 0.10
UNHAPPY, UNHAPPY_SCORE = -3.0, 6
# The questionnaire's 8 or more is about a mean mood of −1 or better.
PLEASED, PLEASED_SCORE = -1.0, 8
REACH_COST = 20.0
NAN = float("nan")


class Tables(Protocol):
    """The company's tables by name."""

    def __getitem__(self, name: str, /) -> pd.DataFrame:
        """Return one."""
        ...


@dataclass(frozen=True, kw_only=True)
class Held:
    """A claim's number at Harbour Tea: `counted` by the company with its 95% interval, and `true`; nan where unknown.

    `more` holds further numbers for the words: shares and counts by name, and money under names that end in _money,
    the one for a key figure last.
    """

    counted: float
    low: float
    high: float
    true: float
    more: dict[str, float] = field(default_factory=dict)


def hold(
    claim: str, *, tables: Tables, truth: pd.DataFrame, scenario: Any, middle: pd.Timestamp, lives: Lives
) -> Held:
    """Hold one claim against the company's tables and against the world. `middle`: the end of the first year."""
    return _HOLD[claim](tables=tables, truth=truth, scenario=scenario, middle=middle, lives=lives)


def _five_points(*, tables: Tables, scenario: Any, middle: pd.Timestamp, lives: Lives, **_: Any) -> Held:
    orders = tables["orders"]
    early = orders.loc[orders["ordered_at"] < middle, "customer_id"].unique()
    late = orders.loc[orders["ordered_at"] >= middle, "customer_id"].unique()
    again = int(pd.Index(early).isin(late).sum())
    share, ends = again / len(early), interval(again, len(early))
    counted, low, high = (float(profit_lift(retention=one, discount=DISCOUNT)) for one in (share, *ends))
    money = _money(scenario)
    lived = lift(lives.usual, lives.tied, **money, cost_per_order=lives.tie_cost)
    worth = float(lives.usual.worth(**money).sum()) / lives.people
    return Held(
        counted=counted,
        low=low,
        high=high,
        true=lived.five_points,
        more={
            "again": share,
            "later": lives.usual.again(5),
            "points": lived.points,
            "gained": lived.gained,
            "least": lived.low,
            "most": lived.high,
            "net": lived.net,
            "missing_money": 1000 * worth * (CLAIMED["five_points"][0] - lived.five_points),
        },
    )


def _money(scenario: Any) -> dict[str, float]:
    return {"margin_share": 1 - scenario.costs.goods_share, "discount": DISCOUNT}


def _win_keep(*, tables: Tables, scenario: Any, lives: Lives, **_: Any) -> Held:
    prospects = tables["prospects"]
    won = int(prospects["customer_id"].notna().sum())
    to_win = REACH_COST / (won / len(prospects))
    usual, tied, money = lives.usual, lives.tied, _money(scenario)
    # Within the same two years: what the ties cost, and how many came again in the second.
    spent = lives.tie_cost * int((tied.year < 2).sum())
    early, stayed = len(tied.buyers(1)), len(tied.returned())
    saved = stayed - len(usual.returned())
    low, high = (to_win / (spent / (share * early)) for share in interval(stayed, early))
    # And within ten: what a yuan brings that went into winning, and one that went into ties.
    before, after = (float(life.worth(**money).sum()) for life in (usual, tied))
    cost = after - float(tied.worth(**money, cost_per_order=lives.tie_cost).sum())
    return Held(
        counted=to_win / (spent / stayed),
        low=low,
        high=high,
        true=to_win / (spent / saved),
        more={
            "saved": saved / early,
            "worth_money": before / lives.people,
            "per_won_money": before / lives.people / to_win,
            "per_tied_money": (after - before) / cost,
            "win_money": to_win,
            "stayed_money": spent / stayed,
            "saved_money": spent / saved,
        },
    )


def best_fifth(amounts: pd.Series | Floats) -> float:
    """The share of the sum that the largest fifth brings."""
    ordered = np.sort(np.asarray(amounts, dtype=float))[::-1]
    return float(ordered[: round(len(ordered) / 5)].sum() / ordered.sum())


def _pareto(*, tables: Tables, truth: pd.DataFrame, lives: Lives, **_: Any) -> Held:
    orders, customers = tables["orders"], tables["customers"].set_index("customer_id")
    spent = orders.groupby("customer_id")["amount_cents"].sum()
    rng = np.random.default_rng(SEED)
    again = [best_fifth(spent.iloc[rng.integers(0, len(spent), len(spent))]) for _ in range(60)]
    half = 1.96 * float(np.std(again, ddof=1))
    counted = best_fifth(spent)
    shop = spent[customers["business"].reindex(spent.index) == "shop"]
    return Held(
        counted=counted,
        low=counted - half,
        high=counted + half,
        true=best_fifth(lives.others.sales(2)),
        more={
            "others": float(OTHERS),
            "profit": best_fifth(truth["profit_cents"]),
            "shop": best_fifth(shop),
            "long": best_fifth(lives.usual.sales(YEARS)),
            "losing": float((truth["profit_cents"] < 0).mean()),
        },
    )


def _tells_nine(*, tables: Tables, **_: Any) -> Held:
    lived = tables["truth_encounters"]
    unhappy = lived["satisfaction"] <= UNHAPPY
    return Held(
        counted=NAN,
        low=NAN,
        high=NAN,
        true=0.0,
        more={
            "praise_unhappy": float(lived.loc[unhappy, "recommended"].mean()),
            "praise_happy": float(lived.loc[lived["satisfaction"] >= 0, "recommended"].mean()),
        },
    )


def _iceberg(*, tables: Tables, **_: Any) -> Held:
    surveys, contacts, lived = (tables[name] for name in ("surveys", "interactions", "truth_encounters"))
    complained = contacts.loc[contacts["kind"] == "complaint", "order_id"]
    answered = surveys[surveys["satisfaction"].notna() & (surveys["satisfaction"] <= UNHAPPY_SCORE)]
    spoke = int(answered["order_id"].isin(complained).sum())
    least, most = interval(spoke, len(answered))
    share = float(lived.loc[lived["satisfaction"] <= UNHAPPY, "complained"].mean())
    small = (lived["satisfaction"] > UNHAPPY) & (lived["satisfaction"] <= -1)
    return Held(
        counted=(len(answered) - spoke) / max(spoke, 1),
        low=(1 - most) / most,
        high=(1 - least) / max(least, 1e-9),
        true=(1 - share) / share,
        more={
            "asked": float(len(answered)),
            "spoke": float(spoke),
            "small_silent": 1 / float(lived.loc[small, "complained"].mean()) - 1,
        },
    )


def moods(lived: pd.DataFrame, *, newest: float) -> pd.Series:
    """Each customer's running impression after every order: a share `newest` of the way to it. Index as `lived`.

    `lived` has customer_id, encounter, satisfaction_afterwards, sorted by the first two; the first starts from 0.
    """
    felt, first = lived["satisfaction_afterwards"].to_numpy(float), lived["encounter"].to_numpy() == 0
    mood, now = np.empty(len(felt)), 0.0
    for place, (one, begins) in enumerate(zip(felt.tolist(), first.tolist(), strict=True)):
        now = newest * one + (1 - newest) * (0.0 if begins else now)
        mood[place] = now
    return pd.Series(mood, index=lived.index)


def _twelve(*, tables: Tables, scenario: Any, **_: Any) -> Held:
    lived = tables["truth_encounters"].merge(
        tables["orders"][["order_id", "customer_id", "business", "ordered_at"]], on="order_id"
    )
    lived = lived[lived["business"] == "shop"].sort_values(["customer_id", "ordered_at"], ignore_index=True)
    lived["encounter"] = lived.groupby("customer_id").cumcount()
    lived["mood"] = moods(lived, newest=scenario.service.memory)
    same = lived["customer_id"].to_numpy()
    mood, failed = lived["mood"].to_numpy(), lived["failed"].to_numpy() == 1
    after = 25
    hurt = np.flatnonzero(failed & (lived["encounter"].to_numpy() >= 3))
    hurt = hurt[(hurt + after < len(lived))]
    hurt = hurt[same[np.minimum(hurt + after, len(lived) - 1)] == same[hurt]]
    path = mood[hurt[:, None] + np.arange(after + 1)] - mood[hurt - 1][:, None]
    back = path >= -0.1
    count = np.where(back.any(axis=1), back.argmax(axis=1), after)
    return Held(
        counted=NAN,
        low=NAN,
        high=NAN,
        true=float(np.median(count)),
        more={"customers": float(len(hurt)), "slow": float((count >= 12).mean())},
    )


def _poor_recovery(*, tables: Tables, scenario: Any, **_: Any) -> Held:
    contacts, orders = tables["interactions"], tables["orders"]
    complaints = contacts[contacts["kind"] == "complaint"]
    costs = scenario.costs
    answered, called = (
        int(complaints["answered_at"].notna().sum()),
        int((complaints["channel"] == "phone").sum()),
    )
    goods = costs.goods_share * float(orders["amount_cents"].sum())
    spent = answered * costs.answer_cents + called * costs.call_cents
    spread = 1.96 * np.sqrt(answered) * costs.answer_cents / goods
    flawless = replace(scenario, causes=replace(scenario.causes, failure=0.0))
    with_failures, without = (
        live(one, customers=REPLAYED, seed=SEED, tables=("orders", "truth_customers"))
        for one in (scenario, flawless)
    )
    lost = _profit(without) - _profit(with_failures)
    cost = costs.goods_share * float(with_failures.tables["orders"].to_pandas()["amount_cents"].sum())
    return Held(
        counted=spent / goods,
        low=float(spent / goods - spread),
        high=float(spent / goods + spread),
        true=lost / cost,
        more={
            "spent_money": spent / 100 / len(tables["customers"]) * 1000,
            "lost_money": lost / 100 / REPLAYED * 1000,
        },
    )


def _profit(world: Any) -> float:
    return float(world.tables["truth_customers"].to_pandas()["profit_cents"].sum())


def _fifteen(*, tables: Tables, **_: Any) -> Held:
    referrals, surveys = tables["referrals"], tables["surveys"]
    brought = referrals.groupby("referrer_id").size()
    said = surveys[surveys["satisfaction"] >= PLEASED_SCORE]["customer_id"].unique()
    theirs = int(brought.reindex(said).sum())
    half = 1.96 * float(np.sqrt(theirs))
    lived = tables["truth_encounters"].merge(tables["orders"][["order_id", "customer_id"]], on="order_id")
    felt = lived.groupby("customer_id")["satisfaction_afterwards"].mean()
    pleased = felt.index[felt >= PLEASED]
    each = 100 / max(len(said), 1)
    return Held(
        counted=theirs * each,
        low=(theirs - half) * each,
        high=(theirs + half) * each,
        true=100 * float(brought.reindex(pleased).sum()) / len(pleased),
        more={
            "asked": float(len(said)),
            "pleased": len(pleased) / len(felt),
            "all": 100 * len(referrals) / len(felt),
        },
    )


def _seventy(*, tables: Tables, truth: pd.DataFrame, scenario: Any, **_: Any) -> Held:
    contacts, orders = tables["interactions"], tables["orders"]
    settled = contacts[(contacts["kind"] == "complaint") & contacts["answered_at"].notna()]
    last = settled.groupby("customer_id")["answered_at"].max()
    half_year = pd.Timedelta(weeks=26)
    last = last[last <= orders["ordered_at"].max() - half_year]
    joined = orders.join(last.rename("settled"), on="customer_id", how="inner")
    soon = (joined["ordered_at"] > joined["settled"]) & (
        joined["ordered_at"] <= joined["settled"] + half_year
    )
    again = joined.loc[soon, "customer_id"].nunique()
    low, high = interval(again, len(last))
    left = truth["left_at"].reindex(last.index)
    policy = scenario.policy
    lived = replay(
        scenario,
        before=replace(policy, answered_share=0.0),
        after=replace(policy, answered_share=1.0),
        customers=ANSWERED,
        seed=SEED,
    ).customers
    touched = lived[lived["change"] == "answer"]
    gain = touched["incremental_profit_cents"] / 100
    return Held(
        counted=again / max(len(last), 1),
        low=low,
        high=high,
        true=float((left.isna() | (left > last + half_year)).mean()),
        more={
            "answered": 1 - float(touched["left_after"].mean()),
            "ignored": 1 - float(touched["left_before"].mean()),
            "kept": float(touched["left_before"].mean() - touched["left_after"].mean()),
            "chance_money": 1.96 * float(gain.std()) / np.sqrt(len(gain)),
            "gain_money": float(gain.mean()),
        },
    )


_HOLD: dict[str, Callable[..., Held]] = {
    "five_points": _five_points,
    "win_keep": _win_keep,
    "pareto": _pareto,
    "tells_nine": _tells_nine,
    "iceberg": _iceberg,
    "twelve": _twelve,
    "poor_recovery": _poor_recovery,
    "fifteen": _fifteen,
    "seventy": _seventy,
}
