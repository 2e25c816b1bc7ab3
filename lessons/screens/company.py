"""What does the company write down?  Its tables, their meaning, their rows, a box for SQL, and the truth."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import streamlit as st

from lessons.frame import memory, page_column
from lessons.screens import company_browse, company_sql, company_tables, company_truth
from lessons.screens.company_world import Company, open_tables, words, world
from lessons.words import Text

TABS = ("tables", "browse", "sql", "truth")


def page(*, code: str, pages: Mapping[str, Any]) -> None:
    """Draw the page: which company, and what there is to see of it."""
    text = Text(code)
    with page_column(width=1080):
        with st.container(gap="small"):
            company = _chosen(text)
        names = [text.shared("topic.truth" if tab == "truth" else f"company.{tab}") for tab in TABS]
        memory.seed("company.tab", "tab", TABS[0], lambda raw: TABS[TABS.index(raw)])
        # Streamlit knows an open tab by its name, so each language has its own, and the next begins with the last.
        key = f"company.tabs.{code}"
        if key not in st.session_state:
            st.session_state[key] = names[TABS.index(st.session_state["company.tab"])]
        for tab, place in zip(TABS, st.tabs(names, key=key, on_change="rerun"), strict=True):
            if place.open:
                st.session_state["company.tab"] = tab
                memory.keep("tab", tab, TABS[0])
                with place, st.container(gap="medium" if tab == "tables" else "small"):
                    _draw(tab, company, pages)


def _draw(tab: str, company: Company, pages: Mapping[str, Any]) -> None:
    if tab == "tables":
        company_tables.draw(company)
    elif tab == "browse":
        company_browse.draw(company, open_tables(), key="table")
    elif tab == "sql":
        company_sql.draw(company)
    else:
        company_truth.draw(company, pages=pages)


def _chosen(text: Text) -> Company:
    """Draw the title, the choice of a company and what there is to say of it, and live its customers."""
    from datasets.world import scenarios

    said = words(text.language)
    names = sorted(scenarios(), key=list(said["scenarios"]).index)
    memory.seed("company", "company", names[0], lambda raw: names[names.index(raw)])
    memory.in_language("company", text.language)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.title(text.shared("company.title"), width="stretch", anchor=False)
        name = st.selectbox(
            text.shared("company.choose"),
            names,
            format_func=lambda one: said["scenarios"][one]["title"],
            key="company",
            label_visibility="collapsed",
            persist_state="session",
            width=220,
        )
    memory.keep("company", name, names[0])
    st.markdown(text.shared("company.intro"), width=640)
    with st.spinner(text.shared("topic.making")):
        company = Company(name=name, text=text, words=said, world=world(name))
    title, about = said["scenarios"][name]["title"], said["scenarios"][name]["about"]
    st.markdown(
        f"**{title}**{text.shared('home.colon')}{about}  \n:small[:gray[{_size(company)}]]", width=640
    )
    return company


def _size(company: Company) -> str:
    from babel.numbers import get_currency_name

    text, tables, lived = company.text, company.world.tables, company.world
    return text.shared(
        "company.size",
        customers=text.number(tables["customers"].num_rows),
        orders=text.number(tables["orders"].num_rows),
        since=text.date(lived.start.date()),
        until=text.date(lived.until.date() - timedelta(days=1)),
        currency=get_currency_name(company.currency, count=2, locale=text.language.replace("-", "_")),
    )
