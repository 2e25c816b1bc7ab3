"""Who are the customers? A name that fits the gender, and a city.

The words are Faker's own lists for each locale, with its weights. Faker itself makes about 25 thousand names
a second; here each list becomes a deck of cards, a word on as many cards as its weight asks for, and millions
of cards are drawn at once. Nobody is real: the names are put together by chance.
"""

from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from datasets.world import philox

LOCALES = ("zh_CN", "zh_TW", "en_US")
GENDERS = ("female", "male")
_CARDS = 2**14


@dataclass(frozen=True)
class _Decks:
    """Words of all locales in one list, and a deck (row) of positions in it for each group of customers."""

    words: pa.Array
    decks: NDArray[np.int32]

    def deal(self, group: NDArray[np.int64], card: NDArray[np.uint64]) -> pa.Array:
        return self.words.take(pa.array(self.decks[group, card]))


def people(words: philox.Words, locales: tuple[tuple[str, float], ...]) -> dict[str, pa.Array]:
    """Name, gender, city and locale of each customer, from four random words each (4, n).

    `locales` are shares of customers. A Chinese name is family name, then given name, without a space.
    """
    share = np.cumsum([share for _, share in locales])
    place = np.searchsorted(share[:-1], philox.uniform(words[0]), side="right")
    locale = np.array([LOCALES.index(name) for name, _ in locales])[place]
    gender = (words[1] >> 31).astype(np.int64)
    group = locale * len(GENDERS) + gender
    front, back, cities = _all_decks()
    front_words = front.deal(group, words[3] & (_CARDS - 1))
    back_words = back.deal(group, words[3] >> 18)
    return {
        "name": pc.call_function("binary_join_element_wise", [front_words, back_words, ""]),
        "gender": pa.array(GENDERS).take(pa.array(gender)),
        "city": cities.deal(group, words[2] >> 18),
        "locale": pa.array(LOCALES).take(pa.array(locale)),
    }


@lru_cache(maxsize=1)
def _all_decks() -> tuple[_Decks, _Decks, _Decks]:
    front, back, cities = [], [], []
    for locale in LOCALES:
        person = import_module(f"faker.providers.person.{locale}").Provider
        address = import_module(f"faker.providers.address.{locale}").Provider
        family = _weights(person.last_names)
        city = _weights(getattr(address, "cities", None) or _english_cities(family, address.city_suffixes))
        for gender in GENDERS:
            given = _weights(getattr(person, f"first_names_{gender}"))
            if locale.startswith("zh"):
                front.append(family)
                back.append(given)
            else:
                front.append({f"{word} ": weight for word, weight in given.items()})
                back.append(family)
            cities.append(city)
    return _decks(front), _decks(back), _decks(cities)


def _weights(words: Any) -> dict[str, float]:
    """A word list as word → weight; a plain list weighs every word alike."""
    return dict(words) if isinstance(words, dict) else dict.fromkeys(words, 1.0)


def _english_cities(family: dict[str, float], suffixes: Any) -> list[str]:
    """Faker has no list of American cities, but makes them up from a family name and an ending."""
    common = sorted(family, key=lambda word: -family[word])[:60]
    return [word + suffix for word in common for suffix in suffixes]


def _decks(groups: list[dict[str, float]]) -> _Decks:
    words = list(dict.fromkeys(word for group in groups for word in group))
    position = {word: place for place, word in enumerate(words)}
    decks = []
    for group in groups:
        share = np.cumsum(list(group.values()))
        middle_of_card = (np.arange(_CARDS) + 0.5) / _CARDS * share[-1]
        positions = np.array([position[word] for word in group], dtype=np.int32)
        decks.append(positions[np.searchsorted(share, middle_of_card)])
    return _Decks(words=pa.array(words, pa.string()), decks=np.stack(decks))
