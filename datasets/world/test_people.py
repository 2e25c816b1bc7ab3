"""Are the customers of the right kind, do they live where they say, and can none of them be reached?"""

import zlib
from datetime import date
from itertools import combinations
from typing import Any

import numpy as np
import opencc
import pandas as pd
import pytest
from faker.providers.address.en_US import Provider as AmericanAddress
from faker.providers.address.zh_CN import Provider as MainlandAddress
from faker.providers.job.en_US import Provider as AmericanJob
from faker.providers.job.zh_CN import Provider as MainlandJob
from faker.providers.job.zh_TW import Provider as TaiwanJob
from faker.providers.person.en_US import Provider as AmericanPerson
from faker.providers.person.zh_CN import Provider as MainlandPerson
from faker.providers.person.zh_TW import Provider as TaiwanPerson
from scipy import stats

from datasets.tables import TABLES
from datasets.world.people import AGES, GENDERS, HOUSEHOLDS, LOCALES, company_names, people

SHARES = (("zh_CN", 0.5), ("zh_TW", 0.3), ("en_US", 0.2))
START = date(2024, 1, 1)
ENOUGH = 30_000
PERSONS = {"zh_CN": MainlandPerson, "zh_TW": TaiwanPerson, "en_US": AmericanPerson}
JOBS = {"zh_CN": MainlandJob.jobs, "zh_TW": TaiwanJob.jobs, "en_US": AmericanJob.jobs}

Frame = Any  # a pandas DataFrame; its published types know too little of columns to be of use here


def _ids(number: int) -> np.ndarray:
    return np.arange(number, dtype=np.int64) * 7919 + 2**40


def _people(ids: np.ndarray, *, seed: int = 1, start: date = START, household: Any = None, locales=SHARES):
    stages = ids % len(HOUSEHOLDS) if household is None else np.full(len(ids), household)
    return people(ids, locales=locales, household=stages, start=start, seed=seed)


@pytest.fixture(scope="module")
def crowd() -> Frame:
    return pd.DataFrame({name: column.to_pylist() for name, column in _people(_ids(ENOUGH)).items()})


@pytest.fixture(scope="module")
def by_locale(crowd: Frame) -> dict[str, Frame]:
    parts = {locale: crowd[crowd["locale"] == locale] for locale in LOCALES}
    assert all(len(part) > ENOUGH / 10 for part in parts.values())
    return parts


def _every(column: Frame, pattern: str) -> bool:
    return len(column) > 0 and bool(column.str.fullmatch(pattern).all())


# Who they are


def test_the_columns_are_those_of_the_table_customers() -> None:
    schema = TABLES["customers"].schema
    for number in (0, 3):
        columns = _people(_ids(number))
        assert list(columns) == [name for name in schema.names if name in columns]
        assert set(schema.names) - set(columns) == {"customer_id", "business", "joined_at"}
        for name, column in columns.items():
            assert column.type == schema.field(name).type
            assert len(column) == number and column.null_count == 0


def test_locales_have_their_shares_and_genders_are_even(by_locale: dict[str, Frame]) -> None:
    for locale, share in SHARES:
        number = len(by_locale[locale])
        assert abs(number / ENOUGH - share) < 4 * np.sqrt(share * (1 - share) / ENOUGH)
        assert set(by_locale[locale]["gender"]) == set(GENDERS)
        assert abs((by_locale[locale]["gender"] == "female").mean() - 0.5) < 2 / np.sqrt(number)


@pytest.mark.parametrize("gender", GENDERS)
@pytest.mark.parametrize("locale", LOCALES)
def test_names_fit_gender_and_locale(by_locale: dict[str, Frame], locale: str, gender: str) -> None:
    of_gender = by_locale[locale][by_locale[locale]["gender"] == gender]
    given = set(getattr(PERSONS[locale], f"first_names_{gender}"))
    family = set(PERSONS[locale].last_names)
    assert len(of_gender) > 1000
    for name in of_gender["name"]:
        if locale == "en_US":
            first, last = name.split(" ")
            assert first in given and last in family
        else:
            assert any(name[:cut] in family and name[cut:] in given for cut in (1, 2))


@pytest.mark.parametrize("locale", LOCALES)
def test_family_names_are_as_common_as_in_fakers_list(by_locale: dict[str, Frame], locale: str) -> None:
    weights = PERSONS[locale].last_names
    names = by_locale[locale]["name"]
    found = names.str.split(" ").str[1] if locale == "en_US" else names.str[0]
    single = [word for word in weights if locale == "en_US" or len(word) == 1]
    for word in sorted(single, key=lambda word: -weights[word])[:20]:
        share = weights[word] / sum(weights.values())
        error = 4.5 * np.sqrt(share / len(names)) + 2**-14  # chance, and a card more or less
        assert abs((found == word).mean() - share) < error, word


@pytest.mark.parametrize("locale", LOCALES)
def test_occupations_are_fakers_and_the_retired_have_none(by_locale: dict[str, Frame], locale: str) -> None:
    retired = by_locale[locale]["household"] == "retired"
    word = "Retired" if locale == "en_US" else "退休"
    jobs = by_locale[locale].loc[~retired, "occupation"]
    assert set(by_locale[locale].loc[retired, "occupation"]) == {word}
    assert set(jobs) <= set(JOBS[locale])
    assert jobs.nunique() > 300
    headings = {"其他", "计算机软件", "销售管理", "银行", "翻译", "汽车制造", "化工", "技工普工", "熟食加工"}
    assert not set(jobs) & headings
    if locale != "en_US":
        assert not jobs.str.contains("[/／]").any()


@pytest.mark.parametrize("start", [START, date(2024, 2, 29), date(2023, 3, 1), date(1970, 1, 1)])
def test_ages_fit_the_stage_of_life_on_the_first_day(start: date) -> None:
    for code, stage in enumerate(HOUSEHOLDS):
        columns = _people(_ids(ENOUGH // 3), start=start, household=code)
        assert set(columns["household"].to_pylist()) == {stage}
        born: list[date] = columns["birthday"].to_pylist()
        ages = {start.year - day.year - ((start.month, start.day) < (day.month, day.day)) for day in born}
        assert (min(ages), max(ages)) == AGES[stage]
        assert len({(day.month, day.day) for day in born}) == 366  # 29 February is one of them


def test_birthdays_reach_both_ends_and_nothing_beyond() -> None:
    stage = HOUSEHOLDS.index("young_single")  # 20 to 34 years old on 29 February 2024
    born = _people(_ids(200_000), start=date(2024, 2, 29), household=stage)["birthday"].to_pylist()
    assert (min(born), max(born)) == (date(1989, 3, 1), date(2004, 2, 29))
    born = _people(_ids(200_000), start=date(2023, 2, 28), household=stage)["birthday"].to_pylist()
    assert (min(born), max(born)) == (date(1988, 2, 29), date(2003, 2, 28))


# Where they live


def test_addresses_name_their_city_and_are_as_one_writes_them_there(by_locale: dict[str, Frame]) -> None:
    for part in by_locale.values():
        assert all(city in address for city, address in zip(part["city"], part["address"], strict=True))
    mainland, taiwan, america = (by_locale[locale]["address"] for locale in LOCALES)
    assert _every(
        mainland, r"(\w+?(省|自治区))?\w+?市\w+?区\w+?(路|街)[1-9]\d{0,2}号[1-9]\d?幢[1-9]\d{2,3}室"
    )
    assert _every(
        taiwan, r"\w\w[市縣]\w+?[區市鎮鄉]\w\w(路|街|路[一二三]段)[1-9]\d{0,2}號[1-9]\d?樓(之[12])?"
    )
    assert _every(america, r"[1-9]\d+ [A-Z][a-z]+ [A-Z][a-z]+(, Apt. \d+)?, [A-Z][a-z]+, [A-Z]{2} \d{5}")
    provinces = mainland.str.extract(r"^(\w+?(?:省|自治区)|..市)")[0]
    assert set(provinces) <= set(MainlandAddress.provinces)
    assert provinces.nunique() > 20
    for city in set(by_locale["zh_CN"]["city"]):
        cities = by_locale["zh_CN"]["city"] == city
        assert provinces[cities].nunique() == 1


def test_american_states_zip_codes_and_area_codes_belong_together(by_locale: dict[str, Frame]) -> None:
    america = by_locale["en_US"]
    known = {"NY": "212", "CA": "213", "TX": "214", "DC": "202", "WA": "206", "IL": "312", "MA": "617"}
    areas: dict[str, set[str]] = {}
    for address, phone in zip(america["address"], america["phone"], strict=True):
        state, code = address.split(" ")[-2:]
        first, last = AmericanAddress.states_postcode[state]
        assert first <= int(code) <= last
        areas.setdefault(state, set()).add(phone[1:4])
    assert set(areas) <= set(AmericanAddress.states_abbr)
    assert len(areas) > 40
    assert all(len(codes) == 1 for codes in areas.values())
    assert all(areas[state] == {area} for state, area in known.items() if state in areas)


def test_each_side_writes_its_own_characters(by_locale: dict[str, Frame]) -> None:
    firms = {locale: company_names(_ids(2000), locales=((locale, 1.0),), seed=1) for locale in LOCALES}
    for locale, way in (("zh_CN", "t2s"), ("zh_TW", "s2tw")):
        converter = opencc.OpenCC(way)
        texts = set(firms[locale].to_pylist()) | set(by_locale[locale]["address"])
        if locale == "zh_CN":
            texts |= set(by_locale[locale]["occupation"])
        assert len(texts) > 3000
        assert [text for text in texts if converter.convert(text) != text] == []


# Nobody can be reached


def test_phones_ring_nowhere(by_locale: dict[str, Frame]) -> None:
    mainland, taiwan, america = (by_locale[locale]["phone"] for locale in LOCALES)
    assert _every(mainland, r"154\d{8}")
    assert _every(taiwan, r"02-1\d{3}-\d{4}")
    assert _every(america, r"\([2-9]\d\d\) 555-01\d\d")
    assert mainland.nunique() > 0.99 * len(mainland)
    assert america.str[-2:].nunique() == 100


def test_mail_arrives_nowhere_and_tells_no_number(crowd: Frame) -> None:
    assert _every(crowd["email"], r"[a-z]+\.[a-z]+@example\.(com|net|org)")
    assert crowd["email"].str.split("@").str[1].nunique() == 3
    assert crowd["email"].nunique() > 0.999 * ENOUGH


# Firms


def test_firms_speak_the_language_of_those_who_buy_for_them(crowd: Frame) -> None:
    firms = pd.Series(company_names(_ids(ENOUGH), locales=SHARES, seed=1).to_pylist())
    english = crowd["locale"] == "en_US"
    assert _every(firms[english], r"[A-Z][a-z]+ & [A-Z][a-z]+( [A-Z][A-Za-z]+){2,3}")
    assert _every(firms[~english], r"[^\x00-\x7f]{4,12}")
    family = firms[english].str.split(" ")
    assert set(family.str[0]) | set(family.str[2]) <= set(AmericanPerson.last_names)
    assert (firms[crowd["locale"] == "zh_CN"].str.endswith("股份有限公司")).sum() == 0
    assert firms.nunique() > 8000


# Chance


def test_the_same_id_is_the_same_person_whoever_stands_beside() -> None:
    ids = _ids(40_000)  # more than philox.ROWS
    stages = ids % len(HOUSEHOLDS)
    whole = people(ids, locales=SHARES, household=stages, start=START, seed=5)
    firms = company_names(ids, locales=SHARES, seed=5)
    for some in (slice(0, 0), slice(17, 18), slice(16_000, 20_000), slice(None, None, -7)):
        part = people(ids[some], locales=SHARES, household=stages[some], start=START, seed=5)
        rows = np.arange(len(ids))[some]
        assert all(column.equals(whole[name].take(rows)) for name, column in part.items())
        assert company_names(ids[some], locales=SHARES, seed=5).equals(firms.take(rows))
    signed = np.array([-1, -(2**63), 2**62])
    assert _people(signed, household=0) == _people(signed.view(np.uint64), household=0)


def test_another_seed_or_id_is_another_person() -> None:
    here, there, elsewhere = _people(_ids(2000)), _people(_ids(2000), seed=2), _people(_ids(2000) + 1)
    for column in ("name", "address", "phone", "email"):
        first, *others = (np.array(world[column].to_pylist()) for world in (here, there, elsewhere))
        assert all((first == other).mean() < 0.02 for other in others)


def test_what_is_drawn_tells_nothing_of_anything_else_drawn() -> None:
    columns = _people(_ids(40_000), household=0, locales=(("zh_CN", 1.0),))
    crowd = pd.DataFrame({name: column.to_pylist() for name, column in columns.items()})
    drawn = crowd[["gender", "birthday", "occupation", "city"]].astype(str)
    drawn["family"] = crowd["name"].str[0]
    drawn[["road", "door", "flat"]] = crowd["address"].str.extract(r".*区(\D+)(\d+)号(.+)")
    drawn[["middle", "end"]] = crowd["phone"].str.extract(r"154(.{4})(.{4})")
    drawn[["word", "other", "domain"]] = crowd["email"].str.extract(r"(.+?)\.(.+)@(.+)")
    coded = drawn.map(lambda word: zlib.crc32(word.encode()) % 40)
    for one, other in combinations(drawn, 2):
        test: Any = stats.chi2_contingency(pd.crosstab(coded[one], coded[other]))
        assert test.pvalue > 1e-5, (one, other)


def test_these_people_have_not_changed() -> None:
    ids = np.array([1, 3, 5])
    columns = _people(ids)
    pinned = {
        "name": ["方麗玲", "Mckenzie Ray", "刘桂兰"],
        "birthday": [date(1993, 7, 31), date(1977, 9, 3), date(1951, 11, 7)],
        "occupation": ["總務人員", "Manufacturing engineer", "退休"],
        "address": [
            "臺北市中山區民族路二段25號13樓",
            "6630 Roberts Street, Williamstown, GA 30721",
            "湖南省长沙市芙蓉区体育路264号18幢703室",
        ],
        "phone": ["02-1725-3028", "(404) 555-0151", "15458425819"],
        "email": ["hengbai.fanjing@example.net", "pinhao.tuozuo@example.net", "menglan.raoyan@example.com"],
    }
    assert {name: columns[name].to_pylist() for name in pinned} == pinned
    firms = ["興寶貿易有限公司", "Copeland & Thompson Hotel Group", "嘉溪茶馆"]
    assert company_names(ids, locales=SHARES, seed=1).to_pylist() == firms


# Bad input


def test_a_household_that_there_is_not_is_refused() -> None:
    for wrong in (-1, len(HOUSEHOLDS)):
        with pytest.raises(ValueError, match="household must hold positions from 0 to 5"):
            _people(_ids(3), household=wrong)
