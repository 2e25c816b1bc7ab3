"""What do the tables answer?  A question in SQL, the answer as a table, or a clear word on why there is none."""

from __future__ import annotations

import functools
import tomllib
from pathlib import Path
from typing import Any

import pyarrow as pa
import streamlit as st

from lessons.screens import rows
from lessons.screens.company_browse import take_home
from lessons.screens.company_world import Company, open_tables

_OUTCOME = "company.sql.outcome"


@functools.lru_cache(maxsize=1)
def queries() -> dict[str, dict[str, Any]]:
    """Return the example queries by name: `sql`, and the `companies` at whose page each stands."""
    return tomllib.loads(Path(__file__).with_name("queries.toml").read_text("utf-8"))


def examples(company: str) -> list[str]:
    """Return the names of one company's examples; the first stands in its box from the beginning."""
    return [name for name, query in queries().items() if company in query["companies"]]


@st.fragment
def draw(company: Company) -> None:
    """Draw the examples, the box, and what came back last."""
    text = company.text
    listed, key = examples(company.name), f"company.sql.{company.name}"
    st.markdown(text.shared("company.sql_words"), width=640)
    if key not in st.session_state:
        _write(key, listed[0], text.language)
    with st.container(horizontal=True, vertical_alignment="center"):
        for name in listed:
            st.button(
                text.shared(f"query.{name}"),
                key=f"company.example.{name}",
                on_click=_write,
                args=(key, name, text.language),
            )
    query = st.text_area(
        text.shared("company.question"), height=220, key=key, max_chars=10_000, persist_state="session"
    )
    if st.button(text.shared("company.run"), icon=":material/play_arrow:", type="primary", key="company.run"):
        with st.spinner(text.shared("company.asking")):
            # One outcome a visitor: the next question's takes its place.
            st.session_state[_OUTCOME] = (company.name, ask(company, query or ""))
    name, outcome = st.session_state.get(_OUTCOME, ("", None))
    if name == company.name and outcome is not None:
        _outcome(company, outcome)


def _write(key: str, name: str, language: str) -> None:
    st.session_state[key] = example(name, language)


def example(name: str, language: str) -> str:
    """Return one example; products have their names in the reader's language."""
    query = queries()[name]["sql"].strip()
    return query if language == "en" else query.replace("name_en", "name_zh")


def ask(company: Company, query: str) -> Any:
    """Return the box's answer, or its refusal; the truth never goes into the box."""
    from datasets import sql_box

    try:
        return sql_box.answer(query, tables={name: company.world.tables[name] for name in open_tables()})
    except sql_box.Refused as refused:
        return refused


def _outcome(company: Company, outcome: Any) -> None:
    from datasets import sql_box

    text = company.text
    if isinstance(outcome, sql_box.Refused):
        st.info(refusal(company, outcome), icon=":material/lightbulb:")
        return
    found: pa.Table = outcome.frame
    said = [_counted(company, outcome), text.shared("company.took", seconds=text.number(outcome.seconds, 2))]
    st.markdown(f":small[:gray[{' · '.join(said)}]]")
    if not found.num_rows:
        st.info(text.shared("company.no_answer"))
        return
    st.dataframe(
        rows.frame(found),
        hide_index=True,
        height=430 if found.num_rows > 10 else "auto",
        key="company.answer",
        placeholder="–",
        column_config=_moments(found),
        alt=text.shared("company.answer"),
    )
    take_home(company, found, name=f"{company.name}_answer", key="company.answer")


def _moments(found: pa.Table) -> dict[str, Any]:
    """How columns of times are written: as days where all of them are midnight."""
    config = {}
    for name in found.column_names:
        if pa.types.is_timestamp(found[name].type):
            times = found[name].drop_null().to_pandas()
            days = bool((times == times.dt.normalize()).all())
            shape = "YYYY-MM-DD" if days else "YYYY-MM-DD HH:mm"
            config[name] = st.column_config.DatetimeColumn(format=shape)
    return config


def _counted(company: Company, outcome: Any) -> str:
    text, count = company.text, outcome.frame.num_rows
    if outcome.cut:
        return text.shared("company.answer_cut", rows=text.number(count))
    return text.shared("company.answer_row" if count == 1 else "company.answer_rows", rows=text.number(count))


def refusal(company: Company, refused: Any) -> str:
    """Say why there is no answer; what the reader typed is shown as plain text."""
    details = {}
    for name, value in refused.details.items():
        if isinstance(value, list):
            value = company.text.shared("home.comma").join(map(str, value))
        details[name] = _plain(f"{value:g}" if isinstance(value, float) else str(value))
    return company.text.shared(f"refused.{refused.reason}", **details)


def _plain(words: str) -> str:
    """Keep what stands in a question, or in the words of DuckDB, from being read as Markdown."""
    escaped = "".join("\\" + letter if letter in "\\`*_{}[]()<>#+-.!|~$:@" else letter for letter in words)
    return " ".join(escaped.split())[:400]
