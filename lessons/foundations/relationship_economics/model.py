"""When does a folk number of CRM hold?  Nine small models, one for each claim.

Each turns the conditions that a claim leaves unsaid into numbers, and gives what the claim is about. A claim is a
number without its conditions, so the honest question is not whether it is true, but for which business. The models
are the simplest that can be wrong in an interesting way; every one assumes that all customers are alike but for what
it names. Functions take numbers or arrays, shares as 0 to 1, and raise ValueError for a number outside its range.

Sources: Reichheld & Sasser (1990), "Zero Defections", Harvard Business Review 68(5); Gupta & Lehmann (2003),
"Customers as Assets", Journal of Interactive Marketing 17(1); TARP (1979), "Consumer Complaint Handling in America".
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[Any]
Numbers = float | Floats

# What is claimed, from low to high; a single number counts as met within a tenth of it.
CLAIMED: dict[str, tuple[float, float]] = {
    "five_points": (0.25, 0.85),
    "win_keep": (5, 8),
    "pareto": (0.8, 0.8),
    "tells_nine": (9, 9),
    "iceberg": (20, 20),
    "twelve": (12, 12),
    "poor_recovery": (0.25, 0.5),
    "fifteen": (15, 15),
    "seventy": (0.7, 0.7),
}
SHARES = ("five_points", "pareto", "poor_recovery", "seventy")
ABOUT = 0.1


def _between(low: float, high: float, **named: Numbers) -> None:
    for name, value in named.items():
        given = np.asarray(value, dtype=float)
        if not ((given >= low) & (given <= high)).all():
            raise ValueError(f"{name} must lie between {low:g} and {high:g}, not {value}")


def profit_lift(*, retention: Numbers, discount: Numbers, cost_in_margins: Numbers = 0.0) -> Floats:
    """The share by which a customer's value grows when yearly retention rises by five points.

    Value: (1 + d) / (1 + d − r) yearly margins, the first today, less `cost_in_margins` for winning the customer. nan
    where the customer is worth nothing today, or five points more would be above 1.

    >>> float(profit_lift(retention=0.8, discount=0.1).round(4))
    0.2
    """
    _between(0, 1, retention=retention)
    _between(0, 10, discount=discount)
    _between(0, 1000, cost_in_margins=cost_in_margins)
    retention = np.asarray(retention, dtype=float)

    def value(share: Floats) -> Floats:
        gap = 1 + discount - share
        return np.where(gap > 1e-9, (1 + discount) / np.maximum(gap, 1e-9), np.nan) - cost_in_margins

    now, then = value(retention), value(retention + 0.05)
    return np.where((now > 1e-9) & (retention <= 0.95 + 1e-9), then / np.maximum(now, 1e-9) - 1, np.nan)


def win_to_keep(*, saved: Numbers, reply: Numbers, keep_cost: Numbers, contact_cost: Numbers) -> Floats:
    """What winning one customer costs, as a multiple of what keeping one costs.

    Reaching a stranger costs `contact_cost` and a share `reply` is won. Keeping costs `keep_cost` for each customer,
    those included who would have stayed anyway; a share `saved` of all stays because of it. Money in one currency.

    >>> float(win_to_keep(saved=0.05, reply=0.02, keep_cost=10, contact_cost=20))
    5.0
    """
    _between(1e-6, 1, saved=saved, reply=reply)
    _between(0.01, 1e9, keep_cost=keep_cost, contact_cost=contact_cost)
    return np.asarray((contact_cost / reply) / (keep_cost / saved), dtype=float)


def top_share(*, spread: Numbers, best: Numbers = 0.2, shape: str = "lognormal") -> Floats:
    """The share of all that the `best` share of customers brings, if what they bring is spread like this.

    `spread` is the standard deviation over the mean; `shape` "lognormal" or "gamma". One less the Lorenz curve.

    >>> float(top_share(spread=1, shape="gamma").round(4)), float(round(0.2 * (1 - np.log(0.2)), 4))
    (0.5219, 0.5219)
    """
    from scipy.special import gammaincc, gammainccinv, ndtr, ndtri

    _between(0, 20, spread=spread)
    _between(1e-6, 1 - 1e-6, best=best)
    spread = np.maximum(np.asarray(spread, dtype=float), 1e-3)
    if shape == "lognormal":
        return ndtr(ndtri(best) + np.sqrt(np.log1p(spread**2)))
    if shape == "gamma":
        k = 1 / spread**2
        return gammaincc(k + 1, gammainccinv(k, best))
    raise ValueError(f'shape must be "lognormal" or "gamma", not {shape!r}')


def people_told(*, tells: Numbers, each: Numbers, passed_on: Numbers) -> Floats:
    """How many people hear of one bad experience: a share `tells` tells `each`, who tell `passed_on` more each.

    Everyone who hears passes it on in the same way, so the audience is a geometric sum; `passed_on` lies below 1.

    >>> float(people_told(tells=0.5, each=9, passed_on=0.5))
    9.0
    """
    _between(0, 1, tells=tells)
    _between(0, 1000, each=each)
    _between(0, 0.999, passed_on=passed_on)
    return np.asarray(tells * each / (1 - passed_on), dtype=float)


def silent_per_complaint(*, serious: Numbers, small_speaks: Numbers, serious_speaks: Numbers) -> Floats:
    """How many with a problem keep silent for each who complains.

    A share `serious` of the problems is serious; of those `serious_speaks` is complained about, of the small ones
    `small_speaks`. inf where nobody complains.

    >>> float(silent_per_complaint(serious=0, small_speaks=0.05, serious_speaks=0.7).round(6))
    19.0
    """
    _between(0, 1, serious=serious, small_speaks=small_speaks, serious_speaks=serious_speaks)
    speaks = np.asarray(serious * serious_speaks + (1 - np.asarray(serious)) * small_speaks, dtype=float)
    return np.where(speaks > 0, (1 - speaks) / np.maximum(speaks, 1e-12), np.inf)


def good_to_repair(*, newest: Numbers, depth: Numbers, noticed: Numbers) -> Floats:
    """How many good impressions it takes until one bad one is no longer noticed.

    The impression moves by a share `newest` of the way to each experience. A bad one lies `depth` below the usual, so
    it leaves a gap of newest × depth; each usual one after it shrinks the gap by 1 − newest, until it is `noticed`.

    >>> float(good_to_repair(newest=0.5, depth=8, noticed=0.5))
    3.0
    """
    _between(0.001, 0.999, newest=newest)
    _between(1e-6, 1e6, depth=depth, noticed=noticed)
    newest = np.asarray(newest, dtype=float)
    gap = newest * depth / noticed
    return np.where(gap > 1, np.log(np.maximum(gap, 1)) / -np.log1p(-newest), 0.0)


def extra_cost(*, fails: Numbers, repair_cost: Numbers, works: Numbers) -> Floats:
    """What poor recovery adds to the cost of an order, as a share of it.

    A share `fails` of orders needs repair; an attempt costs `repair_cost` orders and works with chance `works`, and one
    tries until it works: 1 / works attempts on average.

    >>> float(extra_cost(fails=0.1, repair_cost=1.5, works=0.5).round(6))
    0.3
    """
    _between(0, 1, fails=fails)
    _between(0, 1000, repair_cost=repair_cost)
    _between(0.001, 1, works=works)
    return np.asarray(np.asarray(fails) * repair_cost / works, dtype=float)


def new_per_hundred(*, come: Numbers, recommend: Numbers, friends: Numbers) -> Floats:
    """New customers whom a hundred satisfied ones bring: a share tells `friends` people each, of whom a share comes.

    >>> float(new_per_hundred(come=0.1, recommend=0.5, friends=3).round(6))
    15.0
    """
    _between(0, 1, come=come, recommend=recommend)
    _between(0, 1000, friends=friends)
    return np.asarray(100 * np.asarray(come) * recommend * friends, dtype=float)


def still_there(*, orders: Numbers, leave: Numbers, softened: Numbers) -> Floats:
    """The share of well-answered complainers who are still there after so many orders.

    After each order one leaves with chance `leave`; a good answer cuts the odds of that by the share `softened`.

    >>> float(still_there(orders=2, leave=0.2, softened=0).round(6))
    0.64
    """
    _between(0, 10_000, orders=orders)
    _between(0, 0.999, leave=leave, softened=softened)
    odds = np.asarray(leave, dtype=float) / (1 - np.asarray(leave)) * (1 - np.asarray(softened))
    return (1 / (1 + odds)) ** orders


OUTCOMES: dict[str, Callable[..., Floats]] = {
    "five_points": profit_lift,
    "win_keep": win_to_keep,
    "pareto": top_share,
    "tells_nine": people_told,
    "iceberg": silent_per_complaint,
    "twelve": good_to_repair,
    "poor_recovery": extra_cost,
    "fifteen": new_per_hundred,
    "seventy": still_there,
}


@dataclass(frozen=True, kw_only=True)
class Test:
    """One claim put to the test: the outcome at the setting, the curve, and where the claim holds.

    `x`, `y`: the curve along the claim's first condition. `holds`: the lowest and highest x at which the outcome lies
    in the claimed band, None where it nowhere does. `met`: whether it does at the setting.
    """

    claim: str
    at: float
    outcome: float
    x: Floats
    y: Floats
    holds: tuple[float, float] | None
    met: bool

    # Not a test of this program, whatever its name.
    __test__ = False


def band(claim: str) -> tuple[float, float]:
    """The claimed band; a single number counts as met within a tenth of it.

    >>> [round(end, 2) for end in band("fifteen")], band("win_keep")
    ([13.5, 16.5], (5, 8))
    """
    low, high = CLAIMED[claim]
    return (low * (1 - ABOUT), high * (1 + ABOUT)) if low == high else (low, high)


def put_to_test(
    claim: str, conditions: Mapping[str, Any], *, along: str, low: float, high: float, steps: int = 241
) -> Test:
    """Put `claim` to the test under `conditions`, and along the condition `along` from `low` to `high`.

    >>> found = put_to_test("five_points", {"retention": 0.8, "discount": 0.1}, along="retention", low=0.4, high=0.95)
    >>> round(found.outcome, 3), found.met, round(found.holds[0], 2)
    (0.2, False, 0.85)
    """
    model, (least, most) = OUTCOMES[claim], band(claim)
    x = np.linspace(low, high, steps)
    y = np.broadcast_to(model(**{**conditions, along: x}), x.shape)
    outcome = float(model(**conditions))
    inside = x[(y >= least - 1e-9) & (y <= most + 1e-9)]
    return Test(
        claim=claim,
        at=float(conditions[along]),
        outcome=outcome,
        x=x,
        y=y,
        holds=(float(inside[0]), float(inside[-1])) if len(inside) else None,
        met=bool(least - 1e-9 <= outcome <= most + 1e-9),
    )
