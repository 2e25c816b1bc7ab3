"""What does an exercise say, in the reader's language?

Each exercise's own words stand in its en.toml and zh.toml, those that all share in exercises/en.toml and zh.toml;
Traditional Chinese is made from the Chinese files. `{places}` are filled with the learner's own numbers, written by the
exercise's `UNITS`.
"""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from exercises import ROOT, Exercise, Variant, Verdict, marking
from exercises.answers import fold
from lessons.traditional import traditional
from lessons.words import LANGUAGES, Text

PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")
WRITTEN_OUT = 60  # rows of a table up to which shares and money are written as the prose writes them
_DIGITS = {"money": 2, "percent": 1, "number": 2}
_MOST_DIGITS = 6


@functools.lru_cache(maxsize=512)
def _read(file: Path, language: str) -> dict[str, Any]:
    content = file.read_text("utf-8")
    return tomllib.loads(traditional(content) if language == "zh-Hant" else content)


def read(folder: Path, language: str) -> dict[str, Any]:
    """Return the words of a folder (an exercise's, or this one's) as they stand, places unfilled."""
    return _read(folder / ("en.toml" if language == "en" else "zh.toml"), language)


@functools.lru_cache(maxsize=512)
def words(exercise: Exercise, language: str) -> Words:
    """Return an exercise's words in "en", "zh-Hans" or "zh-Hant". Raises ValueError for another language."""
    return Words(exercise, language)


class Words:
    """The words of one exercise in one language."""

    def __init__(self, exercise: Exercise, language: str) -> None:
        """Read the exercise's own words and the shared ones."""
        self.exercise, self.language = exercise, language
        self.text = Text(language)
        self.own, self.shared = read(exercise.folder, language), read(ROOT, language)

    @property
    def title(self) -> str:
        """The exercise's title."""
        return self.own["title"]

    @property
    def kind(self) -> str:
        """What is asked for, in a word or two: a number, a choice …"""
        return self.shared["kinds"][self.exercise.kind]

    def ask(self, variant: Variant) -> str:
        """Return the question, in Markdown."""
        return self._fill(self.own["ask"], self._given(variant)).strip()

    def hints(self, variant: Variant) -> list[str]:
        """Return the hints, from a nudge to nearly the way."""
        values = self._given(variant)
        return [self._fill(hint, values) for hint in self.own["hints"]]

    def options(self, variant: Variant) -> dict[str, str]:
        """Return what may be chosen or is to be ranked: code → words; empty for other kinds."""
        if self.exercise.kind not in ("choice", "ranking"):
            return {}
        names, values = self.own.get("options", {}), self._given(variant)
        return {code: self._fill(self._name(code, names), values) for code in marking.items(variant)}

    def rows(self, variant: Variant) -> dict[str, str]:
        """Return the rows to fill in: code → words; empty where the answer is no table."""
        if self.exercise.kind != "table":
            return {}
        names, values = self.own.get("rows", {}), self._given(variant)
        return {code: self._fill(names.get(code, code), values) for code in self.exercise.module.ROWS}

    def how_to_answer(self, variant: Variant) -> str:
        """Say in one line how the answer is typed."""
        kind, task = self.exercise.kind, self.exercise.module
        key = marking.unit_of(task, "answer") if kind == "number" else kind
        if kind == "table" and "percent" in {marking.unit_of(task, row) for row in task.ROWS}:
            key = "table_percent"
        values: dict[str, Any] = {"currency": self._currency_name}
        if kind == "decision":
            values["picks"] = self.text.number(variant.given["picks"])
        if kind == "ranking":
            values["example"] = " > ".join(self.options(variant).values())
        return self._fill(self.shared["how"][key], values)

    def feedback(self, variant: Variant, verdict: Verdict) -> str:
        """Say what a verdict means: why the answer is right, the mistake by name, or what could not be read."""
        values = self._given(variant) | self._found(variant, verdict)
        if verdict.found == "right":
            return self._fill(self.own["right"], values | self._worked(variant))
        if verdict.found == "mistake":
            return self._fill(self.own["mistakes"][verdict.mistake], values)
        if verdict.found == "slip":
            return self._fill(self.shared["slips"][verdict.slip], values | {"currency": self._currency_name})
        if verdict.found == "unreadable":
            sentence = self.shared["unreadable"][verdict.reason]
            if verdict.reason == "row_unreadable":
                inner = self.shared["unreadable"][verdict.values["why"]]
                values["why"] = self._fill(inner, values)
            return self._fill(sentence, values)
        wrong = self._fill(self.own["wrong"], values)
        if "also" not in verdict.values:
            return wrong
        # 1,234 and (12): told that either was tried.
        return f"{self._fill(self.shared['reading']['two_ways'], values)} {wrong}"

    def solution(self, variant: Variant) -> str:
        """Return the worked solution, in Markdown."""
        return self._fill(self.own["solution"], self._given(variant) | self._worked(variant)).strip()

    def answer(self, variant: Variant) -> str:
        """Return the exercise's own answer as words."""
        task, right = self.exercise.module, marking.answer(variant)
        kind = self.exercise.kind
        if kind == "number":
            return self._written("answer", float(right))
        if kind == "choice":
            return self.options(variant)[right]
        if kind == "ranking":
            return " > ".join(self.options(variant)[code] for code in right)
        if kind == "table":
            rows = self.rows(variant)
            colon, comma = self.shared["signs"]["colon"], self.shared["signs"]["semicolon"]
            return comma.join(
                f"{rows[row]}{colon}{self._written(row, float(value))}"
                for row, value in zip(task.ROWS, right, strict=True)
            )
        return self._written("worth", float(task.worth(right, **variant.given)))

    def heading(self, column: str) -> str:
        """Return a column's heading; the code itself where no words name it."""
        return self.own.get("columns", {}).get(column) or self.shared["columns"].get(column, column)

    def caption(self, table: str) -> str:
        """Return the title of a table of what is given."""
        return self.own.get("tables", {}).get(table) or self.shared["tables"].get(table, table)

    def tables(self, variant: Variant) -> dict[str, pd.DataFrame]:
        """Return the tables of what is given, name → DataFrame, headings and codes in the reader's words.

        A small table is written out as the prose writes numbers; a large one keeps its numbers, to be sorted.
        """
        found = {}
        for name, frame in variant.given.items():
            if isinstance(frame, pd.DataFrame):
                shown = frame.copy()
                for column in shown.columns:
                    shown[column] = self._cells(str(column), shown[column])
                found[name] = shown.rename(columns={column: self.heading(str(column)) for column in shown})
        return found

    # ---- places

    @property
    def _currency(self) -> str:
        return getattr(self.exercise.module, "CURRENCY", "CNY")

    @property
    def _currency_name(self) -> str:
        return self.shared["currencies"].get(self._currency, self._currency)

    def _cells(self, column: str, cells: pd.Series) -> pd.Series:
        if pd.api.types.is_bool_dtype(cells):
            return cells
        if pd.api.types.is_numeric_dtype(cells):
            if column in self.exercise.module.UNITS and len(cells) <= WRITTEN_OUT:
                written = [
                    "" if value != value else self._written(column, value, exact=True) for value in cells
                ]
                return pd.Series(written, index=cells.index)
            return cells
        names = _values(self.language).get(column, {}) | self.own.get("names", {})
        return cells.map(lambda value: names.get(value, value))

    def _name(self, code: str, names: Mapping[str, str]) -> str:
        return names.get(code) or self.own.get("names", {}).get(code, code)

    def _given(self, variant: Variant) -> dict[str, str]:
        values = {}
        for name, value in variant.given.items():
            if isinstance(value, list | tuple):
                comma = self.shared["signs"]["comma"]
                values[name] = comma.join(self._written(name, one, exact=True) for one in value)
            elif isinstance(value, str | int | float):
                values[name] = self._written(name, value, exact=True)
        return values

    def _worked(self, variant: Variant) -> dict[str, str]:
        task = self.exercise.module
        values = {"answer": self.answer(variant)}
        if self.exercise.kind == "table":
            for row, value in zip(task.ROWS, marking.answer(variant), strict=True):
                values[row] = self._written(row, float(value))
        if self.exercise.kind in ("decision", "scores"):
            best = task.worth(marking.answer(variant), **variant.given)
            values["best"] = self._written("worth", float(best))
            values["chance"] = self._written("worth", float(task.chance(**variant.given)))
        steps = task.steps(**variant.given) if hasattr(task, "steps") else {}
        for name, value in steps.items():
            if isinstance(value, list | tuple):
                values[name] = self.shared["signs"]["comma"].join(self._written(name, one) for one in value)
            else:
                values[name] = self._written(name, value)
        return values

    def _found(self, variant: Variant, verdict: Verdict) -> dict[str, str]:
        """What a verdict's values are in words."""
        values: dict[str, str] = {}
        names = self.options(variant) | self.rows(variant) if verdict.values else {}
        comma = self.shared["signs"]["comma"]
        for name, value in verdict.values.items():
            if name in ("worth", "best", "chance"):
                values[name] = self._written("worth", value)
            elif name in ("read", "also") and isinstance(value, float):
                values[name] = self._written("answer", value, exact=True)
            elif isinstance(value, tuple):
                # Which choices there are is asked where codes are typed.
                shown = {} if name == "options" else names
                values[name] = comma.join(shown.get(one, one) for one in value)
            elif isinstance(value, str):
                values[name] = names.get(value, value)
            else:
                values[name] = self.text.number(value)
        return values

    def _written(self, name: str, value: Any, *, exact: bool = False) -> str:
        """Write one value by its unit; `exact` with as many digits as it takes to show what is calculated with."""
        if isinstance(value, str):
            return self.own.get("names", {}).get(value, value)
        units = self.exercise.module.UNITS
        usual = (
            units.get("answer", "number") if name in getattr(self.exercise.module, "ROWS", ()) else "number"
        )
        unit, _, digits = units.get(name, usual).partition(":")
        scaled = value * 100 if unit == "percent" else value
        places = (
            int(digits) if digits else _digits(scaled) if exact else _digits(scaled, _DIGITS.get(unit, 2))
        )
        if unit == "percent":
            return self.text.percent(value, places)
        if unit == "money":
            return self.text.money(value, self._currency, places)
        return self.text.number(value, places)

    def _fill(self, template: str, values: Mapping[str, str]) -> str:
        return PLACE.sub(
            lambda found: re.sub(r"(?<!\\)\$", r"\\$", values[found[1]]) if found[1] in values else found[0],
            template,
        )


def _digits(value: float, most: int = _MOST_DIGITS) -> int:
    """Digits behind the point that a number needs, at most `most`."""
    if value != value or abs(value) == float("inf"):
        return 0
    return next(
        (digits for digits in range(most) if abs(round(value, digits) - value) < 1e-9 * max(1, abs(value))),
        most,
    )


@functools.lru_cache(maxsize=3)
def _values(language: str) -> dict[str, dict[str, str]]:
    """The names of codes in the company's tables, by column."""
    from datasets.tables import words as table_words

    values = table_words("en" if language == "en" else "zh")["values"]
    if language == "zh-Hant":
        return {
            column: {code: traditional(name) for code, name in names.items()}
            for column, names in values.items()
        }
    return values


def names_of(variant: Variant) -> dict[str, str]:
    """Return what may be written for each item that is to be ranked, folded, in any language: name → code."""
    codes = marking.items(variant)
    names = {fold(code): code for code in codes}
    for language in LANGUAGES:
        for code, name in words(variant.exercise, language).options(variant).items():
            names.setdefault(fold(name), code)
    return names


def tables(variant: Variant, language: str) -> dict[str, pd.DataFrame]:
    """Return the tables of what is given in the reader's words, name → DataFrame."""
    return words(variant.exercise, language).tables(variant)
