"""What is true of a customer, beyond what any data show?

The true chance that a customer is still there, and what is still to come. These formulas use the customer's
own traits, which no company knows; an estimate from data is held against them.

Source: follows from the assumptions in Fader, Hardie & Lee (2005), "Counting your customers the easy way",
Marketing Science 24(2), for one customer instead of a random one.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


def p_alive_given_traits(
    *,
    purchase_rate_per_week: ArrayLike,
    dropout_probability: ArrayLike,
    weeks_since_last_order: ArrayLike,
    last_encounter: ArrayLike,
    leaving_from: int,
) -> Floats:
    """The chance that a customer with these traits and this history is alive, shape as the arguments.

    Silence since the last order has two explanations: the customer left there (p), or stayed (1 − p) and
    has not ordered since (e^−λt). Bayes' rule weighs them. Before encounter `leaving_from` nobody can leave.

    >>> p_alive_given_traits(purchase_rate_per_week=0.2, dropout_probability=0.25, weeks_since_last_order=10,
    ...                      last_encounter=3, leaving_from=1).round(4).item()
    0.2888
    """
    p = np.asarray(dropout_probability, dtype=float)
    silence = np.asarray(purchase_rate_per_week) * np.asarray(weeks_since_last_order)
    stayed = (1 - p) * np.exp(-silence)
    could_leave = (np.asarray(last_encounter) >= leaving_from) & (p > 0)
    return np.where(could_leave, stayed / np.where(could_leave, stayed + p, 1), 1.0)


def chance_of_being_there(*, leave_probability: ArrayLike, exposure: ArrayLike) -> Floats:
    """The chance that somebody is still there, shape as the arguments, whatever the causes.

    `leave_probability` is that of the last encounter, with all that moved it; `exposure` is how many encounters were
    to be expected since then of a customer who stayed. Who left is silent, who stayed with chance e^−exposure.

    >>> chance_of_being_there(leave_probability=0.25, exposure=2.0).round(4).item()
    0.2888
    """
    leave = np.asarray(leave_probability, dtype=float)
    silent = (1 - leave) * np.exp(-np.asarray(exposure))
    return np.where(leave > 0, silent / np.where(leave > 0, silent + leave, 1), 1.0)


def chance_of_order(*, alive: ArrayLike, purchase_rate_per_week: ArrayLike, weeks: ArrayLike) -> Floats:
    """The chance of at least one order in the coming weeks, A (1 − e^−λw).

    `alive` is 0, 1 or a probability A.

    >>> chance_of_order(alive=1, purchase_rate_per_week=0.2, weeks=4).round(4).item()
    0.5507
    """
    return np.asarray(alive) * -np.expm1(-np.asarray(purchase_rate_per_week) * np.asarray(weeks))


def expected_future_orders(
    *, alive: ArrayLike, purchase_rate_per_week: ArrayLike, dropout_probability: ArrayLike, weeks: ArrayLike
) -> Floats:
    """Expected number of orders in the coming weeks, A (1 − e^−λpw) / p; A λ w where p is 0.

    A customer who is there orders at rate λ and after each order leaves with probability p, so is lost at
    rate λp. The expectation is λ times the expected time that remains. `alive` is 0, 1 or a probability A.

    >>> orders = expected_future_orders(
    ...     alive=1, purchase_rate_per_week=0.2, dropout_probability=0.25, weeks=52)
    >>> orders.round(4).item()
    3.7029
    """
    weeks_at_risk = np.asarray(purchase_rate_per_week, dtype=float) * np.asarray(weeks)
    lost = np.asarray(dropout_probability) * weeks_at_risk
    # (1 − e^−y) / y falls smoothly to 1 as y goes to 0, where the division alone would fail.
    tiny = lost < 1e-12
    lasting = np.where(tiny, 1.0, -np.expm1(-lost) / np.where(tiny, 1.0, lost))
    return np.asarray(alive) * weeks_at_risk * lasting
