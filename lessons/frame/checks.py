"""Does the learner know why?  Short questions; every answer is answered with its reason."""

from __future__ import annotations

import streamlit as st

from lessons.frame import memory
from lessons.words import Text


def draw(text: Text, *, only: int | None = None) -> None:
    """Draw the topic's questions with the answers given so far; `only` one of them in present mode."""
    assert text.topic is not None
    listed = text.topic.facts["checks"]
    with st.container(gap="small"):
        st.header(text.shared("topic.check"), anchor=False)
        for number, check in enumerate(listed):
            if only is None or number == only:
                names = [other["name"] for other in listed]
                _question(text, check, all_checks=names, projected=only is not None)


def _question(text: Text, check: dict, *, all_checks: list[str], projected: bool) -> None:
    assert text.topic is not None
    name, path = check["name"], text.topic.path
    words = text.words["check"][name]
    answered = memory.progress().checks.get(path, {}).get(name)
    key = f"{text.topic.name}.check.{name}"
    if key not in st.session_state and answered in check["options"]:
        st.session_state[key] = answered
    memory.in_language(key, text.language)
    with st.container(gap="small"):
        if projected:
            # A radio's own label is small print.
            st.markdown(f"**{words['ask']}**")
        chosen = st.radio(
            words["ask"],
            check["options"],
            None,
            format_func=lambda code: words[code],
            key=key,
            persist_state="session",
            label_visibility="collapsed" if projected else "visible",
        )
        st.button(
            text.shared("topic.answer"),
            key=f"{key}.answer",
            disabled=chosen is None,
            on_click=_answer,
            args=(path, name, key),
            kwargs={"all_checks": all_checks},
        )
        if answered in check["options"]:
            verdict(text, correct=answered == check["right"], words=words["replies"][answered])


def _answer(path: str, name: str, key: str, *, all_checks: list[str]) -> None:
    # What is chosen now, which may be newer than what the page was last drawn with.
    memory.checked(path, name, st.session_state[key], all_checks=all_checks)


def verdict(text: Text, *, correct: bool, words: str) -> None:
    """Say how an answer stands, and always why."""
    head = text.shared("topic.correct" if correct else "topic.not_yet")
    said(text, head=head, words=words, icon="check_circle" if correct else "lightbulb", good=correct)


def said(text: Text, *, head: str, words: str, icon: str, good: bool = False) -> None:
    """Draw what is said to an answer: a head in bold, and the reason."""
    # The full stop stands outside the bold words: inside, Chinese text would show the asterisks.
    stop = ". " if text.language == "en" else "。"
    with st.container(border=True, width=640):
        st.markdown(
            f":{'green' if good else 'gray'}[:material/{icon}:] **{head.rstrip('.。 ')}**{stop}{words}"
        )
