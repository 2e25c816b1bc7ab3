"""Who are the customers? Names that fit the gender, a home, a birthday and an occupation, a phone and an e-mail.

Names and occupations are Faker's own lists for each locale, with its weights; homes are in places.py. Faker itself
makes about 25 thousand names a second; here each list becomes a deck of cards, a word on as many cards as its
weight asks for, and millions of cards are drawn at once. Nobody is real: everything is put together by chance, no
phone can ring, and no e-mail can arrive (example.com, .org and .net are reserved: Eastlake & Panitz (1999),
"Reserved top level DNS names", RFC 2606). None of it shares a draw with how a customer lives.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib import import_module
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from datasets.world import philox
from datasets.world.places import homes

LOCALES = ("zh_CN", "zh_TW", "en_US")
GENDERS = ("female", "male")
# Ages in whole years, youngest and oldest, on the company's first day. The bounds are assumed.
AGES = {
    "young_single": (20, 34),
    "young_couple": (22, 38),
    "young_family": (25, 44),
    "older_family": (38, 59),
    "empty_nest": (50, 69),
    "retired": (60, 88),
}
HOUSEHOLDS = tuple(AGES)
PERSON, HOME, CONTACT, FIRM = 40, 41, 42, 43  # purposes of draws; nothing else may use them

_CARDS = 2**14

# The Chinese lists of jobs hold headings ("销售管理", "其他") and alternatives ("技术总监/经理") too.
_JOB = re.compile("[^/／()（）类類]+([师師员員长長授]|(?<![化加普])工|经理|助理|总监|主管|司机|医生|顾问)")
# What e-mail addresses are made of: 128 Chinese syllables, so that their pairs are as many as a deck has cards.
_SYLLABLES = """
an bai bao bei bin bo chen cheng chu chun dan dao dong duo en fan fei feng guan guo hai han hang hao he heng hong hua
hui jia jian jin jing jun kai kang ke lan lang le lei li lian liang lin ling long lu luo man mei meng min ming mu nan
nian ning nuan nuo pei pin ping qi qian qin qing quan ran rao rong ru rui run san sen shan shao shen sheng shu shun
song su tai tan tang tao teng tian ting tong tuo wei wen wu xia xian xiang xin xing xiu xuan xue xun ya yan yao ye yi
yin ying yong you yu yuan yue yun zan ze zhan zhao zhen zhi zhong zhou zi zuo
"""
_MAINLAND_FIRMS = (
    "瑞 锦 福 盛 嘉 裕 德 顺 隆 祥 荣 宏 丰 兴 鼎 景 雅 清 云 松 梅 静",
    "源 泽 轩 园 居 庭 苑 川 林 益 宝 朗 禾 岚 汀 舟 澜 溪 阁",
    "茶馆 茶楼 大酒店 餐厅 茶叶有限公司 餐饮管理有限公司 酒店管理有限公司 食品有限公司 商贸有限公司 "
    "物流有限公司 汽车服务有限公司 旅行社有限公司 建筑工程有限公司 传媒有限公司 科技有限公司",
)
_TAIWAN_FIRMS = (
    "瑞 錦 福 盛 嘉 裕 德 順 隆 祥 榮 宏 豐 興 鼎 景 雅 清 雲 松 梅 靜",
    "源 澤 軒 園 居 庭 苑 川 林 益 寶 朗 禾 嵐 汀 舟 瀾 溪 閣",
    "茶館 茶坊 大飯店 餐廳 茶業有限公司 餐飲股份有限公司 飯店股份有限公司 食品股份有限公司 貿易有限公司 "
    "物流股份有限公司 汽車股份有限公司 旅行社有限公司 營造有限公司 傳播有限公司 科技股份有限公司",
)
_AMERICAN_TRADES = (
    "Tea House, Tea Rooms, Hotel Group, Restaurants LLC, Catering Inc, Bakeries Inc, Fine Foods Ltd, Trading LLC, "
    "Logistics Inc, Motor Services LLC, Travel Group, Builders Inc, Media Group, Clinics LLC, Systems Inc"
)


@dataclass(frozen=True)
class _Deck:
    """Words of all groups of customers in one list, and each group's cards, positions in it, end to end."""

    words: pa.Array
    cards: NDArray[np.int32]

    def deal(self, group: NDArray[np.int64] | int, card: NDArray[np.int64]) -> pa.Array:
        return self.words.take(pa.array(self.cards.take(group * _CARDS + card)))


def people(
    identity: NDArray[Any],
    *,
    locales: tuple[tuple[str, float], ...],
    household: NDArray[Any],
    start: date,
    seed: int,
) -> dict[str, pa.Array]:
    """What the company may know of each customer as a person: ten columns of the table customers, n rows each.

    `identity` (n,) holds ids of up to 64 bits: the same id is the same person, whoever stands beside. `locales` are
    shares of customers, `household` (n,) positions in HOUSEHOLDS. Ages lie within AGES on `start`, the company's
    first day. Raises ValueError for a household that HOUSEHOLDS does not have.

    >>> ids, stages = np.array([7, 8]), np.array([0, 5])
    >>> pair = people(ids, locales=(("en_US", 1.0),), household=stages, start=date(2024, 1, 1), seed=1)
    >>> pair["household"].to_pylist(), pair["occupation"][1].as_py()
    (['young_single', 'retired'], 'Retired')
    """
    household = np.asarray(household, dtype=np.int64)
    if household.size and not 0 <= household.min() <= household.max() < len(HOUSEHOLDS):
        raise ValueError(f"household must hold positions from 0 to {len(HOUSEHOLDS) - 1}, one a customer")
    deck = _decks()
    person = philox.draw(identity, 0, purpose=PERSON, seed=seed)
    home = philox.draw(identity, 0, purpose=HOME, seed=seed)
    contact = philox.draw(identity, 0, purpose=CONTACT, seed=seed)
    locale = _locale(person, locales)
    gender = (person[1] >> 31).view(np.int64)
    named = locale * len(GENDERS) + gender
    working = locale + len(LOCALES) * (household == HOUSEHOLDS.index("retired"))
    town, street, flat = _high(home[0]), home[1], _low(home[0])
    first, last = _birthdays(start)
    born = first[household] + (philox.uniform(home[2]) * (last - first + 1)[household]).astype(np.int64)
    columns = {
        "name": [deck["front"].deal(named, _high(person[2])), deck["back"].deal(named, _low(person[2]))],
        "gender": [pa.array(GENDERS).take(pa.array(gender))],
        "birthday": [pa.array(born.astype(np.int32)).view(pa.date32())],
        "occupation": [deck["job"].deal(working, _high(person[3]))],
        "household": [pa.array(HOUSEHOLDS).take(pa.array(household))],
        "locale": [pa.array(LOCALES).take(pa.array(locale))],
        "city": [deck["city"].deal(locale, town)],
        "address": [
            deck["before"].deal(locale, town),
            deck["first"].deal(locale, _high(street)),
            deck["second"].deal(locale, _low(street)),
            deck["flat"].deal(locale, flat),
            deck["after"].deal(locale, town),
        ],
        "phone": [
            deck["dial"].deal(locale, town),
            deck["middle"].deal(locale, _high(contact[0])),
            deck["end"].deal(locale, _low(contact[0])),
        ],
        "email": [
            deck["mailbox"].deal(0, _high(contact[1])),
            deck["dot"].deal(0, _low(contact[1])),
            deck["domain"].deal(0, _low(contact[2])),
        ],
    }
    return {name: _join(parts) if len(parts) > 1 else parts[0] for name, parts in columns.items()}


def company_names(identity: NDArray[Any], *, locales: tuple[tuple[str, float], ...], seed: int) -> pa.Array:
    """The firm for which each customer `identity` (n,) buys, named in the language that `people` gives them.

    >>> company_names(np.array([7]), locales=(("zh_CN", 1.0),), seed=1).to_pylist()
    ['顺朗茶叶有限公司']
    """
    deck = _decks()
    locale = _locale(philox.draw(identity, 0, purpose=PERSON, seed=seed), locales)
    firm = philox.draw(identity, 0, purpose=FIRM, seed=seed)
    founders = [deck["founder"].deal(locale, _high(firm[0])), deck["partner"].deal(locale, _low(firm[0]))]
    return _join([*founders, deck["trade"].deal(locale, _high(firm[1]))])


def _locale(person: philox.Words, locales: tuple[tuple[str, float], ...]) -> NDArray[np.int64]:
    share = np.cumsum([share for _, share in locales])
    place = np.searchsorted(share[:-1], philox.uniform(person[0]), side="right")
    return np.array([LOCALES.index(name) for name, _ in locales])[place]


def _high(word: philox.Words) -> NDArray[np.int64]:
    """A card from the upper 14 bits of a word; `_low` takes one from the lower 14, which tell nothing of it."""
    return (word >> 18).view(np.int64)


def _low(word: philox.Words) -> NDArray[np.int64]:
    return (word & (_CARDS - 1)).view(np.int64)


def _join(parts: list[pa.Array]) -> pa.Array:
    return pc.call_function("binary_join_element_wise", [*parts, ""])


def _birthdays(start: date) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First and last possible birthday of each household stage, in days since 1970."""
    first = [_years_before(start, oldest + 1) + 1 for _, oldest in AGES.values()]
    return np.array(first), np.array([_years_before(start, youngest) for youngest, _ in AGES.values()])


def _years_before(day: date, years: int) -> int:
    """The last birthday, in days since 1970, of those who are `years` old on `day`."""
    try:
        born = day.replace(year=day.year - years)
    except ValueError:  # 29 February, and no leap year then
        born = day.replace(year=day.year - years, day=28)
    return (born - date(1970, 1, 1)).days


@lru_cache(maxsize=1)
def _decks() -> dict[str, _Deck]:
    front, back, jobs = [], [], []
    for locale in LOCALES:
        person = import_module(f"faker.providers.person.{locale}").Provider
        family = _weights(person.last_names)
        for gender in GENDERS:
            given = _weights(getattr(person, f"first_names_{gender}"))
            chinese = locale.startswith("zh")
            front.append(family if chinese else _ending(given, " "))
            back.append(given if chinese else family)
        listed = import_module(f"faker.providers.job.{locale}").Provider.jobs
        jobs.append([job for job in listed if locale == "en_US" or _JOB.fullmatch(job)])
    american = back[-1]
    common = sorted(american, key=lambda name: -american[name])[:200]
    syllables = _SYLLABLES.split()
    words = [first + second for first in syllables for second in syllables]
    mainland, taiwan = ([line.split() for line in lines] for lines in (_MAINLAND_FIRMS, _TAIWAN_FIRMS))
    return {
        "front": _deck(*front),
        "back": _deck(*back),
        "job": _deck(*jobs, ["退休"], ["退休"], ["Retired"]),
        **{part: _deck(*lists) for part, lists in homes(common).items()},
        "mailbox": _deck(words),
        "dot": _deck([f".{word}" for word in words]),
        "domain": _deck([f"@example.{end}" for end in ("com", "net", "org")]),
        "founder": _deck(mainland[0], taiwan[0], _ending(american, " & ")),
        "partner": _deck(mainland[1], taiwan[1], _ending(american, " ")),
        "trade": _deck(mainland[2], taiwan[2], _AMERICAN_TRADES.split(", ")),
    }


def _weights(words: Any) -> dict[str, float]:
    """A word list as word → weight; a plain list weighs every word alike."""
    return dict(words) if isinstance(words, dict) else dict.fromkeys(words, 1.0)


def _ending(words: dict[str, float], end: str) -> dict[str, float]:
    return {word + end: weight for word, weight in words.items()}


def _deck(*groups: Mapping[str, float] | Sequence[str]) -> _Deck:
    """A deck for each group: a dictionary gives words their weights, in a list every place weighs alike."""
    position = {
        word: place for place, word in enumerate(dict.fromkeys(word for group in groups for word in group))
    }
    cards = []
    for group in groups:
        weight = list(group.values()) if isinstance(group, Mapping) else [1.0] * len(group)
        share = np.cumsum(weight)
        middle_of_card = (np.arange(_CARDS) + 0.5) / _CARDS * share[-1]
        places = np.array([position[word] for word in group], dtype=np.int32)
        cards.append(places[np.searchsorted(share, middle_of_card)])
    return _Deck(words=pa.array(list(position), pa.string()), cards=np.concatenate(cards))
