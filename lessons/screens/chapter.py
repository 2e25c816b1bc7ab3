"""What will this chapter teach me, and in which order?  A chapter's opening page.

A case from business, the chapter's map, its topics, the ideas that are read rather than moved, and two questions to
talk about. Which sections of the prose teach which concepts stands in chapter.toml.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from lessons import Chapter
from lessons.frame import memory, page_column, present, tabs
from lessons.screens import idea_map
from lessons.words import Text, text_of


def page(chapter: Chapter, *, code: str, pages: Mapping[str, Any]) -> None:
    """Draw the chapter's opening page; on the projector one part of it at a time."""
    text, words = Text(code), Text(code, chapter.folder)
    if present.on():
        _present(text, words, chapter)
        return
    with page_column(width=1080):
        with st.container(gap="small"):
            st.title(words.title, anchor=False)
            st.markdown(f"**{words.words['question']}**", width=640)
            st.markdown(words.words["aim"], width=640)
        left, right = st.columns(2, gap="large")
        with left:
            _prose(words, "case")
        with right:
            _map(text, words, chapter, pages)
        left, right = st.columns(2, gap="large")
        with left:
            _prose(words, "way")
        with right:
            _topics(text, chapter, pages)
        reads = chapter.facts.get("reads", [])
        for first in range(0, len(reads), 2):
            for column, read in zip(st.columns(2, gap="large"), reads[first : first + 2], strict=False):
                with column.container(gap="small"):
                    _prose(words, read["section"])
                    if "diagram" in read:
                        _diagram(text, read["diagram"], words.words["diagram"][read["section"]])
                    tabs.term_row(words, read["concepts"])
        _discuss(text, words)
        _sources(text, chapter)


def _present(text: Text, words: Text, chapter: Chapter) -> None:
    """Draw one screen: case and map, then each idea, then the questions to talk about."""
    reads = chapter.facts.get("reads", [])
    with present.screen(text, title=words.words["question"], count=len(reads) + 2) as stage:
        if stage == 1:
            left, right = st.columns([1, 0.85], gap="large", vertical_alignment="center")
            with left:
                _prose(words, "case")
            with right:
                _diagram(text, chapter.facts["map"], words.words["map"])
        elif stage == len(reads) + 2:
            _discuss(text, words)
        else:
            _one_idea(text, words, reads[stage - 2])


def _one_idea(text: Text, words: Text, read: Mapping[str, Any]) -> None:
    if "diagram" not in read:
        section = words.section(read["section"])
        present.prose(f"## {section.heading}\n\n{section.body}", width=1000)
        return
    left, right = st.columns([1.4, 1], gap="large", vertical_alignment="center")
    with left:
        _prose(words, read["section"])
    with right:
        _diagram(text, read["diagram"], words.words["diagram"][read["section"]])


def _prose(words: Text, name: str) -> None:
    if words.has(name):
        section = words.section(name)
        with st.container(gap="small"):
            st.header(section.heading, anchor=False)
            st.markdown(section.body)


def _map(text: Text, words: Text, chapter: Chapter, pages: Mapping[str, Any]) -> None:
    facts = chapter.facts.get("map")
    if facts is None:
        return
    section = words.section("map")
    with st.container(gap="small"):
        st.header(section.heading, anchor=False)
        _diagram(text, facts, words.words["map"])
        st.markdown(section.body)
        with st.container(horizontal=True, gap="small"):
            for box in facts["boxes"]:
                if box.get("opens") in pages:
                    name = _unbroken(text, words.words["map"][box["name"]])
                    if st.button(
                        name, type="tertiary", icon=":material/arrow_forward:", key=f"map.{box['name']}"
                    ):
                        st.switch_page(pages[box["opens"]], query_params={"lang": text.language})


def _diagram(text: Text, facts: Mapping[str, Any], names: Mapping[str, str]) -> None:
    arrows = text.shared("home.comma").join(
        f"{_unbroken(text, names[arrow['from']])} → {_unbroken(text, names[arrow['to']])}"
        for arrow in facts["arrows"]
    )
    st.image(
        idea_map.svg(facts["boxes"], facts["arrows"], names, language=text.language),
        alt=text.shared("chapter.map_alt", arrows=arrows),
        width="stretch",
    )


def _unbroken(text: Text, label: str) -> str:
    """Return a box's words on one line; a word that a hyphen breaks is whole again."""
    return label.replace("-|", "").replace("|", " " if text.language == "en" else "")


def _topics(text: Text, chapter: Chapter, pages: Mapping[str, Any]) -> None:
    done = memory.progress().done
    following = next((topic for topic in chapter.topics if topic.path not in done), None)
    with st.container(gap="small"):
        for topic in chapter.topics:
            named = text_of(topic, text.language)
            badge = (
                f" :green-badge[:material/check: {text.shared('topic.done')}]" if topic.path in done else ""
            )
            with st.container(border=True, horizontal=True, vertical_alignment="center"):
                minutes = text.shared("home.minutes", minutes=topic.minutes)
                st.markdown(f"**{named.short}**{badge}  \n:small[:gray[{minutes}]]", width="stretch")
                if st.button(
                    text.shared("home.open"),
                    key=f"open.{topic.path}",
                    type="primary" if topic == following else "secondary",
                ):
                    st.switch_page(pages[topic.path], query_params={"lang": text.language})


def _discuss(text: Text, words: Text) -> None:
    questions = words.words.get("discuss", [])
    if not questions:
        return
    with st.container(gap="small"):
        st.header(text.shared("chapter.discuss"), anchor=False)
        st.markdown(f":small[:gray[{text.shared('chapter.discuss_how')}]]")
        for number, (column, question) in enumerate(
            zip(st.columns(len(questions)), questions, strict=True), 1
        ):
            key = f"projected.prose.{number}" if present.on() else None
            with column.container(border=True, height="stretch", key=key):
                st.markdown(question)


def _sources(text: Text, chapter: Chapter) -> None:
    if chapter.facts["sources"]:
        with st.expander(text.shared("topic.sources")):
            for source in chapter.facts["sources"]:
                st.markdown(f"- {tabs.cite(source)}")
