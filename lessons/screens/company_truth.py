"""What was really true of this company's customers?  Closed until the reader has committed to an answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from lessons import charts, topics
from lessons.frame import draw_chart, key_figures, memory
from lessons.frame.data import COMPANY
from lessons.screens import company_browse
from lessons.screens.company_world import Company, truth_tables

START = 50


def path(company: str) -> str:
    """Return the name under which the prediction on this page is kept.

    >>> path("telecom")
    'company/telecom'
    """
    return f"company/{company}"


def is_open(company: str) -> bool:
    """Say whether any prediction on this company is locked: this page's own, or a topic's that works on it."""
    locked = memory.progress().predictions
    return path(company) in locked or (company == COMPANY and any(topic.path in locked for topic in topics()))


def draw(company: Company, *, pages: Mapping[str, Any]) -> None:
    """Draw the question and the closed truth, or the truth with its tables."""
    if not is_open(company.name):
        _question(company, pages)
        return
    guess = memory.progress().predictions.get(path(company.name))
    if guess is not None:
        said = company.text.shared("company.truth_locked", guess=company.text.percent(guess / 100))
        st.markdown(f"◇ {said} :gray[:material/lock:]")
    _truth(company, guess)
    st.header(company.text.shared("company.truth_tables"), anchor=False)
    company_browse.draw(company, truth_tables(), key="truth")


def _question(company: Company, pages: Mapping[str, Any]) -> None:
    text, key = company.text, f"company.guess.{company.name}"
    with st.container(border=True):
        st.header(text.shared("topic.predict"), anchor=False)
        st.markdown(text.shared("company.truth_ask"), width=510)
        memory.seed(key, "guess", START, _percent)
        value = st.slider(
            text.shared("company.truth_slider"),
            0,
            100,
            key=key,
            format="%d%%",
            persist_state="session",
            width=510,
        )
        memory.keep("guess", value, START)
        st.button(
            text.shared("topic.lock"),
            icon=":material/lock:",
            type="primary",
            key="company.lock",
            on_click=_lock,
            args=(company.name, key),
        )
    with st.container(border=True, gap="xsmall"):
        st.markdown(
            f":gray[:material/lock:] **{text.shared('topic.truth')}** · "
            f":gray[{text.shared('topic.truth_opens')}]"
        )
        if company.name == COMPANY:
            first = topics()[0]
            with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
                st.markdown(f":small[:gray[{text.shared('company.truth_topic')}]]", width="content")
                st.page_link(
                    pages[first.path], icon=":material/arrow_forward:", query_params={"lang": text.language}
                )


def _percent(raw: str) -> int:
    value = int(raw)
    if not 0 <= value <= 100:
        raise ValueError(raw)
    return value


def _lock(company: str, key: str) -> None:
    # What the slider says now, which may be newer than what the page was last drawn with.
    memory.predicted(path(company), st.session_state[key])


def _truth(company: Company, guess: float | None) -> None:
    text, truth = company.text, company.world.tables["truth_customers"]
    left = 1 - float(truth["alive"].to_numpy().mean())
    said = {"left": text.percent(left), "customers": text.number(truth.num_rows)}
    with st.container(border=True):
        st.header(f":orange[■ {text.shared('topic.truth')}]", anchor=False)
        words, chart = st.columns([1, 1.45], gap="medium")
        with words:
            if guess is None:
                st.markdown(text.shared("company.truth_unsaid", **said))
            else:
                st.markdown(text.shared("company.truth_said", **said, guess=text.percent(guess / 100)))
            st.markdown(text.shared("company.truth_why"))
            figures = [(text.shared("company.truth_is"), text.percent(left))]
            if guess is not None:
                figures.insert(0, (text.shared("company.truth_you"), text.percent(guess / 100)))
            key_figures(figures)
        with chart:
            heading = text.shared("company.truth_chart")
            st.markdown(f"**{heading}**")
            draw_chart(_reasons(company), key="company_truth_chart", alt=heading)


def _reasons(company: Company) -> charts.Figure:
    """Draw the reasons for which customers left, the most frequent on top."""
    text, words = company.text, company.codes("departure_reason")
    reasons = company.world.tables["truth_customers"]["departure_reason"].drop_null()
    counts = {one["values"]: one["counts"] for one in reasons.value_counts().to_pylist()}
    shares = sorted(
        (count / max(len(reasons), 1), words.get(reason, reason)) for reason, count in counts.items()
    )
    figure = charts.blank(height=290)
    charts.bars(
        figure,
        x=[reason for _, reason in shares],
        y=[share for share, _ in shares],
        sign="truth",
        across=True,
    )
    highest = max((share for share, _ in shares), default=1.0)
    for share, reason in shares:
        note = {"x": share, "y": reason, "text": text.percent(share), "xanchor": "left", "showarrow": False}
        figure["layout"]["annotations"].append(
            note | {"xshift": 6, "font": {"size": 14, "color": charts.TRUTH}}
        )
    figure["layout"]["margin"] = figure["layout"]["margin"] | {"t": 4}
    figure["layout"]["xaxis"] |= {"visible": False, "range": [0, highest * 1.2]}
    figure["layout"]["yaxis"]["showgrid"] = False
    return figure
