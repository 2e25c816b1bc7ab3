"""Which numbers make one company's customers differ from another's?

A scenario is one TOML file in datasets/scenarios: numbers only, the same in every language (titles and product
names are in datasets/words). It says which businesses the company runs and how its customers differ there, how it
is usually run, and how strong each cause is. Adding a company is adding a file. Every field below says its meaning,
its unit and its bounds; a number out of bounds is refused by name.

Sources of the customers' differences: Fader, Hardie & Lee (2005), "Counting your customers the easy way",
Marketing Science 24(2), 275–284 (open, leaving_from = 1); Batislam, Denizel & Filiztekin (2007), "Empirical
validation and comparison of models for customer base analysis", International Journal of Research in Marketing
24(3), 201–209 (open, leaving_from = 0); Fader & Hardie (2007), "How to project customer retention", Journal of
Interactive Marketing 21(1), 76–90 (contract); Fader & Hardie (2013), "The gamma-gamma model of monetary value".
The causes are explained one by one in causes.py.
"""

import math
import tomllib
from dataclasses import dataclass, field, fields, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from datasets.world.causes import Causes
from datasets.world.fields import check, choice, is_day, number, numbers, read, switch, whole
from datasets.world.ids import MOST_BUSINESSES
from datasets.world.people import HOUSEHOLDS, LOCALES
from datasets.world.policy import Policy
from datasets.world.quantiles import LARGEST_SHAPE, SMALLEST_SHAPE

FOLDER = Path(__file__).parent.parent / "scenarios"
LONGEST_WEEKS = 2600
FASTEST_RATE_PER_WEEK = 50.0
MOST_CAMPAIGNS = 5
REASONS = ("service", "price", "competitor", "moved", "involuntary")
CHANNELS = ("shop", "web", "phone", "branch", "app", "sales")


@dataclass(frozen=True)
class Band:
    """A headline figure's plausible range, and where it comes from ("assumed", or a source)."""

    low: float
    high: float
    source: str


@dataclass(frozen=True, kw_only=True)
class Business:
    """One line of business, and how its customers differ from one another.

    `open`: nobody signs anything. Order rate λ ~ gamma(shape `r`, rate `alpha_weeks`), in orders per week. `credit`
    is the same on account. `contract`: one payment each `period_days`, `r` and `alpha_weeks` unused. The probability
    of leaving after an encounter is p ~ beta(`a`, `b`), from encounter `leaving_from` on (the first is number 0).
    A customer's orders are gamma(shape `p`, rate ν) cents, ν ~ gamma(shape `q`, rate `gamma_cents`); a contract's
    payment is the price of its plan.
    """

    name: str
    kind: str = choice("How customers are held", "open", "contract", "credit")
    share: float = number("New customers who begin here", "share", low=0, high=1)
    also: float = number("Customers of the others who come here too", "share", low=0, high=1, default=0.0)
    r: float = number("Shape of the order rates", "", low=SMALLEST_SHAPE, high=LARGEST_SHAPE, default=1.0)
    alpha_weeks: float = number("Rate of the order rates", "weeks", low=0.001, high=1e6, default=4.0)
    period_days: int = whole("Length of a contract's period", "days", low=1, high=366, default=28)
    a: float = number("First shape of the dropout probabilities", "", low=SMALLEST_SHAPE, high=LARGEST_SHAPE)
    b: float = number("Second shape of the dropout probabilities", "", low=SMALLEST_SHAPE, high=LARGEST_SHAPE)
    leaving_from: int = whole("First encounter after which one may leave", "", low=0, high=1)
    p: float = number(
        "Shape of one customer's amounts", "", low=SMALLEST_SHAPE, high=LARGEST_SHAPE, default=6.0
    )
    q: float = number("Shape of the customers' mean amounts", "", low=1.05, high=LARGEST_SHAPE, default=4.0)
    gamma_cents: float = number(
        "Scale of the customers' mean amounts", "cents", low=1, high=1e9, default=4400.0
    )
    loyalty: bool = switch("Whether the loyalty programme counts here", default=False)
    channels: tuple[float, ...] = numbers(
        f"Orders by channel: {', '.join(CHANNELS)}",
        "shares",
        length=len(CHANNELS),
        low=0,
        high=1,
        adds_up_to_one=True,
    )

    @property
    def mean_rate_per_week(self) -> float:
        """Orders per week of the mean living customer."""
        return 7 / self.period_days if self.kind == "contract" else self.r / self.alpha_weeks

    @property
    def mean_dropout(self) -> float:
        """Mean probability of leaving after an order, a / (a + b)."""
        return self.a / (self.a + self.b)

    @property
    def mean_spend_cents(self) -> float:
        """Mean of the customers' mean spends, p γ / (q − 1), in cents; of no meaning for a contract."""
        return self.p * self.gamma_cents / (self.q - 1)


@dataclass(frozen=True, kw_only=True)
class Service:
    """What customers live through, say and do when nothing special is at work."""

    failure_share: float = number("Encounters in which something goes wrong", "share", low=0, high=1)
    outage_share: float = number("Days on which something is down", "share", low=0, high=1)
    expectation: float = number("Expectation of a newcomer", "quality points", low=-5, high=5)
    desire: float = number("What customers wish for, on average", "quality points", low=-5, high=5)
    desire_spread: float = number("Standard deviation of the wishes", "quality points", low=0, high=5)
    memory: float = number("Weight of the newest encounter in the mood", "share", low=0, high=1)
    complaint_share: float = number(
        "Encounters complained about when neither pleased nor not", "share", low=0, high=1
    )
    question_share: float = number("Encounters followed by a question", "share", low=0, high=1)
    phone_share: float = number("Complaints and questions that come by phone", "share", low=0, high=1)
    recommendation_share: float = number(
        "Encounters talked of with praise at a mood of 0", "share", low=0, high=1
    )
    survey_share: float = number("Encounters after which a questionnaire is sent", "share", low=0, high=1)
    survey_response: float = number("Questionnaires answered by the indifferent", "share", low=0, high=1)
    survey_extremes: float = number(
        "Log-odds of answering, per point from indifference", "log-odds", low=-3, high=3
    )
    survey_noise: float = number("Standard deviation of a score's error", "score", low=0, high=5)
    survey_satisfaction: float = number(
        "Satisfaction score (1–10) of the indifferent", "score", low=1, high=10
    )
    survey_recommendation: float = number(
        "Recommendation score (0–10) of the indifferent", "score", low=0, high=10
    )
    survey_step: float = number("Score per point", "score", low=0, high=5)


@dataclass(frozen=True, kw_only=True)
class Market:
    """What happens around the company: seasons, the anniversary sale, competitors."""

    months: tuple[float, ...] = numbers("Order rate by month", "1 is usual", length=12, low=0.05, high=10)
    weekdays: tuple[float, ...] = numbers(
        "Order rate by weekday, from Monday", "1 is usual", length=7, low=0.05, high=10
    )
    hours: tuple[float, ...] = numbers("Orders by hour, local time", "1 is usual", length=24, low=0, high=24)
    utc_offset_hours: float = number("Local time less UTC", "hours", low=-12, high=14)
    sale_month: int = whole("Month of the anniversary sale", "", low=1, high=12)
    sale_day: int = whole("First day of the sale", "", low=1, high=28)
    sale_days: int = whole("Length of the sale", "days", low=0, high=60)
    offer_share: float = number("Weeks in which a competitor makes an offer", "share", low=0, high=1)


@dataclass(frozen=True, kw_only=True)
class CallCentre:
    """Who answers the phone. The company is taken at `reference_customers` customers, however many are lived."""

    reference_customers: int = whole(
        "Size at which the calls meet the agents", "customers", low=100, high=10**6
    )
    minutes_per_call: float = number("Mean length of a call", "minutes", low=0.1, high=120)
    patience_minutes: float = number(
        "Mean time a caller waits before hanging up", "minutes", low=0.05, high=120
    )
    load_factor: float = number("Agents per Erlang of load", "", low=0.1, high=10)
    hours: tuple[float, ...] = numbers("Calls by hour, local time", "1 is usual", length=24, low=0, high=24)
    weekdays: tuple[float, ...] = numbers(
        "Calls by weekday, from Monday", "1 is usual", length=7, low=0, high=10
    )


@dataclass(frozen=True, kw_only=True)
class Loyalty:
    """The loyalty programme."""

    enrolled_share: float = number("Customers who enrol", "share", low=0, high=1)
    points_per_100_cents: float = number("Points earned", "points per 100 cents", low=0, high=100)
    point_value_cents: float = number("What a redeemed point is worth", "cents", low=0, high=1000)
    redeem_minimum_points: int = whole("Smallest number of points redeemed", "points", low=1, high=10**9)
    redeem_share: float = number("Orders at which enough points are redeemed", "share", low=0, high=1)
    expiry_weeks: int = whole("Weeks without an order after which points expire", "weeks", low=1, high=520)
    silver_points: int = whole("Points earned to reach silver", "points", low=1, high=10**9)
    gold_points: int = whole("Points earned to reach gold", "points", low=1, high=10**9)


@dataclass(frozen=True, kw_only=True)
class Costs:
    """What things cost the company."""

    goods_share: float = number("Cost of goods", "share of the usual price", low=0, high=1)
    service_point_cents: float = number("One more point of quality, per encounter", "cents", low=0, high=1e7)
    answer_cents: float = number("A complaint answered well, compensation included", "cents", low=0, high=1e8)
    call_cents: float = number("A call taken", "cents", low=0, high=1e7)
    financial_bond_cents: float = number("Full financial bonds, per encounter", "cents", low=0, high=1e7)
    social_bond_cents: float = number("Full social bonds, per encounter", "cents", low=0, high=1e7)
    structural_bond_cents: float = number("Full structural bonds, per encounter", "cents", low=0, high=1e7)


@dataclass(frozen=True, kw_only=True)
class Funnel:
    """How strangers become customers."""

    enquiry_share: float = number("People reached who enquire", "share", low=0.2, high=1)
    order_share: float = number("Enquiries that become a first order", "share", low=0.2, high=1)
    days_to_enquire: float = number("Mean time from being reached to enquiring", "days", low=0.01, high=365)
    days_to_order: float = number("Mean time from enquiring to ordering", "days", low=0.01, high=365)


@dataclass(frozen=True, kw_only=True)
class Credit:
    """How business customers pay: an account's own share of orders paid is beta(recovery_a, recovery_b)."""

    terms_days: int = whole("Days given to pay", "days", low=0, high=365, default=30)
    recovery_a: float = number(
        "First shape of the shares paid", "", low=SMALLEST_SHAPE, high=LARGEST_SHAPE, default=8.0
    )
    recovery_b: float = number(
        "Second shape of the shares paid", "", low=SMALLEST_SHAPE, high=LARGEST_SHAPE, default=1.0
    )
    slow_days: float = number(
        "Days later paid by an account that recovers nothing", "days", low=0, high=1000, default=90.0
    )
    limit_orders: float = number("Credit limit, in mean orders", "orders", low=0, high=1000, default=4.0)


@dataclass(frozen=True, kw_only=True)
class Households:
    """Life stages, in the order of people.HOUSEHOLDS."""

    share: tuple[float, ...] = numbers(
        "Customers", "shares", length=len(HOUSEHOLDS), low=0, high=1, adds_up_to_one=True
    )
    spend: tuple[float, ...] = numbers("Spending", "1 is usual", length=len(HOUSEHOLDS), low=0.05, high=20)
    moving: tuple[float, ...] = numbers(
        "Odds of moving away", "1 is usual", length=len(HOUSEHOLDS), low=0.05, high=20
    )


@dataclass(frozen=True, kw_only=True)
class Segment:
    """A kind of customer: what it wishes for, and how it takes prices and failures."""

    name: str
    share: float = number("Customers", "share", low=0, high=1)
    desire: float = number("Wishes above the average", "quality points", low=-5, high=5)
    price_sensitivity: float = number("Reaction to prices", "1 is usual", low=0, high=10)
    complaint: float = number("Log-odds of complaining above the usual", "log-odds", low=-5, high=5)


@dataclass(frozen=True, kw_only=True)
class Product:
    """A product, or a plan of a contract. An open business's first one lies in baskets that hold nothing else."""

    name: str
    business: str
    list_price_cents: int = whole("Usual price", "cents", low=1, high=10**9)
    popularity: float = number(
        "Baskets that hold it (contract: customers who choose it)", "share", low=0, high=1
    )


@dataclass(frozen=True, kw_only=True)
class BasketRule:
    """Who buys `when` also buys `then` with this probability; who does not, with the product's own popularity."""

    when: str
    then: str
    confidence: float = number("Probability of `then` given `when`", "share", low=0, high=1)


@dataclass(frozen=True, kw_only=True)
class Campaign:
    """One mailing or call to a random part of the customers; its effects last for its weeks."""

    business: str
    week: int = whole("When it starts", "weeks from the start", low=0, high=LONGEST_WEEKS)
    weeks: int = whole("How long it works", "weeks", low=1, high=52)
    channel: str = choice("How customers are reached", *CHANNELS)
    contact_cost_cents: int = whole("One contact", "cents", low=0, high=10**8)


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """One company in numbers: its businesses, its usual policy, its causes.

    Customers join evenly over `joining_weeks` from `start` on (over `weeks`, when those are fewer); history ends
    `weeks` after `start`. Where fewer weeks are lived, who joins later is not there yet. Raises ValueError, naming
    the field, for a number that makes no sense.

    >>> tea = load_scenario("tea_shops")
    >>> tea.main.name, round(tea.main.mean_rate_per_week, 3), round(tea.main.mean_dropout, 2)
    ('shop', 0.174, 0.18)
    """

    name: str
    currency: str
    start: date
    weeks: int = whole("Length of the history", "weeks", low=1, high=LONGEST_WEEKS)
    joining_weeks: float = number("Time over which customers join", "weeks", low=0.01, high=LONGEST_WEEKS)
    persuadable_share: float = number("Customers whom a campaign moves to buy", "share", low=0, high=1)
    sleeping_dog_share: float = number("Customers whom a campaign drives away", "share", low=0, high=1)
    referral_weeks: float = number(
        "Mean time from praise to the newcomer's first order", "weeks", low=0.01, high=52
    )
    reasons: tuple[float, ...] = numbers(
        f"Departures at neutral: {', '.join(REASONS)}",
        "shares",
        length=len(REASONS),
        low=0,
        high=1,
        adds_up_to_one=True,
    )
    locales: tuple[tuple[str, float], ...]
    businesses: tuple[Business, ...]
    segments: tuple[Segment, ...]
    products: tuple[Product, ...]
    service: Service
    market: Market
    call_centre: CallCentre
    loyalty: Loyalty
    costs: Costs
    funnel: Funnel
    households: Households
    credit: Credit = field(default_factory=Credit)
    basket_rules: tuple[BasketRule, ...] = ()
    campaigns: tuple[Campaign, ...] = ()
    policy: Policy = field(default_factory=Policy)
    causes: Causes = field(default_factory=Causes)
    bands: tuple[tuple[str, Band], ...] = ()

    def __post_init__(self) -> None:
        """Refuse numbers that make no sense."""
        where = f"scenario {self.name}"
        check(self, where)
        for part in (
            "service",
            "market",
            "call_centre",
            "loyalty",
            "costs",
            "funnel",
            "households",
            "credit",
            "causes",
        ):
            check(getattr(self, part), f"{where}: {part}")
        for group in ("businesses", "segments", "products", "basket_rules", "campaigns"):
            for one in getattr(self, group):
                check(one, f"{where}: {group}.{getattr(one, 'name', getattr(one, 'when', ''))}".rstrip("."))
        self._demand(is_day(self.start), "start must be a date from 1970 to 2200, written 2024-01-01")
        currency = isinstance(self.currency, str) and len(self.currency) == 3 and self.currency.isupper()
        self._demand(currency, 'currency must be an ISO code such as "CNY"')
        for locale, _ in self.locales:
            self._demand(locale in LOCALES, f"locales may name {', '.join(LOCALES)}, not {locale}")
        self._shares("locales", [share for _, share in self.locales])
        self._shares("businesses: share", [one.share for one in self.businesses])
        self._shares("segments: share", [one.share for one in self.segments])
        for group in ("businesses", "segments", "products"):
            named = [one.name for one in getattr(self, group)]
            self._demand(len(set(named)) == len(named), f"{group} must have different names")
        few = 1 <= len(self.businesses) <= MOST_BUSINESSES
        self._demand(few, f"businesses must be 1 to {MOST_BUSINESSES}")
        for one in self.businesses:
            fast = one.kind != "contract" and one.r / one.alpha_weeks > FASTEST_RATE_PER_WEEK
            self._demand(
                not fast,
                f"businesses.{one.name}: r / alpha_weeks may be {FASTEST_RATE_PER_WEEK:g} orders a week at most",
            )
        self._demand(
            self.persuadable_share + self.sleeping_dog_share <= 1,
            "persuadable_share and sleeping_dog_share may add up to 1 at most",
        )
        self._demand(len(self.campaigns) <= MOST_CAMPAIGNS, f"campaigns may be {MOST_CAMPAIGNS} at most")
        weeks = [one.week for one in self.campaigns]
        self._demand(weeks == sorted(set(weeks)), "campaigns must start in different weeks, in order")
        self._demand(sum(self.market.hours) > 0, "market: hours must not all be 0")
        calls = sum(self.call_centre.hours) > 0 and sum(self.call_centre.weekdays) > 0
        self._demand(calls, "call_centre: hours and weekdays must not all be 0")
        ordered = self.loyalty.silver_points <= self.loyalty.gold_points
        self._demand(ordered, "loyalty: gold_points must not lie below silver_points")
        self._check_products()

    def _check_products(self) -> None:
        names = [one.name for one in self.products]
        businesses = [one.name for one in self.businesses]
        for one in (*self.products, *self.campaigns):
            self._demand(one.business in businesses, f"there is no business {one.business}")
        for business in self.businesses:
            own = [one.popularity for one in self.products if one.business == business.name]
            self._demand(1 <= len(own) <= 16, f"businesses.{business.name} needs 1 to 16 products")
            if business.kind == "contract":
                self._shares(f"products of {business.name}: popularity", own)
        place = {name: number for number, name in enumerate(names)}
        staples = {
            next(one.name for one in self.products if one.business == business.name)
            for business in self.businesses
        }
        then = [rule.then for rule in self.basket_rules]
        for rule in self.basket_rules:
            for name in (rule.when, rule.then):
                self._demand(name in names, f"basket_rules: there is no product {name}")
                self._demand(
                    name not in staples, f"basket_rules: {name} is the first product of its business"
                )
            same = self.products[place[rule.when]].business == self.products[place[rule.then]].business
            self._demand(same, f"basket_rules: {rule.when} and {rule.then} must belong to one business")
            self._demand(rule.when not in then, f"basket_rules: {rule.when} may not follow from another rule")
        self._demand(len(set(then)) == len(then), "basket_rules: a product may follow from one rule only")

    def _shares(self, what: str, shares: list[float]) -> None:
        plain = all(type(one) in (int, float) and 0 <= one <= 1 for one in shares)
        self._demand(plain, f"{what} must be numbers from 0 to 1")
        self._demand(math.isclose(sum(shares), 1, abs_tol=1e-6), f"{what} must add up to 1")

    def _demand(self, holds: bool, rule: str) -> None:
        if not holds:
            raise ValueError(f"scenario {self.name}: {rule}")

    @property
    def main(self) -> Business:
        """The first business, which most customers know the company for."""
        return self.businesses[0]

    @cached_property
    def text(self) -> str:
        """Everything that shapes a life, as one text: what a manifest's hash is made of."""
        return repr(replace(self, bands=()))

    def textbook(self, **changes: Any) -> "Scenario":
        """The same company with its first business alone and every cause at zero: the textbook's customers.

        `changes` are fields of that business, such as `r=0.5`, or `weeks` and `joining_weeks`.

        >>> load_scenario("tea_shops").textbook(r=0.5).main.r
        0.5
        """
        own = {name: changes.pop(name) for name in ("weeks", "joining_weeks") if name in changes}
        main = replace(self.main, share=1.0, also=0.0, loyalty=False, **changes)
        return replace(
            self,
            **own,
            businesses=(main,),
            products=tuple(one for one in self.products if one.business == main.name),
            basket_rules=tuple(
                rule
                for rule in self.basket_rules
                if rule.when in {one.name for one in self.products if one.business == main.name}
            ),
            campaigns=(),
            causes=Causes(),
            policy=Policy(loyalty_programme=False),
        )

    def with_causes(self, *names: str) -> "Scenario":
        """The same company with only these causes at work. Raises ValueError for a name that is no cause."""
        known = {one.name for one in fields(Causes)}
        for name in names:
            self._demand(name in known, f"there is no cause {name}; there are {', '.join(sorted(known))}")
        return replace(self, causes=Causes(**{name: getattr(self.causes, name) for name in names}))


def scenarios() -> list[str]:
    """Names of all scenarios, found by looking into datasets/scenarios.

    >>> "tea_shops" in scenarios()
    True
    """
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def load_scenario(name: str) -> Scenario:
    """The scenario of this name. Raises ValueError, listing the known names, when there is none."""
    if name not in scenarios():
        raise ValueError(f"there is no scenario {name!r}: choose one of {', '.join(scenarios())}")
    return parse_scenario(name, (FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


_TABLES = {
    "service": Service,
    "market": Market,
    "call_centre": CallCentre,
    "loyalty": Loyalty,
    "costs": Costs,
    "funnel": Funnel,
    "households": Households,
    "credit": Credit,
    "policy": Policy,
    "causes": Causes,
}
_NAMED = {"businesses": Business, "segments": Segment, "products": Product}
_LISTED = {"basket_rules": BasketRule, "campaigns": Campaign}


def parse_scenario(name: str, toml: str) -> Scenario:
    """A scenario from the text of a TOML file. Raises ValueError, naming the field, for what is wrong."""
    where = f"scenario {name}"
    try:
        table = tomllib.loads(toml)
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{where}: this is not TOML ({error})") from None
    for part, kind in _TABLES.items():
        if part in table:
            try:
                table[part] = read(kind, table[part], f"{where}: {part}")
            except ValueError as error:
                # A policy also speaks for itself, and does not know whose it is.
                told = str(error)
                raise ValueError(told if told.startswith(where) else f"{where}: {told}") from None
    for part, kind in _NAMED.items():
        if part in table:
            _must_be(dict, table[part], f"{where}: {part}")
            table[part] = tuple(
                read(kind, _named(one, name, f"{where}: {part}.{name}"), f"{where}: {part}.{name}")
                for name, one in table[part].items()
            )
    for part, kind in _LISTED.items():
        _must_be(list, table.get(part, []), f"{where}: {part}")
        table[part] = tuple(
            read(kind, one, f"{where}: {part} {place}")
            for place, one in enumerate(table.get(part, []), start=1)
        )
    for part in ("locales", "bands"):
        _must_be(dict, table.get(part, {}), f"{where}: {part}")
    try:
        table["bands"] = tuple((figure, Band(**band)) for figure, band in table.get("bands", {}).items())
    except TypeError:
        raise ValueError(f"{where}: each of bands needs low, high and source") from None
    if "locales" in table:
        table["locales"] = tuple(table["locales"].items())
    for part, value in table.items():
        if part in ("weeks", "start", "currency"):
            continue
        if isinstance(value, list):
            table[part] = tuple(value)
    known = {one.name for one in fields(Scenario)} - {"name"}
    if unknown := sorted(set(table) - known):
        raise ValueError(f"{where}: {unknown[0]} is not one of its fields")
    required = known - {"credit", "basket_rules", "campaigns", "policy", "causes", "bands"}
    if missing := sorted(required - set(table)):
        raise ValueError(f"{where}: {missing[0]} is missing")
    return Scenario(name=name, **table)


def _named(table: Any, name: str, where: str) -> Any:
    _must_be(dict, table, where)
    if "name" in table:
        raise ValueError(f"{where}: name is not one of its fields, for {name} is the name")
    return {"name": name, **table}


def _must_be(kind: type, value: Any, where: str) -> None:
    if not isinstance(value, kind):
        raise ValueError(f"{where} must be {'a table' if kind is dict else 'a list'}")
