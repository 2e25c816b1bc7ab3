"""Whose data is on the page?  One company's world, lived once for all visitors, and the words for it."""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from datasets.tables import TABLES, WORDS, Column
from lessons.traditional import traditional
from lessons.words import Text

CUSTOMERS, SEED = 5_000, 1


# As many as there are companies: a class that looks at all of them waits once for each.
@st.cache_resource(max_entries=5, show_spinner=False)
def world(name: str) -> Any:
    """Live one company's customers, the same for every visitor."""
    from datasets.world import live, load_scenario

    return live(load_scenario(name), customers=CUSTOMERS, seed=SEED)


@functools.lru_cache(maxsize=3)
def words(language: str) -> dict[str, Any]:
    """Return what the tables and columns of datasets are called, by a language code of the course."""
    content = (WORDS / ("en.toml" if language == "en" else "zh.toml")).read_text("utf-8")
    return tomllib.loads(traditional(content) if language == "zh-Hant" else content)


@dataclass(frozen=True, kw_only=True)
class Company:
    """One company as the page shows it: its name in the code, its world, and words in the reader's language."""

    name: str
    text: Text
    words: Mapping[str, Any]
    world: Any

    @property
    def currency(self) -> str:
        """The currency's code."""
        return self.world.scenario.currency

    def title(self, table: str) -> str:
        """Return a table's name in the reader's language."""
        return self.words["tables"][table]["title"]

    def meaning(self, table: str, column: str = "") -> str:
        """Return one sentence on a table, or on one of its columns."""
        said = self.words["tables"][table]
        return said["columns"][column] if column else said["meaning"]

    def codes(self, column: str) -> Mapping[str, str]:
        """Return the words for the codes of a column, empty where it has none."""
        return self.words["values"].get(column, {})

    def used_codes(self, table: str, column: Column) -> list[str]:
        """Return the codes that this company uses in a column, in the order in which the words list them."""
        known = self.codes(column.name)
        if not known:
            return []
        used = set(self.world.tables[table][column.name].unique().to_pylist()) - {None}
        return [*(code for code in known if code in used), *sorted(used - set(known))]


def open_tables() -> list[str]:
    """Return the tables that a company really has."""
    return [name for name, table in TABLES.items() if not table.is_truth]


def truth_tables() -> list[str]:
    """Return the tables that only the maker of a world has."""
    return [name for name, table in TABLES.items() if table.is_truth]
