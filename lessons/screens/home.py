"""What is this, and where do I begin?  The home page."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st

from lessons import Chapter, Topic, chapters, way
from lessons.frame import memory, page_column
from lessons.words import Text

ICON = str(Path(__file__).with_name("icon.svg"))


def page(*, code: str, pages: Mapping[str, Any]) -> None:
    """Draw the home page: three sentences, one way in, and the chapters as cards."""
    text = Text(code)
    with page_column(width=1040):
        _welcome(text, pages)
        st.header(text.shared("app.chapters"), anchor=False)
        shown = sorted(chapters(), key=lambda chapter: not chapter.topics)
        with st.container(gap="small"):
            for first in range(0, len(shown), 3):
                for column, chapter in zip(st.columns(3), shown[first : first + 3], strict=False):
                    with column:
                        _card(text, chapter, pages)


def _welcome(text: Text, pages: Mapping[str, Any]) -> None:
    begun = bool(memory.progress().latest or memory.progress().predictions)
    step = _where_i_was()
    words = Text(text.language, step.folder)
    left, right = st.columns([1.35, 1], gap="medium", vertical_alignment="center")
    with left:
        st.title(text.shared("app.name"), anchor=False)
        st.header(text.shared("app.tagline"), anchor=False)
        st.markdown(text.shared("app.intro"), width=510)
        with st.container(horizontal=True, vertical_alignment="center"):
            verb = text.shared("home.continue" if begun else "home.start")
            if st.button(
                f"{verb}{text.shared('home.colon')}{words.words.get('invitation', words.title)}",
                type="primary",
                icon=":material/arrow_forward:",
                icon_position="right",
                key="start",
            ):
                st.switch_page(pages[step.path], query_params={"lang": text.language})
            st.markdown(f":gray[{text.shared('home.minutes', minutes=step.minutes)}]", width="content")
    with right:
        st.image(str(Path(__file__).with_name("home.svg")), alt=text.shared("app.picture"), width="stretch")
        with st.container(horizontal=True, horizontal_alignment="center", gap="xsmall"):
            st.markdown(f":small[**◇ {text.shared('signs.your_prediction')}**]", width="content")
            st.markdown(f":small[:blue[**● {text.shared('signs.the_model')}**]]", width="content")
            st.markdown(f":small[:orange[**■ {text.shared('signs.the_truth')}**]]", width="content")


def _where_i_was() -> Chapter | Topic:
    """Return the page opened last or, where that topic is done, the next; for a newcomer the first chapter."""
    steps, done = way(), memory.progress().done
    at = next((number for number, step in enumerate(steps) if step.path == memory.progress().latest), 0)
    return next((step for step in steps[at:] if step.path not in done), steps[at])


def _card(text: Text, chapter: Chapter, pages: Mapping[str, Any]) -> None:
    words = Text(text.language, chapter.folder)
    with st.container(border=True, height="stretch", gap="xsmall"):
        st.subheader(words.title, anchor=False)
        st.markdown(words.words["question"])
        if not chapter.topics:
            st.markdown(f":small[:gray[{words.words['aim']}]]")
            st.space("stretch")
            st.markdown(f":gray-badge[:material/edit: {text.shared('home.being_written')}]")
            return
        st.space("stretch")
        done = sum(topic.path in memory.progress().done for topic in chapter.topics)
        count = text.shared("home.of_done", done=done, all=len(chapter.topics))
        st.progress(done / len(chapter.topics), text=count)
        with st.container(horizontal=True, vertical_alignment="center"):
            size = text.shared("home.topics", topics=len(chapter.topics), minutes=chapter.minutes)
            st.markdown(f":small[:gray[{size}]]", width="stretch")
            if st.button(
                text.shared("home.continue" if done else "home.open"),
                type="tertiary",
                icon=":material/arrow_forward:",
                icon_position="right",
                key=f"open.{chapter.name}",
            ):
                st.switch_page(pages[chapter.name], query_params={"lang": text.language})
