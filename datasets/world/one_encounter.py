"""What happens at one encounter?

The company delivers some quality; the customer judges it, speaks or is silent, is answered or not, learns what to
expect, spends, and stays or leaves, for a reason. Who stays comes back when a remaining unit exponential is used up,
or when the next period of the contract begins. Every function here takes many customers at once.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from datasets.world import philox
from datasets.world.calendar import MICROSECONDS_PER_DAY, SLEEPING_DOG, UNMOVED
from datasets.world.calls import Calls
from datasets.world.draws import (
    ANSWER,
    CONTACT,
    GAP_SPEND_LEAVE,
    QUALITY,
    SPEECH,
    Foresight,
    draw_each,
    foresee,
)
from datasets.world.lives import STAYED, Company, State, policy_on
from datasets.world.odds import bounded_exp, log_odds, share_of
from datasets.world.quantiles import gamma_quantiles, normal_quantiles
from datasets.world.scenario import REASONS, Business, Scenario
from datasets.world.traits import People, Relationships

# An amount in cents stays an exact whole number, and the sum of many such amounts too.
LARGEST_AMOUNT_CENTS = 10**12
# How far mood and price together can move the log of an order rate.
MOST_LOG_PACE = 3.0
SERVICE, PRICE, COMPETITOR, MOVED, INVOLUNTARY = range(len(REASONS))

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Customers:
    """What the loop needs to know of each relationship (n,); gathered once."""

    odds: Floats
    rate_per_week: Floats
    mean_cents: Floats
    response: Integers
    reached: Integers
    desire: Floats
    complaint: Floats
    price_sensitivity: Floats
    enrolled: Flags
    moved: Floats
    involuntary: Floats
    began: Floats


def customers(
    scenario: Scenario,
    business: Business,
    persons: People,
    bonds: Relationships,
    reached: NDArray[np.bool_],
) -> Customers:
    """Gather it from persons and relationships."""
    causes, person = scenario.causes, bonds.person
    household = persons.household[person]
    moving = np.array(scenario.households.moving) ** causes.household_moving
    # Who pays at once owes nothing.
    unpaid = (1 - persons.recovery[person]) * (business.kind == "credit")
    debt = np.exp(causes.bad_debt * unpaid)
    # A dropout probability of 1 would be infinite odds.
    dropout = np.minimum(bonds.dropout, 1 - 1e-12)
    return Customers(
        odds=dropout / (1 - dropout),
        rate_per_week=bonds.rate_per_week,
        mean_cents=bonds.mean_cents,
        response=persons.response[person],
        reached=(reached << np.arange(reached.shape[1])).sum(axis=1).astype(np.int64),
        desire=persons.desire[person],
        complaint=persons.complaint[person],
        price_sensitivity=persons.price_sensitivity[person],
        enrolled=persons.enrolled[person],
        moved=moving[household],
        involuntary=debt,
        began=bonds.began,
    )


class Encounters:
    """One business of one company: what does not change from step to step, and the step itself."""

    def __init__(
        self,
        company: Company,
        business: Business,
        number: int,
        who: Customers,
        *,
        seed: int,
        judged: bool,
        told: bool = True,
    ) -> None:
        """Take together what `customers` say of themselves and what the company is like."""
        scenario = company.scenario
        self.company, self.business, self.number, self.who, self.seed = company, business, number, who, seed
        self.causes, self.service, self.costs = scenario.causes, scenario.service, scenario.costs
        self.amounts = gamma_quantiles(business.p) if business.kind != "contract" else None
        self.judged, self.told = judged, told
        self.loyal = business.loyalty and bool(company.calendar.loyalty.any())
        self.ties = scenario.causes != type(scenario.causes)()
        # Points are redeemed by a draw for speech, and answers cost money, whatever is asked for.
        self.felt = judged or self.ties or self.loyal or company.phone is not None
        self.calls: list[Calls] = []
        campaigns = [one if one.business == business.name else None for one in scenario.campaigns]
        days = np.arange(company.days)
        self.at_work = _bits(
            campaigns, days, lambda one: (days >= 7 * one.week) & (days < 7 * (one.week + one.weeks))
        )
        self.past = _bits(campaigns, days, lambda one: days >= 7 * one.week)
        self.silences = [
            (bit, 7 * one.week - 7 * policy_on(company, 7 * one.week).silent_weeks)
            for bit, one in enumerate(campaigns)
            if one and policy_on(company, 7 * one.week).targeting == "silent"
        ]
        self.campaigns = any(campaigns)

    def newborn(self) -> State:
        """The state at the first encounter."""
        count = len(self.who.began)
        day = self.who.began.astype(np.int64)
        nothing = np.zeros(count)
        return State(
            encounter=np.zeros(count, dtype=np.int64),
            day=day,
            place=self.who.began - day,
            last_at=nothing.copy(),
            expectation=np.full(count, self.service.expectation) if self.felt else None,
            mood=nothing.copy() if self.felt else None,
            earned=nothing.copy() if self.loyal else None,
            balance=nothing.copy() if self.loyal else None,
            mask=np.zeros(count, dtype=np.int64) if self.campaigns else None,
        )

    def draw(self, identity: Integers, now: State, replicate: Integers) -> tuple[philox.Words, ...]:
        """The words of an encounter that each row needs."""
        purposes = (GAP_SPEND_LEAVE, QUALITY, SPEECH) if self.felt else (GAP_SPEND_LEAVE,)
        return draw_each(
            identity,
            now.encounter,
            purposes=purposes,
            seed=self.seed,
            business=self.number,
            replicate=replicate,
        )

    def foresee(self, identity: Integers, now: State, replicate: Integers) -> Foresight | None:
        """The words of several encounters of each row, those of complaints among them."""
        purposes = (GAP_SPEND_LEAVE, QUALITY, SPEECH, CONTACT, ANSWER) if self.felt else (GAP_SPEND_LEAVE,)
        return foresee(
            identity,
            now.encounter,
            purposes=purposes,
            seed=self.seed,
            business=self.number,
            replicate=replicate,
        )

    def step(
        self,
        row: Integers,
        identity: Integers,
        now: State,
        replicate: Integers,
        drawn: tuple[philox.Words, ...],
    ) -> tuple[dict[str, NDArray[Any]], State, Floats, NDArray[np.int8], Floats]:
        """One encounter of each row: its record, the state after it, and how it ended."""
        words, *feelings = drawn
        # The hour is rounded, not the sum: a contract is then paid at the same microsecond of the day for years.
        at = now.day * float(MICROSECONDS_PER_DAY) + np.floor(self.company.hours.clock_time(now.place))
        at = np.maximum(at, now.last_at + 1)
        # The gap needs 52 of these 64 bits; twelve are left for the channel.
        record: dict[str, NDArray[Any]] = {"at": at, "channel_place": (words[1] & 0xFFF).astype(np.uint16)}
        mood, expectation, answer_cents = now.mood, now.expectation, 0.0
        redeem_place = philox.uniform(feelings[1][2]) if feelings else None
        if self.felt:
            felt = self.feel(row, identity, now, at, drawn, replicate)
            mood, expectation = felt.pop("mood"), felt.pop("expectation_afterwards")
            answer_cents = felt.pop("answer_cents")
            record |= felt
        earned, balance = now.earned, now.balance
        if self.told or self.loyal:
            spent, earned, balance = self.spend(row, now, at, words[2], redeem_place, answer_cents)
            record |= spent
        leave_probability, reason = self.leave(row, now, mood, words[3])
        if self.judged:
            record["leave_probability"] = leave_probability.astype(np.float32)
        mask = self.campaigns_ahead(row, now)
        day, place, exposure = self.wait(row, now, mood, mask, words[0], words[1])
        after = State(
            encounter=now.encounter + 1,
            day=day,
            place=place,
            last_at=at,
            expectation=expectation,
            mood=mood,
            earned=earned,
            balance=balance,
            mask=mask,
        )
        return record, after, leave_probability, reason, exposure

    def feel(
        self,
        row: Integers,
        identity: Integers,
        now: State,
        at: Floats,
        drawn: tuple[philox.Words, ...],
        replicate: Integers,
    ) -> dict[str, Any]:
        """Quality, judgement, complaint or silence, the answer, and praise."""
        words, speech = drawn[1], drawn[2]
        causes, service, who = self.causes, self.service, self.who
        failed = philox.uniform(words[1]) < service.failure_share
        quality = self.company.calendar.quality[now.day] + normal_quantiles(philox.uniform(words[0]))
        quality -= causes.failure * failed
        disconfirmation = quality - now.expectation
        satisfaction = causes.disconfirmation * self.weighed(disconfirmation)
        satisfaction += causes.desire * self.weighed(quality - who.desire[row])
        complaint_odds = (
            log_odds(service.complaint_share) + who.complaint[row] - causes.complaining * satisfaction
        )
        complained = philox.uniform(words[2]) < share_of(complaint_odds)
        asks = ~complained & (philox.uniform(speech[1]) < service.question_share)
        afterwards = satisfaction.copy()
        answered_well = np.zeros(len(row), dtype=bool)
        answer_cents = np.zeros(len(row))
        speaks = np.flatnonzero(complained | asks)
        if len(speaks) and self.company.phone is not None:
            calls = self.company.phone.taken(
                row=row[speaks],
                encounter=now.encounter[speaks],
                day=now.day[speaks],
                at=at[speaks],
                complained=complained[speaks],
                answered_share=self.company.calendar.answered_share[now.day[speaks]],
                words=self.contact_words(identity, now, replicate, speaks, drawn),
            )
            moved = -causes.waiting * calls.wait_seconds / 60 - causes.hanging_up * calls.abandoned
            moved += (
                np.where(calls.answered_well, causes.good_answer, -causes.poor_answer) * complained[speaks]
            )
            afterwards[speaks] += moved
            answered_well[speaks] = calls.answered_well
            taken_calls = calls.by_phone & ~calls.abandoned
            answer_cents[speaks] = (
                self.costs.answer_cents * calls.answered_well + self.costs.call_cents * taken_calls
            )
            if self.judged:
                self.calls.append(calls)
        mood = (1 - service.memory) * now.mood + service.memory * afterwards
        praise = service.recommendation_share * bounded_exp(causes.praising * mood)
        recommended = philox.uniform(words[3]) < praise
        felt = {
            "recommended": recommended,
            "refers": recommended & (philox.uniform(speech[3]) < causes.referral),
            "mood": mood,
            "expectation_afterwards": now.expectation + causes.learning * disconfirmation,
            "answer_cents": answer_cents,
        }
        if self.judged:
            felt |= {
                "quality": quality.astype(np.float32),
                "expectation": now.expectation.astype(np.float32),
                "disconfirmation": disconfirmation.astype(np.float32),
                "satisfaction": satisfaction.astype(np.float32),
                "satisfaction_afterwards": afterwards.astype(np.float32),
                "felt_mood": mood.astype(np.float32),
                "failed": failed,
                "complained": complained,
                "answered_well": answered_well,
                "survey_word": speech[0].astype(np.uint32),
            }
        return felt

    def contact_words(
        self,
        identity: Integers,
        now: State,
        replicate: Integers,
        rows: Integers,
        drawn: tuple[philox.Words, ...],
    ) -> tuple[philox.Words, ...]:
        """The words of complaints and questions, of these rows alone."""
        if len(drawn) == 5:
            return tuple(words[:, rows] for words in drawn[3:])
        return draw_each(
            identity[rows],
            now.encounter[rows],
            purposes=(CONTACT, ANSWER),
            seed=self.seed,
            business=self.number,
            replicate=replicate[rows],
        )

    def weighed(self, gap: Floats) -> Floats:
        """A gap as it is felt: a shortfall weighs more than a surplus."""
        return gap + self.causes.loss_weight * np.minimum(gap, 0)

    def spend(
        self,
        row: Integers,
        now: State,
        at: Floats,
        word: philox.Words,
        redeem_place: Floats | None,
        answer_cents: Floats | float,
    ) -> tuple[dict[str, NDArray[Any]], Floats, Floats]:
        """What is paid, what it costs the company, and the points."""
        calendar, who, loyalty = self.company.calendar, self.who, self.company.scenario.loyalty
        base = who.mean_cents[row]
        earned, balance = now.earned, now.balance
        if self.amounts is not None:
            base = self.amounts(philox.uniform(word)) * (base / self.business.p)
        if self.loyal and self.causes.tier_spend:
            tier = (earned >= loyalty.silver_points) + 1.0 * (earned >= loyalty.gold_points)
            base = base * np.exp(self.causes.tier_spend * tier * calendar.loyalty[now.day])
        # Never nothing, for that would be no purchase; never more than an integer of cents can hold.
        base = np.minimum(base, LARGEST_AMOUNT_CENTS)
        full = np.clip(np.rint(base * calendar.price[now.day]), 1, LARGEST_AMOUNT_CENTS)
        cut = np.zeros(len(row))
        if self.causes.sale_discount and self.amounts is not None:
            cut = np.floor(full * calendar.sale_cut[now.day])
        record: dict[str, NDArray[Any]] = {}
        if self.loyal:
            member = who.enrolled[row] & calendar.loyalty[now.day]
            idle = at - now.last_at > loyalty.expiry_weeks * 7.0 * MICROSECONDS_PER_DAY
            expired = np.where(idle & (now.encounter > 0), balance, 0.0)
            balance = balance - expired
            wishes = redeem_place is not None and redeem_place < loyalty.redeem_share
            enough = balance >= loyalty.redeem_minimum_points
            redeemed = np.where(member & enough & wishes, balance, 0.0)
            worth = np.minimum(np.floor(redeemed * loyalty.point_value_cents), full - cut - 1)
            cut = cut + np.maximum(worth, 0)
            gained = np.where(member, np.floor((full - cut) * (loyalty.points_per_100_cents / 100)), 0.0)
            balance = balance - redeemed + gained
            earned = earned + gained
            record |= {"points_gained": gained, "points_redeemed": redeemed, "points_expired": expired}
        paid = full - cut
        profit = paid - self.costs.goods_share * base - calendar.cost_per_encounter[now.day] - answer_cents
        record |= {"cents": paid, "cut_cents": cut, "profit_cents": profit}
        return record, earned, balance

    def leave(
        self, row: Integers, now: State, mood: Floats, word: philox.Words
    ) -> tuple[Floats, NDArray[np.int8]]:
        """The probability of leaving here, and the reason of those who do."""
        causes, calendar, who, day = self.causes, self.company.calendar, self.who, now.day
        shares = self.company.scenario.reasons
        reason = np.full(len(row), STAYED, dtype=np.int8)
        odds = who.odds[row]
        place = philox.uniform(word)
        if self.ties:
            own = np.zeros(len(row))
            if causes.switching_cost:
                own -= causes.switching_cost / 365.25 * (day + now.place - who.began[row])
            if self.campaigns:
                own += self.after_contact(who.response[row], now)
            tie = np.exp(own)
            price = calendar.price_push[day]
            if causes.price_departure:
                price = price * calendar.price[day] ** (causes.price_departure * who.price_sensitivity[row])
            pushes = np.empty((len(REASONS), len(row)))
            pushes[SERVICE] = calendar.service_push[day] * tie * bounded_exp(-causes.departure * mood)
            pushes[PRICE] = price * tie
            pushes[COMPETITOR] = calendar.competitor_push[day] * tie
            pushes[MOVED] = who.moved[row]
            pushes[INVOLUNTARY] = who.involuntary[row]
            pushes *= np.array(shares)[:, None]
            odds = odds * pushes.sum(axis=0)
        probability = np.where(now.encounter >= self.business.leaving_from, odds / (1 + odds), 0.0)
        leaving = np.flatnonzero(place < probability)
        weights = pushes[:, leaving] if self.ties else np.tile(np.array(shares)[:, None], len(leaving))
        reached = np.cumsum(weights, axis=0)
        # Below p, the place is spread evenly from 0 to p: divided by p it draws the reason.
        drawn = place[leaving] / probability[leaving] * reached[-1]
        reason[leaving] = np.minimum((drawn >= reached).sum(axis=0), len(REASONS) - 1)
        return probability, reason

    def after_contact(self, response: Integers, now: State) -> Floats:
        """Log-odds of leaving that a campaign at work adds (sleeping dogs) or takes away (persuadables)."""
        contacted = (now.mask & self.at_work[now.day]) != 0
        effect = np.where(response == SLEEPING_DOG, self.causes.annoyance_leave, -self.causes.persuasion_stay)
        return np.where(contacted & (response != UNMOVED), effect, 0.0)

    def wait(
        self,
        row: Integers,
        now: State,
        mood: Floats,
        mask: Integers | None,
        high: philox.Words,
        low: philox.Words,
    ) -> tuple[Integers, Floats, Floats]:
        """Day and place of the next encounter, and how many were to be expected before the end of history."""
        company = self.company
        if self.business.kind == "contract":
            day = now.day + self.business.period_days
            # One payment is certain where its day comes before the end.
            return day, now.place, np.where(day < company.days, np.inf, 0.0)
        kind = company.clock.of(response=self.who.response[row], mask=mask)
        reading = company.clock.read(kind, now.day, now.place)
        need = -np.log(philox.fine_uniform(high, low))
        return self.next_reading(kind, reading, now.day, self.pace(row, now.day, mood), need, row, mood)

    def pace(self, row: Integers, day: Integers, mood: Floats) -> Floats:
        """Orders per week of the usual pace: the customer's own rate, moved by mood and price."""
        causes, pace = self.causes, self.who.rate_per_week[row]
        if not (causes.repurchase or causes.price_order):
            return pace
        power = causes.repurchase * mood
        if causes.price_order:
            price = self.company.calendar.price[np.minimum(day, self.company.days - 1)]
            power = power - causes.price_order * self.who.price_sensitivity[row] * np.log(price)
        # Nobody is so pleased as to order more than twenty times as often.
        return pace * np.exp(np.clip(power, -MOST_LOG_PACE, MOST_LOG_PACE))

    def next_reading(
        self,
        kind: Integers,
        reading: Floats,
        day: Integers,
        pace: Floats,
        need: Floats,
        row: Integers,
        mood: Floats,
    ) -> tuple[Integers, Floats, Floats]:
        """Day and place at which `need` is used up, and what would be used up by the end of history."""
        clock, calendar, days = self.company.clock, self.company.calendar, self.company.days
        end = clock.read(kind, np.full(len(kind), days), 0.0)
        exposure = (end - reading) * pace
        target = reading + need / pace
        switch = calendar.switch_day
        repriced = 0 < switch < days and calendar.price[switch - 1] != calendar.price[switch]
        if self.causes.price_order and repriced:
            # The new price holds from the switch on, also for those who are on their way. Where it is the old one,
            # another sum of the same parts would move some orders by a microsecond.
            at_switch = clock.read(kind, np.full(len(kind), switch), 0.0)
            new_pace = self.pace(row, np.full(len(row), switch), mood)
            before = day < switch
            crosses = before & (target > at_switch)
            used = (at_switch - reading) * pace
            target = np.where(crosses, at_switch + (need - used) / new_pace, target)
            exposure = np.where(before, used + (end - at_switch) * new_pace, exposure)
        next_day, place = clock.when(kind, target)
        return next_day, place, exposure

    def campaigns_ahead(self, row: Integers, now: State) -> Integers:
        """The campaigns that reach each customer unless an order comes first, and those that did."""
        if not self.campaigns:
            return now.mask
        ahead = self.who.reached[row]
        time = now.day + now.place
        for bit, latest in self.silences:
            ahead = np.where(time > latest, ahead & ~(1 << bit), ahead)
        past = self.past[now.day]
        # At the first encounter nothing has reached the customer yet.
        return (now.mask & past) | (ahead & ~past)


def _bits(campaigns: list[Any], days: Integers, when: Any) -> Integers:
    """A number for each day with one bit set for each campaign of which `when` holds."""
    bits = np.zeros(len(days), dtype=np.int64)
    for bit, one in enumerate(campaigns):
        if one:
            bits |= when(one).astype(np.int64) << bit
    return bits
