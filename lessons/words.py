"""What does the page say, in the reader's language?

Words stand in `en.md` and `zh.md` (TOML between two lines `+++`, then sections `## Heading {#id}`)
and, where all pages share them, in `en.toml` and `zh.toml`. Traditional Chinese is made from the
Chinese files. Numbers, money and dates are written by Babel.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from lessons import ROOT, Topic, head_and_prose
from lessons.traditional import traditional

LANGUAGES = {"en": "English", "zh-Hans": "简体", "zh-Hant": "繁體"}
_LOCALES = {"en": "en", "zh-Hans": "zh_Hans", "zh-Hant": "zh_Hant"}
_SYMBOLS = {"CNY": "¥", "USD": "$", "EUR": "€", "TWD": "NT$", "HKD": "HK$"}
_HEADING = re.compile(r"^## +(?P<heading>.*?) *\{#(?P<id>[a-z_]+)\} *$", re.MULTILINE)
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, kw_only=True)
class Section:
    """One piece of prose: its heading and its Markdown."""

    heading: str
    body: str


@functools.lru_cache(maxsize=512)
def _read(file: Path, language: str) -> tuple[dict[str, Any], dict[str, Section]]:
    content = file.read_text("utf-8")
    if language == "zh-Hant":
        content = traditional(content)
    if file.suffix == ".toml":
        return tomllib.loads(content), {}
    front, prose = head_and_prose(content, name=file.name)
    starts = list(_HEADING.finditer(prose))
    ends = [*(start.start() for start in starts[1:]), len(prose)]
    sections = {
        start["id"]: Section(heading=start["heading"], body=prose[start.end() : end].strip())
        for start, end in zip(starts, ends, strict=False)
    }
    return tomllib.loads(front), sections


def _in_markdown(value: str) -> str:
    # Once: a label that already went through here may stand inside a section.
    return re.sub(r"(?<!\\)\$", r"\\$", value)


def fill(template: str, values: Mapping[str, object]) -> str:
    """Return `template` with each `{name}` that `values` knows replaced.

    A brace that no value answers to stays, since formulas are full of them.

    >>> fill("{done} of {all}", {"done": 1, "all": 4})
    '1 of 4'
    """
    return _PLACEHOLDER.sub(
        lambda found: _in_markdown(str(values[found[1]])) if found[1] in values else found[0], template
    )


class Text:
    """The words of one folder (or the shared ones alone) in one language."""

    def __init__(self, language: str, folder: Path | None = None, *, topic: Topic | None = None) -> None:
        """Read the words; `folder` is a chapter's or a topic's, or None for the shared ones alone."""
        if language not in LANGUAGES:
            raise ValueError(f"{language} is no language of the course; choose one of {list(LANGUAGES)}.")
        self.language = language
        self.topic = topic
        written = "en" if language == "en" else "zh"
        self._shared, _ = _read(ROOT / f"{written}.toml", language)
        self.words, self._sections = _read(folder / f"{written}.md", language) if folder else ({}, {})

    @property
    def title(self) -> str:
        """The title of the topic or chapter."""
        return self.words["title"]

    @property
    def short(self) -> str:
        """The title as the sidebar has room for it."""
        return self.words.get("short", self.title)

    def label(self, key: str, **values: object) -> str:
        """Return the topic's label `key`."""
        return fill(self.words["labels"][key], values)

    def shared(self, key: str, **values: object) -> str:
        """Return a word that all pages share, by `table.key`."""
        table, name = key.split(".")
        return fill(self._shared[table][name], values)

    def has(self, section: str) -> bool:
        """Say whether the prose holds a section with this id."""
        return section in self._sections

    def section(self, section: str, **values: object) -> Section:
        """Return one section of the prose with its placeholders filled."""
        found = self._sections[section]
        # A line of prose may break between a minus and the currency's sign; the joiner holds them together.
        values = {name: re.sub(r"−(?=\D)", "−\u2060", str(value)) for name, value in values.items()}
        return Section(heading=fill(found.heading, values), body=fill(found.body, values))

    def number(self, value: float, digits: int = 0) -> str:
        """Write a number: 12,345 or 0.243."""
        return _decimal(round(value, digits) + 0.0, digits, self._locale) if value == value else "–"

    def percent(self, share: float, digits: int = 0) -> str:
        """Write a share as a percentage: 0.34 is 34%."""
        return self.number(share * 100, digits) + "%" if share == share else "–"

    def money(self, amount: float, currency: str, digits: int = 0) -> str:
        """Write an amount of money, in the currency's units."""
        written = self.number(abs(amount), digits)
        negative = amount < 0 and any(digit in "123456789" for digit in written)
        return ("−" if negative else "") + _SYMBOLS.get(currency, "") + written

    def symbol(self, currency: str) -> str:
        """Return the sign of a currency; a file's own currency is unknown and has none."""
        return _SYMBOLS.get(currency, "")

    def short_number(self, value: float) -> str:
        """Write a large number shortly: 4k, 1.2M; 1.2万 in Chinese; zero is 0."""
        from babel.numbers import format_compact_decimal

        if abs(value) < (1000 if self.language == "en" else 10_000):
            return self.number(value)
        digits = 2 if abs(value) >= 1_000_000 and self.language == "en" else 1
        short = format_compact_decimal(value, fraction_digits=digits, locale=self._locale)
        return _minus(short.replace("K", "k"))

    def short_money(self, amount: float, currency: str) -> str:
        """Write a large amount shortly, for axes: €4k, ¥1.2万; zero is 0."""
        if amount == 0:
            return "0"
        return ("−" if amount < 0 else "") + _SYMBOLS.get(currency, "") + self.short_number(abs(amount))

    def date(self, day: date) -> str:
        """Write a date in the reader's way."""
        from babel.dates import format_date

        return format_date(day, format="long" if self.language != "en" else "d MMMM y", locale=self._locale)

    @property
    def _locale(self) -> str:
        return _LOCALES[self.language]


# A page writes the same few dozen numbers on every rerun.
@functools.lru_cache(maxsize=4096)
def _decimal(value: float, digits: int, locale: str) -> str:
    from babel.numbers import format_decimal

    pattern = "#,##0" + ("." + "0" * digits if digits else "")
    return _minus(format_decimal(value, format=pattern, locale=locale))


def _minus(written: str) -> str:
    return written.replace("-", "−")


@functools.lru_cache(maxsize=256)
def text_of(topic: Topic, language: str) -> Text:
    """Return a topic's words, always the same object, so that what is made of them alone can be cached by it."""
    return Text(language, topic.folder, topic=topic)


def term(slug: str) -> dict[str, str]:
    """Return a concept's names by language code, from the glossary."""
    return _glossary()[slug]


@functools.lru_cache(maxsize=1)
def _glossary() -> dict[str, dict[str, str]]:
    rows = tomllib.loads((ROOT / "glossary.toml").read_text("utf-8"))
    return {
        slug: {"en": row["en"], "zh-Hans": row["zh"], "zh-Hant": row["hant"]} for slug, row in rows.items()
    }
