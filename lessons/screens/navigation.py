"""Where am I, and where can I go?  The sidebar: chapters, the open chapter's topics, language, present mode."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

import streamlit as st

from lessons import Chapter, after, chapters
from lessons.frame import memory, page_column, present
from lessons.words import LANGUAGES, Text, text_of

HOME, COMPANY, GLOSSARY, PROGRESS = "", "company", "glossary", "progress"


def language(*, asked: str) -> str:
    """Return the reader's language: what this session or the URL says, else what the browser asked for."""
    memory.seed("language", "lang", asked, lambda raw: list(LANGUAGES)[list(LANGUAGES).index(raw)])
    return st.session_state["language"]


def unknown_address(known: Iterable[str]) -> str:
    """Return the address that this visit began with where no page has it, else an empty text.

    Kept for the whole visit: a page that is gone on the next run would send the visitor away.
    """
    if "address" not in st.session_state:
        asked = unquote(urlsplit(st.context.url or "").path).rstrip("/").rsplit("/")[-1].strip()
        st.session_state["address"] = "" if asked in {*known} else asked
    return st.session_state["address"]


def written_back(code: str) -> None:
    """Keep the language in the URL: a click on a page link drops it, so every run writes it again."""
    if st.query_params.get("lang") != code:
        st.query_params["lang"] = code


def sidebar(*, pages: Mapping[str, Any], here: str, code: str) -> None:
    """Draw the sidebar; `pages` by path ('' is home), `here` the open page's path."""
    text = Text(code)
    keep = {"lang": code}
    with st.sidebar:
        for place, name, icon in (
            (HOME, "app.name", "sailing"),
            (COMPANY, "company.title", "table"),
            (GLOSSARY, "glossary.title", "menu_book"),
            (PROGRESS, "progress.title", "flag"),
        ):
            st.page_link(
                pages[place],
                label=text.shared(name),
                icon=f":material/{icon}:",
                width="stretch",
                query_params=keep,
            )
        for chapter in chapters():
            if chapter.topics:
                _chapter(chapter, pages=pages, here=here, code=code)
        st.divider()
        st.segmented_control(
            text.shared("topic.language"),
            list(LANGUAGES),
            format_func=LANGUAGES.__getitem__,
            key="language",
            required=True,
            persist_state="session",
        )
        if "/" in here or here in {chapter.name for chapter in chapters()}:
            st.button(
                text.shared("topic.present"),
                icon=":material/slideshow:",
                key="present",
                on_click=present.start,
            )
        if reason := memory.progress().unkept:
            st.info(text.shared(f"errors.{reason}"))


def onward(*, pages: Mapping[str, Any], here: str, code: str) -> None:
    """Draw the way on at the end of a topic or a chapter's opening: to the next topic, or the next chapter."""
    text, step = Text(code), after(here)
    path, words = (step.path, Text(code, step.folder)) if step else (PROGRESS, None)
    name = words.short if words else text.shared("progress.title")
    with page_column(width=1080), st.container(horizontal=True, horizontal_alignment="right"):
        if st.button(
            f"{text.shared('topic.next')}{text.shared('home.colon')}{name}",
            icon=":material/arrow_forward:",
            icon_position="right",
            key="onward",
        ):
            st.switch_page(pages[path], query_params={"lang": code})


def _chapter(chapter: Chapter, *, pages: Mapping[str, Any], here: str, code: str) -> None:
    keep = {"lang": code}
    words = Text(code, chapter.folder)
    # At home, the chapter that the learner was in last.
    opened = (here or memory.progress().latest or chapters()[0].name).split("/")[0] == chapter.name
    st.page_link(
        pages[chapter.name], label=f":small[{words.short}]", icon="", width="stretch", query_params=keep
    )
    if not opened:
        return
    for topic in chapter.topics:
        done = topic.path in memory.progress().done
        st.page_link(
            pages[topic.path],
            label=text_of(topic, code).short,
            icon=":material/check_circle:" if done else ":material/radio_button_unchecked:",
            width="stretch",
            query_params=keep,
        )
