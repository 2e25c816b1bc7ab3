"""What does the page remember?  Controls live in the URL and the session, commitments with a recorder.

A phone that slept comes back as a new session: the URL brings the controls, the recorder (which app.py
installs, so that lessons know nothing of the classroom) brings what was locked and answered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import streamlit as st

Recorder = Callable[[str, str, str, Any], None]
_PROGRESS, _RECORDER, _SHELF, _LANGUAGES = "progress", "recorder", "shelf", "languages"


@dataclass
class Progress:
    """What one learner has committed to: predictions by topic, the latest answers by topic and check.

    `attempts` are the answers to exercises, oldest first, by exercise; `latest` is the page of the course opened last.
    `unkept` says why nothing is kept beyond this visit (not_kept, no_cookie); it is empty where all is.
    """

    predictions: dict[str, Any] = field(default_factory=dict)
    checks: dict[str, dict[str, str]] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    attempts: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    latest: str = ""
    unkept: str = ""


def install(*, recorder: Recorder, progress: Progress, shelf: dict[str, Any]) -> None:
    """Let `recorder(kind, topic, name, value)` hear what the learner does; start from `progress`.

    `shelf` outlives the session: the learner's own file lies there.
    """
    st.session_state[_RECORDER] = recorder
    st.session_state[_SHELF] = shelf
    st.session_state[_PROGRESS] = progress


def installed() -> bool:
    """Say whether this session already knows its learner's progress."""
    return _PROGRESS in st.session_state


def progress() -> Progress:
    """Return this session's progress, empty at first."""
    if _PROGRESS not in st.session_state:
        st.session_state[_PROGRESS] = Progress()
    return st.session_state[_PROGRESS]


def shelf() -> dict[str, Any]:
    """Return what outlives this session, or, where nothing was installed, what lives as long as it."""
    return st.session_state.setdefault(_SHELF, {})


def predicted(topic: str, value: float) -> None:
    """Lock a prediction; what is locked stays."""
    if topic not in progress().predictions:
        progress().predictions[topic] = value
        _tell("predicted", topic, "", value)


def checked(topic: str, name: str, answer: str, *, all_checks: list[str]) -> None:
    """Keep the answer to a check, and the topic as done when nothing is open any more."""
    answers = progress().checks.setdefault(topic, {})
    answers[name] = answer
    _tell("checked", topic, name, answer)
    if topic in progress().predictions and all(check in answers for check in all_checks):
        finish(topic)


def finish(topic: str) -> None:
    """Count the topic as done, once."""
    if topic not in progress().done:
        progress().done.add(topic)
        _tell("done", topic, "", True)


def opened(path: str) -> None:
    """Keep which page of the course the learner is on, so that the next visit can go on there."""
    if progress().latest != path:
        progress().latest = path
        _tell("opened", path, "", True)


def attempted(exercise: str, variant: int, what: dict[str, Any]) -> None:
    """Keep one answer to an exercise; `what` says how it was typed and how it was marked."""
    progress().attempts.setdefault(exercise, []).append({**what, "variant": variant})
    _tell("attempted", exercise, str(variant), what)


def _tell(kind: str, topic: str, name: str, value: Any) -> None:
    recorder = st.session_state.get(_RECORDER)
    if recorder:
        recorder(kind, topic, name, value)


def seed(key: str, name: str, start: Any, read: Callable[[str], Any]) -> None:
    """Give the widget `key` its first value: from the URL's `name`, where `read` accepts it, else `start`."""
    if key in st.session_state:
        return
    try:
        st.session_state[key] = read(st.query_params[name])
    except (KeyError, ValueError):
        st.session_state[key] = start


def in_language(key: str, language: str) -> None:
    """Tell the browser anew what is chosen under `key` where the language is another than last time.

    It knows a choice only by its words: after a change of language it would show none, and then lose it.
    """
    # One entry for all: Streamlit goes through every entry of the session for each widget that it draws.
    shown = st.session_state.setdefault(_LANGUAGES, {})
    if shown.get(key, language) != language and key in st.session_state:
        st.session_state[key] = st.session_state[key]
    shown[key] = language


def keep(name: str, value: Any, start: Any) -> None:
    """Write a control's value into the URL, or take it out when it is the one that the page starts with."""
    if value == start:
        if name in st.query_params:
            del st.query_params[name]
    elif st.query_params.get(name) != str(value):
        st.query_params[name] = str(value)
