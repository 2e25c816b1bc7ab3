"""What does every topic page share?  Its anatomy: predict, model, explain, truth, check, and the tabs below.

A topic's page.py calls `topic(text, model=…)` and nothing else; the order, the lock and the words
that all pages share are kept here. The learner commits before the curve, and before the truth, appears.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from types import ModuleType
from typing import Any

import streamlit as st

from lessons import charts
from lessons.frame import checks, choose, drawing, memory, present, tabs
from lessons.frame.data import Data
from lessons.frame.stage import Stage, between, decimals, slider_format, written
from lessons.words import Section, Text

__all__ = ["Data", "Stage", "Text", "topic"]

Model = Callable[[Stage], None]


def topic(
    text: Text,
    *,
    model: Model,
    sources: Sequence[ModuleType],
    notebook: Callable[[dict[str, Any]], Sequence[str]] | None = None,
) -> None:
    """Draw a whole topic page.

    `model` is run inside the page's one fragment; `sources` are the modules whose code the page shows and
    the notebook carries; `notebook` writes the notebook's own cells from `stage.notebook(…)`'s numbers.
    """
    if present.on():
        present.topic(text, model=model)
        return
    with page_column(width=1080):
        _heading(text)
        predict(text)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.header(text.shared("topic.move"), width="stretch", anchor=False)
            choose.source(text)
        data = choose.data(text)
        latest: list[Stage] = []
        if data is not None:
            _fragment(partial(_stages, text, model, data, latest))
        if locked(text):
            checks.draw(text)
        tabs.draw(text, latest, sources=sources, notebook=notebook)


def page_column(*, width: int, gap: Any = "medium") -> Any:
    """Return the centred column that a page stands in, `width` pixels wide where there is room."""
    return st.container(horizontal_alignment="center").container(width=width, gap=gap)


def locked(text: Text) -> bool:
    """Say whether the learner has committed to a prediction for this topic."""
    assert text.topic is not None
    return text.topic.path in memory.progress().predictions


def run(text: Text, model: Model, data: Data, *, controls: Any, presenting: bool = False) -> Stage:
    """Run the model once and return what it handed over; `controls` is where its widgets go, or None."""
    stage = Stage(
        text=text,
        data=data,
        guess=guess(text),
        locked=locked(text),
        presenting=presenting,
        controls=controls,
    )
    model(stage)
    return stage


@st.fragment
def _fragment(draw: Callable[[], None]) -> None:
    draw()


def _stages(text: Text, model: Model, data: Data, latest: list[Stage]) -> None:
    with st.container(gap="medium"):
        left, right = st.columns([1, 2.6], gap="medium")
        with right:
            stage = run(text, model, data, controls=left)
            picture(text, stage)
        latest[:] = [stage]
        if not stage.locked:
            truth_closed(text)
            return
        explain(text, stage)
        truth(text, stage)


def present_stage(text: Text, model: Model, data: Data, number: int) -> None:
    """Draw one stage of present mode: 1 the model, 2 why, 3 by hand, 4 the formula, 5 the truth."""
    if locked(text):
        _fragment(partial(_present_stage, text, model, data, number))
        return
    left, right = st.columns([1, 2.6], gap="medium")
    with left:
        predict(text)
    with right:
        picture(text, run(text, model, data, controls=None, presenting=True))


def _present_stage(text: Text, model: Model, data: Data, number: int) -> None:
    if number == 1:
        left, right = st.columns([1, 2.6], gap="medium")
        with right:
            picture(text, run(text, model, data, controls=left, presenting=True))
        return
    stage = run(text, model, data, controls=None, presenting=True)
    if number == 5:
        truth(text, stage)
    else:
        explain(text, stage, parts=[("why",), ("by_hand",), ("formula_short", "limits")][number - 2])


def _heading(text: Text) -> None:
    from lessons import chapters

    topic = text.topic
    assert topic is not None
    chapter = next(chapter for chapter in chapters() if chapter.name == topic.chapter)
    done = sum(other.path in memory.progress().done for other in chapter.topics)
    with st.container(gap="small"):
        with st.container(horizontal=True):
            st.markdown(f":small[:gray[{Text(text.language, chapter.folder).title}]]", width="content")
            st.space("stretch")
            minutes = text.shared("home.minutes", minutes=topic.minutes)
            count = text.shared("home.of_done", done=done, all=len(chapter.topics))
            st.markdown(f":small[:gray[:material/schedule: {minutes} · {count}]]", width="content")
        st.title(text.title, anchor=False)
        st.markdown(text.words["question"], width=510)


def predict(text: Text) -> None:
    """Draw the prediction: a card with a slider and the lock; once locked, one line."""
    assert text.topic is not None
    facts = text.topic.facts["predict"]
    if locked(text):
        line = text.words["predict"]["locked"].replace(
            "{guess}", written(text, guess(text), facts, currency="CNY").replace("$", "\\$")
        )
        st.markdown(f"◇ {line} :gray[:material/lock:]")
        return
    with st.container(border=True):
        if not present.on():
            st.header(text.shared("topic.predict"), anchor=False)
        key = f"{text.topic.name}.guess"
        memory.seed(key, "guess", facts["start"], between(facts["low"], facts["high"], type(facts["start"])))
        value = st.slider(
            text.words["predict"]["ask"],
            facts["low"],
            facts["high"],
            step=facts["step"],
            key=key,
            format=slider_format(text, facts["unit"], decimals(facts["step"]), currency="CNY"),
            persist_state="session",
            width=510,
        )
        memory.keep("guess", value, facts["start"])
        st.button(
            text.shared("topic.lock"),
            icon=":material/lock:",
            type="primary",
            key=f"{text.topic.name}.lock",
            on_click=_lock,
            args=(text.topic.path, key),
        )


def _lock(path: str, key: str) -> None:
    # Not the value that the page was last drawn with: a quick hand locks before the page is drawn again.
    memory.predicted(path, st.session_state[key])


def guess(text: Text) -> float:
    """Return the locked prediction, or before the lock what the slider says."""
    assert text.topic is not None
    start = text.topic.facts["predict"]["start"]
    slider = st.session_state.get(f"{text.topic.name}.guess", start)
    return memory.progress().predictions.get(text.topic.path, slider)


def picture(text: Text, stage: Stage) -> None:
    """Draw the key figures, the chart's heading and the chart; before the lock only its axes."""
    for notice in stage.notices:
        st.info(notice)
    if stage.locked and stage.figures:
        key_figures(stage.figures)
    if stage.shown is None:
        return
    heading, figure = stage.shown
    st.markdown(f"**{heading}**")
    if not stage.locked:
        figure = charts.before_lock(figure, words=text.shared("topic.appears"))
    draw_chart(figure, key="chart", alt=heading, presenting=stage.presenting)


def draw_chart(
    figure: charts.Figure, *, key: str, alt: str, presenting: bool = False, projected_height: int = 430
) -> None:
    """Draw one chart with the course's own menu: a picture to save, and nothing else."""
    if presenting:
        figure = charts.for_projector(figure, height=projected_height)
    drawing.chart(figure, key=key, alt=alt)


def key_figures(figures: Sequence[tuple[str, str]]) -> None:
    """Draw key figures in a row, two by two on a phone."""
    with st.container(horizontal=True, gap="medium" if present.on() else "small"):
        for label, words in figures:
            # Eight large figures fill the width; more would end in dots.
            st.metric(label, words, width=120 if len(words) <= 8 and not present.on() else "content")


def explain(
    text: Text, stage: Stage, parts: Sequence[str] = ("why", "by_hand", "formula_short", "limits")
) -> None:
    """Draw the explanation: why, six customers by hand, the formula, and when it misleads."""
    # On the projector the parts of one stage stand side by side.
    places = st.columns(len(parts), gap="medium") if stage.presenting else [st] * len(parts)
    for place, part in zip(places, parts, strict=True):
        if not text.has(part):
            continue
        section = text.section(part, guess=stage.guess_words, **stage.values)
        # Heading and words in one: whatever is sent apart costs a rerun its time.
        words = f"## {section.heading}\n\n{_prose(section, stage)}"
        if stage.presenting and part == "why":
            present.prose(words, place=place)
        else:
            place.markdown(words, width="stretch" if stage.presenting else 510)
        if part == "by_hand" and stage.hand is not None:
            place.dataframe(
                drawing.arrow(stage.hand),
                hide_index=True,
                key="by_hand",
                column_config=drawing.numbers_right(stage.hand),
                width="content" if not stage.presenting else "stretch",
                row_height=34 if stage.presenting else None,
                alt=section.heading,
            )
    if "why" in parts and not stage.presenting:
        tabs.terms(text)
        with st.container(gap="small"):
            for label, draw in stage.extras:
                expander = st.expander(
                    text.label(label),
                    key=f"{text.topic.name if text.topic else ''}.further.{label}",
                    on_change="rerun",
                )
                if expander.open:
                    with expander:
                        draw()


def _prose(section: Section, stage: Stage) -> str:
    """Return a section's words; on the projector those before the mark, or they would not fit its screen."""
    shown, _, rest = section.body.partition("<!-- page only -->")
    return shown if stage.presenting else shown + rest


def truth_closed(text: Text) -> None:
    """Say that the truth waits for the lock."""
    with st.container(border=True, horizontal=True):
        st.markdown(
            f":gray[:material/lock:] **{text.shared('topic.truth')}** · "
            f":gray[{text.shared('topic.truth_opens')}]"
        )


def truth(text: Text, stage: Stage) -> None:
    """Draw the truth panel: words and figures left, chart right; on the projector the figures stand above the chart."""
    found = stage.found
    if found is None:
        return
    section = text.section(found.section, guess=stage.guess_words, **stage.values, **found.values)
    real = found.section != "truth"
    with st.container(border=True):
        st.header(section.heading if real else f":orange[■ {section.heading}]", anchor=False)
        left, right = st.columns([1, 1.45], gap="medium")
        with left:
            st.markdown(_prose(section, stage))
        with right if stage.presenting else left:
            key_figures(list(found.figures.items()))
        if found.chart is not None:
            with right:
                if found.heading:
                    st.markdown(f"**{found.heading}**")
                draw_chart(
                    found.chart,
                    key="truth_chart",
                    alt=found.heading or section.heading,
                    presenting=stage.presenting,
                    projected_height=325,
                )
