"""Where does it all come from?  Formula, code, data with its downloads, sources; and the topic's terms."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import streamlit as st

from lessons import notebook as notebooks
from lessons.frame.data import sql
from lessons.words import LANGUAGES, Text, term

ROWS_SHOWN = 1000


@st.fragment
def draw(
    text: Text,
    latest: list[Any],
    *,
    sources: Sequence[ModuleType],
    notebook: Callable[[dict[str, Any]], Sequence[str]] | None,
) -> None:
    """Draw the four tabs; `latest` holds the stage as it last ran, so that a download has today's controls.

    A tab is filled when it is opened: the page need not wait for a table and for code that nobody looks at yet.
    """
    assert text.topic is not None
    names = [text.shared(f"topic.{name}") for name in ("formula", "code", "data", "sources")]
    # Streamlit knows an open tab by its name, so each language has its own.
    key = f"{text.topic.name}.tabs.{text.language}"
    formula, code, data, cited = st.tabs(names, key=key, on_change="rerun")
    if formula.open:
        formula.markdown(text.section("formula").body, width=640)
    if code.open:
        with code:
            _code(text, latest, sources)
    if data.open:
        with data:
            st.markdown(text.section("data").body, width=510)
            if latest and not latest[0].locked:
                st.markdown(f":gray[:material/lock: {text.shared('topic.table_opens')}]")
            elif latest and latest[0].make_rows:
                _table(text, latest, sources=sources, notebook=notebook)
    if cited.open:
        for source in text.topic.facts["sources"]:
            cited.markdown(f"- {cite(source)}")


def _code(text: Text, latest: list[Any], sources: Sequence[ModuleType]) -> None:
    for module in sources:
        st.markdown(f":small[:gray[`{module.__name__.replace('.', '/')}.py`]]")
        st.code(_source(module), language="python", height=420)
    assert text.topic is not None
    if latest and "summary" in text.topic.facts:
        data = latest[0].data
        query = sql(
            text.topic.facts["summary"], day=data.calibration_until, whole_days=data.kind != "simulated"
        )
        st.markdown(f"**{text.shared('topic.sql')}**")
        st.code(query, language="sql", height=260)


def cite(source: dict[str, Any]) -> str:
    """Return one source as a line: authors (year), title, where it appeared."""
    return f"{source['authors']} ({source['year']}), “{source['title']}”, {source['where']}"


def _source(module: ModuleType) -> str:
    return Path(inspect.getfile(module)).read_text("utf-8")


def _table(
    text: Text,
    latest: list[Any],
    *,
    sources: Sequence[ModuleType],
    notebook: Callable[[dict[str, Any]], Sequence[str]] | None,
) -> None:
    from datasets import exports

    rows = latest[0].rows
    st.dataframe(rows.head(ROWS_SHOWN), hide_index=True, key="table", height=350)
    assert text.topic is not None
    name = text.topic.name

    def csv() -> bytes:
        return exports.csv_bytes(latest[0].rows)

    def xlsx() -> bytes:
        stage = latest[0]
        return stage.book() if stage.book else exports.xlsx_bytes({text.short: stage.rows})

    def ipynb() -> bytes:
        stage = latest[0]
        return notebooks.build(
            title=text.title,
            question=text.words["question"],
            modules=sources,
            table=stage.rows,
            cells=notebook(stage.numbers) if notebook else (),
        )

    offers: list[tuple[str, str, Callable[[], bytes], str]] = [
        ("csv", f"{name}.csv", csv, "text/csv"),
        ("xlsx", f"{name}.xlsx", xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("notebook", f"{name}.ipynb", ipynb, "application/x-ipynb+json"),
    ]
    with st.container(horizontal=True):
        for kind, file, make, mime in offers:
            st.download_button(
                text.shared(f"topic.download_{kind}"),
                make,
                file,
                mime,
                key=f"download.{kind}",
                on_click="ignore",
                icon=":material/download:",
            )


def terms(text: Text) -> None:
    """Draw the topic's terms as small buttons: English, 中文, one sentence."""
    term_row(text, list(text.words.get("terms", {})))


def term_row(text: Text, slugs: Sequence[str]) -> None:
    """Draw these terms, defined in this folder's words, as small buttons."""
    with st.container(horizontal=True, gap="small"):
        for slug in slugs:
            # A name at the head of a button begins with a capital; `capitalize` would make BTYD of it Btyd.
            names = {code: name[:1].upper() + name[1:] for code, name in term(slug).items()}
            with st.popover(names[text.language], key=f"term.{slug}"):
                others = [names[code] for code in LANGUAGES if code != text.language]
                heading = f"**{names[text.language]}** · " + " · ".join(dict.fromkeys(others))
                st.markdown(f"{heading}\n\n{text.words['terms'][slug]['definition']}", width=320)
