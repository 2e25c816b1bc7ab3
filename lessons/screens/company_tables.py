"""Which tables are there, and what is in each column?  The star schema and the data dictionary."""

from __future__ import annotations

import functools

import streamlit as st

from datasets.tables import TABLES, Column, Table
from lessons.screens.company_world import Company
from lessons.screens.star import Star, star, svg


def draw(company: Company) -> None:
    """Draw the picture of the tables beside what it says, and below it every table's columns."""
    text = company.text
    left, right = st.columns([1.1, 1], gap="medium")
    with left:
        st.image(_picture(company), alt=_alt(company), width="stretch")
    with right.container(gap="small"):
        st.header(text.shared("company.star"), anchor=False)
        for part in ("star_words", "star_lines", "star_truth"):
            st.markdown(text.shared(f"company.{part}"), width=510)
    with st.container(gap="small"):
        st.header(text.shared("company.dictionary"), anchor=False)
        st.markdown(text.shared("company.dictionary_words"), width=510)
        for name, table in TABLES.items():
            label = f"**{company.title(name)}** `{name}`"
            opened = st.expander(label, key=f"company.dictionary.{name}", on_change="rerun")
            if opened.open:
                with opened:
                    st.markdown(dictionary(company, table), width=640)


def _picture(company: Company) -> str:
    return svg(_star(), {name: company.title(name) for name in TABLES})


@functools.lru_cache(maxsize=1)
def _star() -> Star:
    return star(TABLES)


def _alt(company: Company) -> str:
    keys = company.text.shared("home.comma").join(
        f"{line.table}.{line.column} → {line.other}" for line in _star().lines
    )
    return company.text.shared("company.star_alt", keys=keys)


def dictionary(company: Company, table: Table) -> str:
    """Return a table's columns as Markdown: name, type, unit, key, meaning, and the codes that stand in it."""
    said = [company.meaning(table.name)]
    for column in table.columns:
        lines = [f"**`{column.name}`** :small[:gray[{' · '.join(_facts(company, table, column))}]]"]
        lines.append(company.meaning(table.name, column.name))
        codes, known = company.used_codes(table.name, column), company.codes(column.name)
        if codes:
            # A no-break space keeps a code with its word, and the dot from the beginning of a line.
            listed = "\u00a0· ".join(f"`{code}`\u00a0{known.get(code, '')}".strip() for code in codes)
            lines.append(f":small[{listed}]")
        said.append("  \n".join(lines))
    return "\n\n".join(said)


def _facts(company: Company, table: Table, column: Column) -> list[str]:
    """What is to be said of a column in a word or two each."""
    text, words = company.text, company.words
    facts = [words["types"][str(column.arrow_type)]]
    if column.unit:
        facts.append(words["units"][column.unit])
    if column.name in table.key:
        facts.append(text.shared("company.key" if len(table.key) == 1 else "company.part_of_key"))
    if column.name in table.foreign_keys:
        other = company.title(table.foreign_keys[column.name])
        facts.append(text.shared("company.points_at", table=other))
    if column.nullable:
        facts.append(text.shared("company.may_be_empty"))
    return facts
