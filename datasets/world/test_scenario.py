"""Is a company's file read as it is written, and a wrong number in it named?

The bounds of single numbers are held in test_any_company.py; here it is the file, and what must fit together.
"""

import re
from contextlib import suppress
from dataclasses import fields, replace
from datetime import date, datetime
from typing import Any

import pytest

from datasets.world import Causes, Policy, live, load_scenario, scenarios
from datasets.world.fields import number, numbers, read
from datasets.world.scenario import FOLDER, Business, parse_scenario

TEXT = (FOLDER / "tea_shops.toml").read_text(encoding="utf-8")
TEA = load_scenario("tea_shops")


def _changed(section: str, line: str) -> str:
    """The file of the tea shops with one line of a section changed, or added, or (a name alone) gone."""
    name = line.split(" = ")[0]
    parts = re.split(r"(?m)^(?=\[)", TEXT)
    at = 0 if not section else next(n for n, part in enumerate(parts) if part.startswith(f"{section}\n"))
    without = re.sub(rf"(?m)^{name} = .*\n", "", parts[at])
    head, _, rest = without.partition("\n")
    parts[at] = "\n".join([head, line, rest] if line != name else [head, rest])
    return "".join(parts)


def test_what_a_file_says_is_in_the_scenario() -> None:
    assert parse_scenario("tea_shops", TEXT) == TEA
    assert (TEA.name, TEA.currency, TEA.start, TEA.weeks) == ("tea_shops", "CNY", date(2024, 1, 1), 104)
    assert [(one.name, one.kind) for one in TEA.businesses] == [
        ("shop", "open"),
        ("box", "contract"),
        ("wholesale", "credit"),
    ]
    assert TEA.main.gamma_cents == 4400 and TEA.businesses[1].period_days == 28
    assert (
        parse_scenario("here", _changed("[businesses.shop]", "gamma_cents = 4500")).main.gamma_cents == 4500
    )
    assert parse_scenario("here", _changed("", "weeks = 105")).weeks == 105


@pytest.mark.parametrize("name", scenarios())
def test_every_company_can_be_read_and_says_all_it_needs(name: str) -> None:
    scenario = load_scenario(name)
    assert scenario.name == name
    assert scenario == load_scenario(name) and hash(scenario) == hash(load_scenario(name))
    assert any(getattr(scenario.causes, one.name) for one in fields(Causes))
    assert len(scenario.products) >= len(scenario.businesses)
    assert live(scenario, customers=20, tables=("orders",)).orders.num_rows >= 20


# What does not fit is refused, and said where


@pytest.mark.parametrize(
    ("section", "line", "message"),
    [
        ("", "weeks = 0", "weeks must be a whole number from 1 to 2600, not 0"),
        ("", "weeks = 1.5", "weeks must be a whole number from 1 to 2600, not 1.5"),
        ("", "weeks = true", "weeks must be a whole number from 1 to 2600, not True"),
        ("", 'start = "soon"', "start must be a date from 1970 to 2200"),
        ("", "start = 2024-01-01T00:00:00", "start must be a date from 1970 to 2200"),
        ("", "start = 1969-12-31", "start must be a date from 1970 to 2200"),
        ("", 'currency = "yuan"', "currency must be an ISO code"),
        ("", "currency = 7", "currency must be an ISO code"),
        ("", "speed = 3", "speed is not one of its fields"),
        ("", "joining_weeks = nan", "joining_weeks must be a number from 0.01 to 2600, not nan"),
        ("", "reasons = [0.5, 0.5]", "reasons must be 5 numbers from 0 to 1"),
        ("", "reasons = [0.5, 0.5, 0.5, 0.5, 0.5]", "reasons must add up to 1"),
        ("", "persuadable_share = 0.95", "persuadable_share and sleeping_dog_share may add up to 1 at most"),
        ("", "currency", "currency is missing"),
        ("", "weeks", "weeks is missing"),
        ("[locales]", "zh_CN = 0.1", "locales must add up to 1"),
        ("[locales]", "fr_FR = 0.0", "locales may name zh_CN, zh_TW, en_US, not fr_FR"),
        ("[locales]", 'zh_CN = "most"', "locales must be numbers from 0 to 1"),
        ("[businesses.shop]", "r = -1.0", "businesses.shop: r must be a number from 0.1 to 1000, not -1.0"),
        ("[businesses.shop]", 'a = "many"', "businesses.shop: a must be a number from 0.1 to 1000, not 'many'"),
        ("[businesses.shop]", "q = 0.9", "businesses.shop: q must be a number from 1.05 to 1000, not 0.9"),
        ("[businesses.shop]", "alpha_weeks = 0.01", "businesses.shop: r / alpha_weeks may be 50 orders a week at most"),
        ("[businesses.shop]", "leaving_from = 2", "businesses.shop: leaving_from must be a whole number from 0 to 1"),
        ("[businesses.shop]", 'kind = "gym"', "businesses.shop: kind must be one of open, contract, credit, not 'gym'"),
        ("[businesses.shop]", "loyalty = 1", "businesses.shop: loyalty must be true or false, not 1"),
        ("[businesses.shop]", "share = 0.5", "businesses: share must add up to 1"),
        ("[businesses.shop]", "channels = [1.0]", "businesses.shop: channels must be 6 numbers from 0 to 1"),
        ("[businesses.shop]", "a", "businesses.shop: a is missing"),
        ("[businesses.shop]", 'name = "store"', "businesses.shop: name is not one of its fields"),
        ("[segments.connoisseur]", "share = 0.9", "segments: share must add up to 1"),
        ("[products.oolong]", 'business = "cafe"', "there is no business cafe"),
        ("[products.oolong]", "business = {a = 1}", "there is no business"),
        ("[products.oolong]", "list_price_cents = 12.5", "products.oolong: list_price_cents must be a whole number"),
        ("[products.box_small]", "popularity = 0.9", "products of box: popularity must add up to 1"),
        ("[service]", "memory = 1.01", "service: memory must be a number from 0 to 1, not 1.01"),
        ("[service]", "memory", "service: memory is missing"),
        ("[market]", "months = [1.0]", "market: months must be 12 numbers from 0.05 to 10"),
        ("[market]", f"hours = {[0] * 24}", "market: hours must not all be 0"),
        ("[call_centre]", f"weekdays = {[0] * 7}", "call_centre: hours and weekdays must not all be 0"),
        ("[loyalty]", "gold_points = 10", "loyalty: gold_points must not lie below silver_points"),
        ("[households]", f"share = {[0.1] * 6}", "households: share must add up to 1"),
        ("[policy]", "price_change = -0.6", "policy: price_change must be a number from -0.5 to 1, not -0.6"),
        ("[policy]", 'targeting = "best"', "policy: targeting must be one of random"),
        ("[policy]", "from_week = 1.5", "policy: from_week must be a whole number of weeks"),
        ("[causes]", "learning = 2", "causes: learning must be a number from 0 to 1, not 2"),
        ("[causes]", "magic = 0.1", "causes: magic is not one of its fields"),
        ("[[campaigns]]", "week = 60", "campaigns must start in different weeks, in order"),
        ("[[campaigns]]", "week = 61", "campaigns must start in different weeks, in order"),
        ("[[campaigns]]", 'channel = "pigeon"', "campaigns 1: channel must be one of shop, web"),
        ("[[basket_rules]]", 'when = "coffee"', "basket_rules: there is no product coffee"),
        ("[[basket_rules]]", 'when = "house_blend"', "basket_rules: house_blend is the first product of its business"),
        ("[[basket_rules]]", 'when = "tea_bags"', "basket_rules: tea_bags and gaiwan must belong to one business"),
        ("[[basket_rules]]", 'then = "tea_snacks"', "basket_rules: a product may follow from one rule only"),
        ("[[basket_rules]]", 'when = "gift_bag"', "basket_rules: gift_bag may not follow from another rule"),
    ],
)  # fmt: skip
def test_a_file_with_a_mistake_is_refused_by_name(section: str, line: str, message: str) -> None:
    text = _changed(section, line)
    assert text != TEXT
    with pytest.raises(ValueError, match=r"^scenario here: ") as refusal:
        parse_scenario("here", text)
    assert message in str(refusal.value) and "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("r = = 1", "this is not TOML"),
        ("", "businesses is missing"),
        ("service = 3", "service must be a table"),
        ("businesses = 3", "businesses must be a table"),
        ("[businesses]\nshop = 3", "businesses.shop must be a table"),
        ("campaigns = 3", "campaigns must be a list"),
        ("campaigns = [3]", "campaigns 1 must be a table"),
        ("locales = 3", "locales must be a table"),
        ("bands = 3", "bands must be a table"),
        ("[bands]\nretention = 3", "bands"),
        ("[bands]\nretention = {low = 1}", "each of bands needs low, high and source"),
    ],
)
def test_a_file_of_another_kind_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=f"scenario here: .*{message}"):
        parse_scenario("here", text)


def test_two_of_a_name_are_refused() -> None:
    shop, box, wholesale = TEA.businesses
    with pytest.raises(ValueError, match="businesses must have different names"):
        replace(TEA, businesses=(shop, replace(box, name="shop"), wholesale))
    with pytest.raises(ValueError, match="products must have different names"):
        replace(TEA, products=(*TEA.products, TEA.products[1]))
    with pytest.raises(ValueError, match="segments must have different names"):
        replace(TEA, segments=(*TEA.segments[:-1], replace(TEA.segments[-1], name=TEA.segments[0].name)))


def test_more_than_the_engine_can_hold_is_refused() -> None:
    shop = TEA.main
    five = tuple(replace(shop, name=f"shop {number}", share=0.2) for number in range(5))
    with pytest.raises(ValueError, match="businesses must be 1 to 4"):
        replace(TEA, businesses=five)
    with pytest.raises(ValueError, match=r"businesses.shop needs 1 to 16 products"):
        replace(TEA, products=(*TEA.products, *(replace(TEA.products[1], name=f"tea {n}") for n in range(7))))
    with pytest.raises(ValueError, match=r"businesses.box needs 1 to 16 products"):
        replace(TEA, products=tuple(one for one in TEA.products if one.business != "box"))
    with pytest.raises(ValueError, match="campaigns may be 5 at most"):
        replace(TEA, campaigns=tuple(replace(TEA.campaigns[0], week=week) for week in range(6)))


def test_an_unknown_company_is_refused_with_those_that_there_are() -> None:
    for name in ("tea", "../tea_shops", "tea_shops.toml", ""):
        with pytest.raises(ValueError, match=r"there is no scenario '.*': choose one of .*tea_shops"):
            load_scenario(name)


# Variants


def test_the_textbook_keeps_the_first_business_and_no_cause() -> None:
    for name in scenarios():
        whole = load_scenario(name)
        textbook = whole.textbook()
        assert [one.name for one in textbook.businesses] == [whole.main.name]
        assert textbook.main == replace(whole.main, share=1.0, also=0.0, loyalty=False)
        assert textbook.causes == Causes() and textbook.campaigns == ()
        assert textbook.policy == Policy(loyalty_programme=False)
        assert textbook.textbook() == textbook
    assert TEA.textbook(r=0.5, weeks=30, joining_weeks=2.0).main.r == 0.5
    assert TEA.textbook(weeks=30, joining_weeks=2.0).weeks == 30
    with pytest.raises(ValueError, match=r"businesses.shop: r must be a number from 0.1 to 1000, not 0"):
        TEA.textbook(r=0)


def test_some_causes_can_be_left_at_work() -> None:
    some = TEA.with_causes("season", "departure")
    assert some.causes == Causes(season=TEA.causes.season, departure=TEA.causes.departure)
    assert TEA.with_causes().causes == Causes()
    assert all(getattr(Causes(), one.name) == 0 for one in fields(Causes))
    with pytest.raises(ValueError, match="there is no cause luck; there are annoyance, "):
        TEA.with_causes("luck")


def test_the_text_tells_scenarios_apart_by_all_that_shapes_a_life() -> None:
    assert load_scenario("tea_shops").text == TEA.text == replace(TEA, bands=()).text
    others = [
        replace(TEA, name="others"),
        replace(TEA, currency="EUR"),
        replace(TEA, start=date(2023, 12, 31)),
        replace(TEA, locales=tuple(reversed(TEA.locales))),
        replace(TEA, products=(TEA.products[0], *TEA.products[2:], TEA.products[1])),
        replace(TEA, campaigns=TEA.campaigns[1:]),
        replace(TEA, basket_rules=TEA.basket_rules[1:]),
        replace(TEA, policy=replace(TEA.policy, targets=frozenset({4}))),
    ]
    for part in (
        "",
        "service",
        "market",
        "call_centre",
        "loyalty",
        "costs",
        "funnel",
        "credit",
        "causes",
        "policy",
    ):
        whole = getattr(TEA, part) if part else TEA
        for one in fields(whole):
            if one.metadata.get("kind") in ("number", "whole"):
                now, low = getattr(whole, one.name), one.metadata["low"]
                changes: dict[str, Any] = {one.name: one.metadata["high"] if now == low else low}
                with suppress(ValueError):  # two numbers that contradict each other
                    others.append(replace(TEA, **({part: replace(whole, **changes)} if part else changes)))
    assert len(others) > 80
    assert len({TEA.text, *(other.text for other in others)}) == len(others) + 1


# The reading of fields


def test_a_field_says_its_bounds_and_they_are_allowed() -> None:
    for low in (0.1, 1000.0):
        assert replace(TEA.main, a=low).a == low
    about = {one.name: one.metadata for one in fields(Business)}
    assert (about["a"]["low"], about["a"]["high"], about["alpha_weeks"]["unit"]) == (0.1, 1000.0, "weeks")
    for part in (
        Business,
        Causes,
        Policy,
        *(type(getattr(TEA, name)) for name in ("service", "market", "costs")),
    ):
        for one in fields(part):
            if "kind" in one.metadata:
                assert one.metadata["meaning"] and not one.metadata["meaning"].endswith(".")
                assert "unit" in one.metadata


def test_a_table_is_read_field_by_field() -> None:
    with pytest.raises(ValueError, match=r"^here must be a table$"):
        read(Policy, [1], "here")
    with pytest.raises(ValueError, match=r"^here: luck is not one of its fields$"):
        read(Causes, {"luck": 1}, "here")
    assert read(Causes, {"season": 1}, "here") == Causes(season=1)
    assert number("meaning", "unit", low=0, high=1).metadata["high"] == 1
    assert numbers("meaning", "unit", length=2, low=0, high=1).metadata["length"] == 2


def test_a_moment_is_no_day() -> None:
    with pytest.raises(ValueError, match="start must be a date"):
        replace(TEA, start=datetime(2024, 1, 1))
