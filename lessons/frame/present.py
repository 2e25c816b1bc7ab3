"""How does a topic look on the projector?  One stage, one screen, turned by a clicker."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

import streamlit as st

from lessons.frame import checks, choose
from lessons.words import Text

BEFORE_CHECKS = 5
# Letters a line (a Chinese one counts twice) and lines with the heading that 1280 × 720 holds under the title at 24 px.
_LETTERS, _LINES = 88, 15


def on() -> bool:
    """Say whether the page is being projected."""
    return st.query_params.get("present") == "1"


def start() -> None:
    """Begin at the first stage."""
    st.query_params["present"], st.query_params["stage"] = "1", "1"


def leave() -> None:
    """Return to the page with everything on it."""
    for name in ("present", "stage"):
        if name in st.query_params:
            del st.query_params[name]


def _turn(by: int) -> None:
    st.query_params["stage"] = str(_stage(99) + by)


def _stage(count: int) -> int:
    raw = st.query_params.get("stage", "1")
    return min(max(int(raw), 1), count) if raw.isascii() and raw.isdigit() and len(raw) < 4 else 1


def has_room(words: str) -> bool:
    """Say whether these words alone, a heading first, fit one screen in larger letters; a formula or table does not.

    >>> has_room("## Why\\n\\nBecause."), has_room("## Why\\n\\n" + "Because. " * 200)
    (True, False)
    """
    if "$$" in words or "\n|" in words:
        return False
    lines = 0.0
    for paragraph in words.removeprefix("## ").split("\n\n"):
        breadths = (sum(2 if letter > "\u2e7f" else 1 for letter in line) for line in paragraph.split("\n"))
        lines += 0.5 + sum(math.ceil(breadth / _LETTERS) for breadth in breadths)
    return lines <= _LINES


def prose(words: str, *, place: Any = st, width: int | Literal["stretch"] = "stretch") -> None:
    """Draw in `place` the words that a stage consists of, larger where they leave room for it."""
    if has_room(words):
        place.container(key="projected.prose").markdown(words, width="stretch")
    else:
        place.markdown(words, width=width)


@contextmanager
def screen(text: Text, *, title: str, count: int, ready: bool = True) -> Iterator[int]:
    """Draw the projector's frame round one of `count` stages, and give the number of the stage to be drawn in it.

    Until the learner is `ready` there is only the first.
    """
    from lessons import frame

    stage = _stage(count) if ready else 1
    # The app's only style: what is measured in rem grows with the room; an emptied sidebar would stay, and so
    # would the room below a page that is read to its end.
    st.html(
        "<style>:root{font-size:20px} [data-testid=stSidebar]{display:none}"
        "[data-testid=stMainBlockContainer]{padding-bottom:.25rem}"
        "[class*=st-key-projected-prose] :is(p,li){font-size:1.2rem}</style>"
    )
    with frame.page_column(width=1280, gap="small"):
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.title(title, width="stretch", anchor=False)
            st.button(
                "",
                icon=":material/chevron_left:",
                shortcut="PageUp",
                help=text.shared("topic.back"),
                key="present.back",
                disabled=stage == 1,
                on_click=_turn,
                args=(-1,),
            )
            st.button(
                "",
                icon=":material/chevron_right:",
                shortcut="PageDown",
                help=text.shared("topic.next"),
                key="present.next",
                disabled=not ready or stage == count,
                on_click=_turn,
                args=(1,),
            )
            st.button(
                "",
                icon=":material/close_fullscreen:",
                help=text.shared("topic.leave"),
                type="tertiary",
                key="present.leave",
                on_click=leave,
            )
        yield stage


def topic(text: Text, *, model: Callable[..., None]) -> None:
    """Draw one stage of a topic: model, why, by hand, formula, truth, then each question."""
    from lessons import frame

    assert text.topic is not None
    count = BEFORE_CHECKS + len(text.topic.facts["checks"])
    title = text.words["question_short"]
    with screen(text, title=title, count=count, ready=frame.locked(text)) as stage:
        if stage > BEFORE_CHECKS:
            checks.draw(text, only=stage - BEFORE_CHECKS - 1)
            return
        data = choose.data(text)
        if data is not None:
            frame.present_stage(text, model, data, stage)
