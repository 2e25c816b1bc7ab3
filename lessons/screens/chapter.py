"""What will this chapter teach me, and in which order?  A chapter's opening page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from lessons import Chapter
from lessons.frame import memory, page_column
from lessons.words import Text, text_of


def page(chapter: Chapter, *, code: str, pages: Mapping[str, Any]) -> None:
    """Draw the chapter's aim, the way through it, and its topics with minutes and what is done."""
    text, words = Text(code), Text(code, chapter.folder)
    with page_column(width=1080):
        with st.container(gap="small"):
            st.title(words.title, anchor=False)
            st.markdown(f"**{words.words['question']}**", width=510)
            st.markdown(words.words["aim"], width=510)
        if words.has("way"):
            way = words.section("way")
            with st.container(gap="small"):
                st.header(way.heading, anchor=False)
                st.markdown(way.body, width=510)
        with st.container(gap="small"):
            for topic in chapter.topics:
                named = text_of(topic, code)
                with st.container(border=True, horizontal=True, vertical_alignment="center", width=640):
                    badge = (
                        f" :green-badge[:material/check: {text.shared('topic.done')}]"
                        if topic.path in memory.progress().done
                        else ""
                    )
                    minutes = text.shared("home.minutes", minutes=topic.minutes)
                    st.markdown(f"{named.title}{badge}  \n:small[:gray[{minutes}]]", width="stretch")
                    if st.button(text.shared("home.open"), key=f"open.{topic.path}"):
                        st.switch_page(pages[topic.path], query_params={"lang": code})
