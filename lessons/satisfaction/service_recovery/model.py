"""Does a good answer make up for a failure, and for whom does it pay?  The recovery paradox, and its price.

A failure costs satisfaction, more than an equal surprise would win; a good answer gives some back, silence takes a
little more. What is felt fades from order to order, and while it lasts it moves the odds of leaving. So an answer
is worth the orders that it keeps, and no more: nothing for who would have stayed anyway, nothing for who leaves
anyway. Real answers also move what people tell others and how often they come; the model leaves both out.

Sources: McCollough & Bharadwaj (1992), "The Recovery Paradox", AMA Marketing Theory and Applications 3;
Smith, Bolton & Wagner (1999), Journal of Marketing Research 36(3), 356–372; Maxham & Netemeyer (2002), Journal of
Marketing 66(4), 57–71, for the second failure. The sizes are those of Harbour Tea's world, and assumed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

# How far the second failure weakens an answer: assumed, its direction after Maxham & Netemeyer (2002).
BELIEF_LEFT = 0.5
LONGEST = 400


@dataclass(frozen=True, kw_only=True)
class Recovery:
    """One failure and what may follow it. Satisfaction in points, 0 where nothing failed; probabilities per order.

    `failure`: quality lost, points. `good_answer`: points won by a good answer; `poor_answer`: lost by a poor one or
    none. `weight`: satisfaction per point of quality; `loss_weight`: how much more a shortfall weighs, a share.
    `earlier_failures`: failures before this one, each of which leaves an answer half of its worth. `memory`: weight
    of the newest order in the mood. `departure`: log-odds of leaving for the service per point of bad mood;
    `service_share`: share of departures that service decides at a mood of 0. `leave`: probability of leaving after
    an order at a mood of 0. Raises ValueError for a number outside its range.

    >>> tea = Recovery(failure=2.5, good_answer=1.8)
    >>> round(tea.after_failure, 2), round(tea.after_answer, 2), round(tea.paradox_limit, 3)
    (-4.0, -2.2, 1.125)
    """

    failure: float
    good_answer: float
    poor_answer: float = 0.6
    loss_weight: float = 1.0
    weight: float = 0.8
    earlier_failures: int = 0
    memory: float = 0.35
    departure: float = 0.8
    service_share: float = 0.34
    leave: float = 0.08

    def __post_init__(self) -> None:
        """Refuse numbers that make no sense."""
        for name in ("failure", "good_answer", "poor_answer", "loss_weight", "earlier_failures", "departure"):
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative.")
        if self.weight <= 0:
            raise ValueError("weight must be above 0.")
        for name in ("memory", "service_share", "leave"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must lie between 0 and 1.")
        if self.leave == 1:
            raise ValueError("leave must lie below 1.")

    @property
    def answer_worth(self) -> float:
        """Points that a good answer wins back here."""
        return self.good_answer * BELIEF_LEFT**self.earlier_failures

    @property
    def after_failure(self) -> float:
        """Satisfaction once the failure is felt."""
        return -self.weight * (1 + self.loss_weight) * self.failure

    @property
    def after_answer(self) -> float:
        """Satisfaction after a good answer."""
        return self.after_failure + self.answer_worth

    @property
    def after_silence(self) -> float:
        """Satisfaction after a poor answer, or none."""
        return self.after_failure - self.poor_answer

    @property
    def paradox_limit(self) -> float:
        """The largest failure, in points, after which a good answer leaves customers no less pleased than before."""
        return self.answer_worth / (self.weight * (1 + self.loss_weight))

    def leaving(self, satisfaction: float, *, orders: int) -> np.ndarray:
        """The probability of leaving at the failed order and at each after it (orders,), the mood fading."""
        later = np.arange(orders)
        mood = self.memory * satisfaction * (1 - self.memory) ** later
        odds = self.leave / (1 - self.leave)
        odds = odds * (1 - self.service_share + self.service_share * np.exp(-self.departure * mood))
        return odds / (1 + odds)

    def orders_to_come(self, satisfaction: float, *, orders: int) -> float:
        """How many of her next `orders` orders a customer with this satisfaction places, on average.

        >>> round(Recovery(failure=0, good_answer=0, leave=0.5).orders_to_come(0, orders=2), 2)
        0.75
        """
        return float(np.cumprod(1 - self.leaving(satisfaction, orders=orders)).sum())

    def orders_kept(self, *, orders: np.ndarray) -> np.ndarray:
        """How many orders a good answer keeps, by how many the customer would place if nothing made her leave (n,).

        Between whole numbers of orders it runs straight.
        """
        ahead = np.clip(np.asarray(orders, dtype=float), 0, LONGEST)
        longest = int(np.ceil(ahead.max(initial=0))) + 1
        with_answer, without = (
            np.cumprod(1 - self.leaving(felt, orders=longest))
            for felt in (self.after_answer, self.after_silence)
        )
        kept = np.concatenate([[0.0], np.cumsum(with_answer - without)])
        return np.interp(ahead, np.arange(longest + 1), kept)


@dataclass(frozen=True, kw_only=True)
class ByShare:
    """Profit by share answered: after answering the first 0, 1, … n of the list; `share`, `profit` (n + 1), money."""

    share: np.ndarray
    profit: np.ndarray

    @property
    def best(self) -> int:
        """Number of customers at which the profit peaks."""
        return int(np.argmax(self.profit))

    @property
    def best_share(self) -> float:
        """The share answered at which the profit peaks; 0 for an empty list."""
        return float(self.share[self.best])

    def at(self, share: float) -> float:
        """The profit at a share of the list."""
        return float(self.profit[round(min(max(share, 0.0), 1.0) * (len(self.profit) - 1))])


def gains(
    recovery: Recovery,
    *,
    margin_per_order: np.ndarray,
    orders_ahead: np.ndarray,
    cost: float,
    answers: float = 1.0,
) -> np.ndarray:
    """What answering each customer brings, in money (n,): `answers` times margin of the orders kept less `cost`.

    Who complains again is answered again; each of the answers is taken to keep as much as the first.

    >>> tea = Recovery(failure=2.5, good_answer=1.8)
    >>> gains(tea, margin_per_order=np.array([50.0, 300.0]), orders_ahead=np.array([9.0, 9.0]), cost=25).round(1)
    array([ -2.9, 107.5])
    """
    kept = recovery.orders_kept(orders=orders_ahead)
    return answers * (np.asarray(margin_per_order, dtype=float) * kept - cost)


def by_share(*, rank: np.ndarray, gain: np.ndarray) -> ByShare:
    """Walk down the list, highest `rank` first, and add up what each answer brings (`gain`, money).

    >>> walked = by_share(rank=np.array([1, 3, 2]), gain=np.array([-5.0, 30.0, 10.0]))
    >>> walked.profit, walked.best
    (array([ 0., 30., 40., 35.]), 2)
    """
    order = np.argsort(-np.asarray(rank, dtype=float), kind="stable")
    profit = np.concatenate([[0.0], np.cumsum(np.asarray(gain, dtype=float)[order])])
    return ByShare(share=np.arange(len(profit)) / max(len(order), 1), profit=profit)


def six_customers(*, cost: float = 25.0) -> pd.DataFrame:
    """Six complainers by hand: the same answer, and six results.

    Columns margin_per_order (money), without, with_answer (orders that follow), kept (orders), gain (money).

    >>> six_customers()["gain"].tolist()
    [119.0, -25.0, -25.0, 735.0, -25.0, -13.0]
    """
    six = pd.DataFrame(
        {
            "margin_per_order": [48.0, 35.0, 60.0, 380.0, 90.0, 6.0],
            "without": [4, 10, 0, 2, 10, 3],
            "with_answer": [7, 10, 0, 4, 10, 5],
        }
    )
    six["kept"] = six["with_answer"] - six["without"]
    six["gain"] = six["margin_per_order"] * six["kept"] - cost
    return six
