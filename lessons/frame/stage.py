"""What may a topic's model do on the page?  Ask for controls, and hand over what is to be shown.

A page's model runs inside one fragment. It draws nothing itself: controls appear at once in their
column; figures, chart, explanation and truth are collected and drawn by the frame in their order.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lessons import charts
from lessons.frame import memory
from lessons.frame.data import Data
from lessons.words import Text

_FORMATS = {"percent": "%d%%", "number": "%d", "years": "%d"}


@dataclass(frozen=True)
class Truth:
    """What the truth panel shows: figures (label key → words), a chart under a heading, the prose's values."""

    figures: dict[str, str]
    heading: str | None
    chart: charts.Figure | None
    values: dict[str, str]
    section: str


@dataclass
class Stage:
    """One run of a topic's model: its data, the learner's guess, and what the model hands over."""

    text: Text
    data: Data
    guess: float
    locked: bool
    presenting: bool
    controls: DeltaGenerator | None
    figures: list[tuple[str, str]] = field(default_factory=list)
    shown: tuple[str, charts.Figure] | None = None
    values: dict[str, str] = field(default_factory=dict)
    hand: pd.DataFrame | None = None
    found: Truth | None = None
    make_rows: Callable[[], pd.DataFrame] | None = None
    book: Callable[[], bytes] | None = None
    numbers: dict[str, Any] = field(default_factory=dict)
    extras: list[tuple[str, Callable[[], None]]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    _place: DeltaGenerator | None = None

    @property
    def your_label(self) -> str:
        """The short word beside the learner's sign in a chart."""
        return f"{self.text.shared('signs.you')}{self.text.shared('home.colon')}{self.guess_words}"

    @property
    def guess_words(self) -> str:
        """The learner's prediction as a person reads it."""
        return written(self.text, self.guess, self._facts["predict"], currency=self._currency)

    # Controls: each has a key (so that a change of language keeps it) and a place in the URL.

    def slider(
        self,
        name: str,
        low: float,
        high: float,
        start: float,
        *,
        step: float = 1,
        unit: str = "number",
        digits: int | None = None,
    ) -> float:
        """Ask for an amount; `unit` is percent, money, number; what comes back is in that unit."""
        low, high, start, step, kind = _one_kind(low, high, start, step)
        digits = decimals(step) if digits is None else digits
        written_as = self._format(unit, digits)
        label = self.text.label(name)
        return self._ask(
            name,
            start,
            between(low, high, kind),
            # With a start of its own Streamlit need not look for one among everything that the session keeps.
            lambda place, **as_all: place.slider(
                label, low, high, start, step=step, format=written_as, **as_all
            ),
        )

    def number(
        self, name: str, low: float, high: float, start: float, *, step: float = 1, digits: int | None = None
    ) -> float:
        """Ask for an exact number in a box."""
        low, high, start, step, kind = _one_kind(low, high, start, step)
        written_as = None if kind is int else f"%.{decimals(step) if digits is None else digits}f"
        label = self.text.label(name)
        return self._ask(
            name,
            start,
            between(low, high, kind),
            lambda place, **as_all: place.number_input(
                label, low, high, step=step, format=written_as, **as_all
            ),
        )

    def radio(self, name: str, options: Sequence[str], start: str | None = None) -> str:
        """Ask for one of a few options, given as codes; their words are labels."""
        return self._choice(name, options, start, "radio")

    def select(self, name: str, options: Sequence[str], start: str | None = None) -> str:
        """Ask for one of many options, given as codes; their words are labels."""
        return self._choice(name, options, start, "selectbox")

    def pick(self, name: str, options: Sequence[str]) -> str:
        """Ask for one of many values that come from the data, shown as they stand and never as Markdown."""
        options = list(options)
        if st.session_state.get(self._key(name), options[0]) not in options:
            # Other customers were chosen in the meantime.
            del st.session_state[self._key(name)]
        label = self.text.label(name)
        return self._ask(
            name,
            options[0],
            _one_of(options),
            lambda place, **as_all: place.selectbox(label, options, **as_all),
        )

    def toggle(self, name: str, start: bool = False) -> bool:
        """Ask for yes or no."""
        label = self.text.label(name)
        return self._ask(
            name,
            start,
            lambda raw: {"True": True, "False": False}[raw],
            lambda place, **as_all: place.toggle(label, **as_all),
        )

    def _choice(self, name: str, options: Sequence[str], start: str | None, kind: str) -> str:
        options, label = list(options), self.text.label(name)
        return self._ask(
            name,
            start or options[0],
            _one_of(options),
            lambda place, **as_all: getattr(place, kind)(
                label, options, format_func=self.text.label, **as_all
            ),
        )

    def _ask(self, name: str, start: Any, read: Callable[[str], Any], draw: Callable[..., Any]) -> Any:
        """Seed a control from the URL, draw it where controls are drawn, and keep its value in the URL."""
        key = self._key(name)
        memory.seed(key, name, start, read)
        if self.controls is None:
            return st.session_state[key]
        memory.in_language(key, self.text.language)
        place = self._place or self.controls
        value = draw(place, key=key, disabled=not self.locked, persist_state="session")
        memory.keep(name, value, start)
        return value

    @contextmanager
    def more(self) -> Iterator[None]:
        """Put the controls asked for inside into the closed expander "More settings"."""
        if self.controls is None:
            yield
            return
        before, self._place = (
            self._place,
            self.controls.expander(self.text.shared("topic.more"), key=self._key("more_settings")),
        )
        yield
        self._place = before

    # What the model hands over.

    def figure(self, label: str, words: str) -> None:
        """Show a key figure (at most four)."""
        self.figures.append((self.text.label(label), words))

    def chart(self, heading: str, figure: charts.Figure) -> None:
        """Show the one chart that answers the question, under the heading with this label."""
        self.shown = (self.text.label(heading), figure)

    def notice(self, label: str, **values: str) -> None:
        """Say one thing about the data above the chart: what was left out, or what cannot be known from it."""
        self.notices.append(self.text.label(label, **values))

    def explain(self, **values: str) -> None:
        """Fill the placeholders of the prose below the chart."""
        self.values |= values

    def by_hand(self, table: pd.DataFrame) -> None:
        """Show the six customers that are worked by hand; columns and cells in the reader's words."""
        self.hand = table

    def truth(
        self,
        *,
        figures: dict[str, str] | None = None,
        heading: str | None = None,
        chart: charts.Figure | None = None,
        values: dict[str, str] | None = None,
        section: str = "truth",
    ) -> None:
        """Fill the truth panel: the world's own truth, or (section="truth_real") what was held out."""
        self.found = Truth(
            figures={self.text.label(key): words for key, words in (figures or {}).items()},
            heading=self.text.label(heading) if heading else None,
            chart=chart,
            values=values or {},
            section=section,
        )

    def table(self, make: Callable[[], pd.DataFrame]) -> None:
        """Give the Data tab and the downloads their rows, made when they are asked for: a rerun does not show them."""
        self.make_rows = make

    @functools.cached_property
    def rows(self) -> pd.DataFrame | None:
        """The rows of the Data tab, if the model gave any."""
        return self.make_rows() if self.make_rows else None

    def workbook(self, make: Callable[[], bytes]) -> None:
        """Replace the plain XLSX download by one with live formulas, made when it is asked for."""
        self.book = make

    def notebook(self, **numbers: Any) -> None:
        """Keep the numbers that the notebook's cells are written with."""
        self.numbers |= numbers

    def further(self, heading: str, draw: Callable[[], None]) -> None:
        """Offer a further chart in a closed expander; `draw` runs only while it is open."""
        self.extras.append((heading, draw))

    @contextmanager
    def busy(self, words: str) -> Iterator[None]:
        """Say what is being worked on, if it takes longer than a blink."""
        with st.spinner(words):
            yield

    @property
    def _facts(self) -> dict[str, Any]:
        assert self.text.topic is not None
        return self.text.topic.facts

    @property
    def _currency(self) -> str:
        return self.data.currency

    def _key(self, name: str) -> str:
        assert self.text.topic is not None
        return f"{self.text.topic.name}.{name}"

    def _format(self, unit: str, digits: int) -> str:
        return slider_format(self.text, unit, digits, currency=self._currency)


def slider_format(text: Text, unit: str, digits: int, *, currency: str) -> str:
    """Return how a slider writes its value, as Streamlit wants it said."""
    if unit == "money":
        return text.symbol(currency) + f"%.{2 if digits else 0}f"
    return f"%.{digits}f%%" if unit == "percent" else f"%.{digits}f"


def written(text: Text, value: float, predict: dict[str, Any], *, currency: str) -> str:
    """Write a prediction in the unit that topic.toml gives it."""
    unit, digits = predict.get("unit", "number"), decimals(predict.get("step", 1))
    if unit == "percent":
        return text.percent(value / 100, digits)
    if unit == "money":
        return text.money(value, currency, digits)
    return text.number(value, digits)


def _one_kind(*numbers: float) -> tuple[Any, Any, Any, Any, type]:
    """Return low, high, start and step all whole or all decimal, as Streamlit wants them, and which."""
    kind = int if all(float(number).is_integer() for number in numbers) else float
    low, high, start, step = (kind(number) for number in numbers)
    return low, high, start, step, kind


def decimals(step: float) -> int:
    """Count the decimals that a step needs: 0.05 needs two."""
    return len(f"{step:.6f}".rstrip("0").split(".")[1])


def between(low: float, high: float, kind: type) -> Callable[[str], Any]:
    """Return a reader for a value in the URL: ValueError where it is no number within the limits."""

    def read(raw: str) -> Any:
        value = kind(raw)
        # Python reads full-width digits too, which no page of ours ever wrote into an address.
        if not raw.isascii() or not low <= value <= high:
            raise ValueError(raw)
        return value

    return read


def _one_of(options: Sequence[str]) -> Callable[[str], str]:
    def read(raw: str) -> str:
        if raw not in options:
            raise ValueError(raw)
        return raw

    return read
