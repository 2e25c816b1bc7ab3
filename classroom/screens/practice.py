"""What is there to practise here?  The exercises of a topic, drawn below its page.

A learner gets numbers of their own, answers, and hears the reason or the mistake's name. After an answer that was not
right there are new numbers, and after three the worked solution. Every answer is kept.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

import exercises
from exercises import Exercise, Variant, Verdict, files, mark, variant
from exercises.words import Words, words
from lessons import Topic
from lessons.frame import checks, memory, page_column
from lessons.frame.drawing import numbers_right
from lessons.words import Text

TRIES_BEFORE_SOLUTION = 3
ROWS_AT_ONCE, ROWS_SHOWN, ANSWER_KEPT, LARGEST_MB = 12, 500, 2000, 5
WAYS = ("rule", "file", "text")
# What counts as a try: a slip of unit and what could not be read do not.
_TRIES = ("mistake", "wrong")
_ICONS = {"right": "check_circle", "unreadable": "help", "slip": "straighten"}


def draw(topic: Topic, *, code: str, learner: str) -> None:
    """Draw the topic's exercises; `learner` is whose numbers they are."""
    listed = exercises.of_topic(topic)
    if not listed:
        return
    text = Text(code)
    with page_column(width=1080), st.container(gap="small"):
        st.header(text.shared("topic.practice"), anchor=False)
        for exercise in listed:
            _one(text, exercise, learner)


@st.fragment
def _one(text: Text, exercise: Exercise, learner: str) -> None:
    said, key = words(exercise, text.language), f"practice.{exercise.name}"
    tries = memory.progress().attempts.get(exercise.path, [])
    opened = st.session_state.get(f"{key}.open", False)
    with st.container(border=True, gap="small", key=f"{key}.card"):
        with st.container(horizontal=True, vertical_alignment="center"):
            solved = any(one["right"] for one in tries)
            badge = f" :green-badge[:material/check: {text.shared('topic.done')}]" if solved else ""
            st.markdown(f"**{said.title}**{badge}  \n:small[:gray[{said.kind}]]", width="stretch")
            verb = "practice.close" if opened else "home.continue" if tries else "topic.begin"
            st.button(text.shared(verb), key=f"{key}.toggle", on_click=_toggle, args=(key,))
        if opened:
            _opened(text, said, exercise, learner, key, tries)


def _toggle(key: str) -> None:
    st.session_state[f"{key}.open"] = not st.session_state.get(f"{key}.open", False)


def _opened(
    text: Text, said: Words, exercise: Exercise, learner: str, key: str, tries: list[dict[str, Any]]
) -> None:
    number = st.session_state.setdefault(f"{key}.number", _next_number(tries))
    with st.spinner(text.shared("practice.preparing")):
        mine = variant(exercise, learner=learner, number=number)
    st.markdown(said.ask(mine), width=640)
    _tables(text, said, mine, key)
    verdict: Verdict | None = st.session_state.get(f"{key}.verdict")
    _hints(text, said, mine, key)
    if verdict is None or verdict.found not in ("right", *_TRIES):
        if mine.exercise.kind != "ranking":  # its buttons say how, and nothing is typed
            st.markdown(f":small[:gray[{said.how_to_answer(mine)}]]")
        _ASK[mine.exercise.kind](text, said, mine, key)
        if verdict is not None:
            _verdict(text, said, mine, verdict)
        return
    if given := st.session_state.get(f"{key}.given"):
        # Plain text: what a learner types is never read as Markdown.
        st.text(f"◇ {given}")
    _verdict(text, said, mine, verdict)
    if verdict.right or _missed(tries) >= TRIES_BEFORE_SOLUTION:
        with st.expander(text.shared("practice.solution"), expanded=not verdict.right):
            st.markdown(said.solution(mine), width=640)
    st.button(
        text.shared("practice.again" if verdict.right else "practice.new_numbers"),
        icon=":material/refresh:",
        key=f"{key}.new",
        on_click=_new_numbers,
        args=(key, number),
    )


def _next_number(tries: list[dict[str, Any]]) -> int:
    """Return the variant to begin with: a new one after an answer that was not right, else the last one."""
    if not tries:
        return 1
    last = tries[-1]
    return last["variant"] + (last["found"] in _TRIES)


def _missed(tries: list[dict[str, Any]]) -> int:
    """Count the answers that were not right since the last that was."""
    count = 0
    for one in reversed(tries):
        if one["right"]:
            break
        count += one["found"] in _TRIES
    return count


def _new_numbers(key: str, number: int) -> None:
    st.session_state[f"{key}.number"] = number + 1
    for name in ("verdict", "hints"):
        st.session_state.pop(f"{key}.{name}", None)


def _tables(text: Text, said: Words, mine: Variant, key: str) -> None:
    for name, rows in said.tables(mine).items():
        caption = said.caption(name)
        st.markdown(f"**{caption}** :small[:gray[{text.shared('practice.rows', n=text.number(len(rows)))}]]")
        st.dataframe(
            rows.head(ROWS_SHOWN),
            hide_index=True,
            column_config=numbers_right(rows),
            height="auto" if len(rows) <= ROWS_AT_ONCE else 290,
            key=f"{key}.table.{name}.{mine.number}",
            placeholder="–",
            alt=caption,
        )
    name = mine.exercise.name
    offers = [
        ("csv", "csv", partial(files.csv_bytes, mine)),
        ("xlsx", "xlsx", partial(files.xlsx_bytes, mine)),
    ]
    offers.append(("notebook", "ipynb", partial(files.notebook_bytes, mine, text.language)))
    with st.container(horizontal=True, gap="small"):
        for kind, ending, make in offers:
            st.download_button(
                text.shared(f"practice.{kind}"),
                make,
                f"{name}-{mine.number}.{ending}",
                key=f"{key}.{kind}",
                on_click="ignore",
                icon=":material/download:",
                type="tertiary",
            )


def _hints(text: Text, said: Words, mine: Variant, key: str) -> None:
    hints, shown = said.hints(mine), st.session_state.get(f"{key}.hints", 0)
    for number, hint in enumerate(hints[:shown], start=1):
        st.markdown(f":gray[:material/lightbulb:] :small[{number}/{len(hints)}] {hint}", width=640)
    if shown < len(hints):
        st.button(
            text.shared("practice.hint" if not shown else "practice.next_hint"),
            key=f"{key}.hint",
            type="tertiary",
            icon=":material/lightbulb:",
            on_click=_one_more_hint,
            args=(key, shown),
        )


def _one_more_hint(key: str, shown: int) -> None:
    st.session_state[f"{key}.hints"] = shown + 1


def _verdict(text: Text, said: Words, mine: Variant, verdict: Verdict) -> None:
    checks.said(
        text,
        head=said.shared["terminal"][verdict.found],
        words=said.feedback(mine, verdict),
        icon=_ICONS.get(verdict.found, "lightbulb"),
        good=verdict.right,
    )


def _submit(mine: Variant, key: str, raw: str | bytes) -> None:
    verdict = mark(mine, raw)
    st.session_state[f"{key}.verdict"] = verdict
    st.session_state[f"{key}.given"] = _given(mine, raw)
    if verdict.found == "unreadable":
        return
    answer = raw if isinstance(raw, str) else f"sha256 {hashlib.sha256(raw).hexdigest()}"
    memory.attempted(
        mine.exercise.path,
        mine.number,
        {
            "answer": answer[:ANSWER_KEPT],
            "right": verdict.right,
            "found": verdict.found,
            "mistake": verdict.mistake,
            "slip": verdict.slip,
            "score": verdict.score,
            "engine": mine.engine,
            "hints": st.session_state.get(f"{key}.hints", 0),
        },
    )


def _given(mine: Variant, raw: str | bytes) -> str:
    """Return what was typed as it is shown again; a list of ids and a file are too long for that."""
    if isinstance(raw, bytes) or mine.exercise.kind in ("decision", "scores", "choice"):
        return ""
    return " · ".join(line.strip() for line in raw.splitlines())[:200]


def _field(key: str, mine: Variant, name: str = "answer") -> str:
    # Another variant is another question: its fields begin empty.
    return f"{key}.{name}.{mine.number}"


@contextmanager
def _form(text: Text, mine: Variant, key: str, *fields: str) -> Iterator[None]:
    """Draw the fields that are drawn inside, and a button that hands them in together."""

    def answered() -> None:
        _submit(mine, key, "\n".join(st.session_state[field] for field in fields))

    with st.form(f"{key}.form", border=False):
        yield
        st.form_submit_button(text.shared("topic.answer"), key=f"{key}.answer", on_click=answered)


def _ask_in_words(text: Text, said: Words, mine: Variant, key: str) -> None:
    field = _field(key, mine)
    with _form(text, mine, key, field):
        st.text_input(said.title, key=field, label_visibility="collapsed", max_chars=2000, width=320)


def _ask_choice(text: Text, said: Words, mine: Variant, key: str) -> None:
    field, options = _field(key, mine), said.options(mine)

    def answered() -> None:
        _submit(mine, key, st.session_state[field])

    memory.in_language(field, text.language)
    chosen = st.radio(
        said.title,
        list(options),
        None,
        format_func=options.__getitem__,
        key=field,
        label_visibility="collapsed",
        persist_state="session",
    )
    st.button(text.shared("topic.answer"), key=f"{key}.answer", disabled=chosen is None, on_click=answered)


def _ask_table(text: Text, said: Words, mine: Variant, key: str) -> None:
    rows = said.rows(mine)
    fields = [_field(key, mine, row) for row in rows]
    with _form(text, mine, key, *fields):
        for field, label in zip(fields, rows.values(), strict=True):
            st.text_input(label, key=field, max_chars=100, width=320)


def _ask_ranking(text: Text, said: Words, mine: Variant, key: str) -> None:
    """One click for each place: buttons keep the order in which they were pressed, and no list stays open."""
    field, options = _field(key, mine), said.options(mine)

    def answered() -> None:
        _submit(mine, key, " > ".join(st.session_state[field]))

    memory.in_language(field, text.language)
    ranked = st.pills(
        text.shared("practice.in_order"),
        list(options),
        selection_mode="multi",
        format_func=options.__getitem__,
        key=field,
        persist_state="session",
        width=640,
    )
    places = [
        f"{place} · {options[code]}".replace(" ", "\u00a0") for place, code in enumerate(ranked, start=1)
    ]
    st.text("   ".join(["◇", *places]), width=640)
    st.button(
        text.shared("topic.answer"),
        key=f"{key}.answer",
        disabled=len(ranked) < len(options),
        on_click=answered,
    )


def _ask_decision(text: Text, said: Words, mine: Variant, key: str) -> None:
    way_key = f"{key}.way"
    memory.in_language(way_key, text.language)
    way = st.segmented_control(
        said.title,
        WAYS,
        default=WAYS[0] if way_key not in st.session_state else None,
        format_func=lambda code: text.shared(f"practice.by_{code}"),
        key=way_key,
        label_visibility="collapsed",
        required=True,
        persist_state="session",
    )
    if way == "file":
        _ask_file(text, said, mine, key)
    elif way == "text":
        _ask_ids(text, said, mine, key)
    else:
        _ask_rule(text, said, mine, key)


def _ask_ids(text: Text, said: Words, mine: Variant, key: str) -> None:
    field = _field(key, mine, "ids")
    with _form(text, mine, key, field):
        st.text_area(said.title, key=field, label_visibility="collapsed", max_chars=200_000, height=160)


def _ask_rule(text: Text, said: Words, mine: Variant, key: str) -> None:
    """Let the learner sort the customers by a column and take the first ones."""
    customers: pd.DataFrame = mine.given["customers"]
    columns = [name for name in customers.columns if name != "customer_id"]
    column_key, order_key = _field(key, mine, "column"), _field(key, mine, "order")
    picks = int(mine.given["picks"])

    def answered() -> None:
        column, highest = st.session_state[column_key], st.session_state[order_key] == "highest"
        first = customers.sort_values(column, ascending=not highest, kind="stable", na_position="last")
        _submit(mine, key, "\n".join(first["customer_id"].head(picks)))

    for one in (column_key, order_key):
        memory.in_language(one, text.language)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        # None to begin with: what stands first by chance must not answer for the learner.
        picked = st.selectbox(
            text.shared("practice.sort_by"),
            columns,
            index=None,
            placeholder=text.shared("practice.pick_column"),
            format_func=said.heading,
            key=column_key,
            persist_state="session",
            width=260,
        )
        st.selectbox(
            text.shared("practice.direction"),
            ("highest", "lowest"),
            format_func=lambda code: text.shared(f"practice.{code}"),
            key=order_key,
            persist_state="session",
            width=180,
        )
        st.button(
            text.shared("practice.take", n=text.number(picks)),
            key=f"{key}.answer",
            disabled=picked is None,
            on_click=answered,
        )


def _ask_file(text: Text, said: Words, mine: Variant, key: str) -> None:
    field = _field(key, mine, "file")

    def answered() -> None:
        given = st.session_state[field]
        if given is not None:
            _submit(mine, key, given.getvalue())

    given = st.file_uploader(
        said.title, key=field, max_upload_size=LARGEST_MB, label_visibility="collapsed", width=640
    )
    st.button(text.shared("topic.answer"), key=f"{key}.answer", disabled=given is None, on_click=answered)


_ASK = {
    "number": _ask_in_words,
    "choice": _ask_choice,
    "table": _ask_table,
    "ranking": _ask_ranking,
    "decision": _ask_decision,
    "scores": _ask_file,
}
