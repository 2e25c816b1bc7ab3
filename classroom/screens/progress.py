"""What have I done, and where do I go on?  The learner's own page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

import exercises
from exercises.words import words
from lessons import Chapter, Topic, chapters, topics
from lessons.frame import memory, page_column
from lessons.frame.stage import written
from lessons.words import Text, text_of


def page(*, code: str, pages: Mapping[str, Any], learner: str) -> None:
    """Draw what is done: in all, then by chapter and topic, with predictions and exercises.

    `learner` is the code whose numbers the exercises have, here and on the command line.
    """
    text, progress = Text(code), memory.progress()
    solved = {name for name, tries in progress.attempts.items() if any(one["right"] for one in tries)}
    with page_column(width=1080):
        with st.container(gap="small"):
            st.title(text.shared("progress.title"), anchor=False)
            if progress.unkept:
                st.info(text.shared(f"errors.{progress.unkept}"))
            with st.container(horizontal=True, gap="medium"):
                count = [
                    ("topics_done", len(progress.done), len(topics())),
                    ("exercises_solved", len(solved), len(exercises.exercises())),
                ]
                for label, done, all_there in count:
                    st.metric(
                        text.shared(f"progress.{label}"),
                        text.shared("progress.of", done=text.number(done), all=text.number(all_there)),
                        width=150,
                    )
                predicted = sum(topic.path in progress.predictions for topic in topics())
                st.metric(text.shared("progress.predictions"), text.number(predicted), width=150)
            _go_on(text, pages)
        for chapter in chapters():
            if chapter.topics:
                _chapter(text, chapter, solved, pages)
        command = "`uv run python -m exercises list`"
        said = text.shared("practice.your_code", code=f"`{learner}`", command=command)
        st.markdown(f":small[:gray[{said}]]")


def _go_on(text: Text, pages: Mapping[str, Any]) -> None:
    progress = memory.progress()
    if not progress.latest:
        st.markdown(text.shared("progress.nothing"), width=510)
    path = (
        progress.latest
        if progress.latest in pages
        else next(chapter.path for chapter in chapters() if chapter.topics)
    )
    if st.button(
        text.shared("home.continue" if progress.latest else "home.start"),
        type="primary",
        icon=":material/arrow_forward:",
        icon_position="right",
        key="progress.continue",
    ):
        st.switch_page(pages[path], query_params={"lang": text.language})


def _chapter(text: Text, chapter: Chapter, solved: set[str], pages: Mapping[str, Any]) -> None:
    done = sum(topic.path in memory.progress().done for topic in chapter.topics)
    with st.container(gap="small"):
        st.header(Text(text.language, chapter.folder).title, anchor=False)
        st.progress(
            done / len(chapter.topics),
            text=text.shared("home.of_done", done=done, all=len(chapter.topics)),
            width=510,
        )
        for topic in chapter.topics:
            _topic(text, topic, solved, pages)


def _topic(text: Text, topic: Topic, solved: set[str], pages: Mapping[str, Any]) -> None:
    progress, named = memory.progress(), text_of(topic, text.language)
    with st.container(border=True):
        left, right = st.columns([1.15, 1], gap="small", vertical_alignment="center")
        left.page_link(
            pages[topic.path],
            label=f"**{named.short}**",
            icon=":material/check_circle:"
            if topic.path in progress.done
            else ":material/radio_button_unchecked:",
            query_params={"lang": text.language},
        )
        lines = []
        if topic.path in progress.predictions:
            guess = written(named, progress.predictions[topic.path], topic.facts["predict"], currency="CNY")
            lines.append(
                "◇ " + named.words["predict"]["locked"].replace("{guess}", guess.replace("$", "\\$"))
            )
        for exercise in exercises.of_topic(topic):
            tries = progress.attempts.get(exercise.path, [])
            state = "solved" if exercise.path in solved else "tried" if tries else "open"
            count = text.shared(f"progress.{state}", tries=text.number(len(tries)))
            lines.append(f"{words(exercise, text.language).title} · :gray[{count}]")
        right.markdown("  \n".join(f":small[{line}]" for line in lines))
