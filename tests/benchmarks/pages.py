"""How fast are the pages?  On the server, from a moved slider to the end of the rerun; in a browser, to the chart.

The server is the real one, spoken to as a browser speaks to it. The peer is Streamlit itself: a page with a title
alone, or a slider and a small chart in a fragment, under the same configuration and in the same run, in turns with
ours. Times in the browser run from the key pressed, or the navigation begun, to what the learner sees.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from statistics import median
from typing import Any

import lessons
from tests.benchmarks import CannotRun, Row
from tests.benchmarks.client import visit
from tests.browser.server import Server, browser, serve, settle

WARM_UP, RERUNS = 26, 80
# Seconds in which the server has made what it makes beside the first page.
WARMED = 12
LOADS, MOVES, STARTS = 9, 15, 5
# What is calculated afresh at every move; elsewhere the customers are summarised and fitted once.
FORMULAS = (
    "clv",
    "customer_ladder",
    "relationship_economics",
    "bond_levels",
    "word_of_mouth",
    "expectation_disconfirmation",
    "nps",
    "sbg",
)
EMPTY = 'import streamlit as st\nst.title("Empty")\n'
SMALL = """\
import plotly.graph_objects as go
import streamlit as st


@st.fragment
def small():
    slope = st.slider("Slope", 0, 100, 50, key="slope")
    st.plotly_chart(go.Figure(go.Scatter(x=[0, 1], y=[0, slope])), key="chart")


st.title("Small")
small()
"""
PAINTED = '[data-testid="stApp"][data-test-script-state="notRunning"] [data-testid="stMain"] h1'
CHART = ".st-key-chart .js-plotly-plot .scatterlayer path.js-line"
# Looks at every frame for what is waited for, and takes the time from the navigation's beginning.
WHEN = """selector => new Promise(done => {
  const look = () => document.querySelector(selector)
    ? requestAnimationFrame(() => done(performance.now())) : requestAnimationFrame(look);
  look();
})"""
# The time from a key on the slider to another picture in the chart.
REDRAWN = """() => { window.redrawn = new Promise((done, failed) => {
  const drawn = () => [...document.querySelectorAll('.st-key-chart .main-svg')].map(svg => svg.outerHTML).join();
  document.addEventListener('keydown', () => {
    const begun = performance.now(), before = drawn();
    const look = () => document.querySelector('.st-key-chart path.js-line') && drawn() !== before
      ? done(performance.now() - begun)
      : performance.now() - begun < 30000 ? requestAnimationFrame(look) : failed('The chart stood still.');
    look();
  }, {once: true, capture: true});
}); }"""


def rows() -> Iterator[Row]:
    """Reruns on the server, then what a browser sees, then the start."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))

        def served(name: str, script: str | None = None) -> Server:
            home = folder / name
            home.mkdir()
            if script is None:
                return stack.enter_context(serve(home=home))
            (home / f"{name}.py").write_text(script, "utf-8")
            return stack.enter_context(serve(home=home, script=home / f"{name}.py"))

        ours, empty, small = served("ours"), served("empty", EMPTY), served("small", SMALL)
        yield from openings(ours)
        yield from on_the_server(ours, small)
        chromium = stack.enter_context(browser())
        if chromium is None:
            raise CannotRun("there is no Chromium here; install it, or set CRM_LAB_CHROMIUM to its path.")
        yield from in_the_browser(chromium, ours, empty, small)
        yield Row(what="start to first painted page", unit="s", ours=starts(chromium, folder), at_most=60)


def openings(ours: Server) -> Iterator[Row]:
    """The very first opening of each topic, and its first run after the lock, once the server's own worlds are made."""
    with visit(ours.url, ""):
        time.sleep(WARMED)
    for topic in lessons.topics():
        begun = time.perf_counter()
        with visit(ours.url, topic.name) as visitor:
            opened = time.perf_counter() - begun
            locked = visitor.run(pressed=visitor.button(f"{topic.name}.lock"))
        yield Row(what=f"first opening of {topic.name}", unit="s", ours=[opened], at_most=2)
        yield Row(what=f"first lock of {topic.name}", unit="s", ours=[locked], at_most=2)


def on_the_server(ours: Server, small: Server) -> Iterator[Row]:
    """A fragment's rerun from received to script finished, one session, for each topic."""
    peer = reruns(small, "")
    for topic in lessons.topics():
        most = 20 if topic.name in FORMULAS else 100
        yield Row(
            what=f"rerun of {topic.name}, on the server (peer: a slider and a small chart)",
            unit="ms",
            ours=reruns(ours, topic.name),
            peer=peer,
            at_most=most,
        )


def reruns(server: Server, page: str) -> list[float]:
    """Milliseconds of many reruns, the first slider walking up and down its range."""
    with visit(server.url, page) as visitor:
        if page:
            visitor.run(pressed=visitor.button(f"{page}.lock"))
        slider, fragment = visitor.slider()
        steps = round((slider.max - slider.min) / slider.step)
        taken = []
        for move in range(WARM_UP + RERUNS):
            place = steps - abs(steps - move % (2 * steps))
            visitor.values[slider.id] = slider.min + place * slider.step
            taken.append(visitor.run(fragment=fragment) * 1000)
        return taken[WARM_UP:]


def in_the_browser(chromium: Any, ours: Server, empty: Server, small: Server) -> Iterator[Row]:
    """First loads and moved sliders, ours and the peer's in turns."""
    topic = lessons.topics()[0].name
    home, page, bare = in_turns(
        LOADS,
        lambda: first_load(chromium, ours.url, PAINTED),
        lambda: first_load(chromium, f"{ours.url}/{topic}", PAINTED),
        lambda: first_load(chromium, empty.url, PAINTED),
    )
    for name, loads in (("home", home), (topic, page)):
        ratio = median(loads) / median(bare)
        what = f"first load of {name} (peer: an empty page)"
        yield Row(what=what, unit="ms", ours=loads, peer=bare, ratio=ratio, at_most=1.3)
    for topic in lessons.topics():
        with (
            Slider(chromium, f"{ours.url}/{topic.name}", lock=True) as moved,
            Slider(chromium, small.url) as peer,
        ):
            mine, theirs = in_turns(MOVES, moved.to_chart, peer.to_chart)
            what = f"slider to chart of {topic.name} (peer: a slider and a small chart)"
            yield Row(what=what, unit="ms", ours=mine, peer=theirs, ratio=median(mine) / median(theirs))
            yield Row(what=f"sent for a rerun of {topic.name}", unit="bytes", ours=moved.sent, at_most=15_000)


def in_turns(times: int, *acts: Callable[[], float]) -> list[list[float]]:
    """What each act says, `times` times after once to warm up; in turns, so that a busy moment hits all."""
    found: list[list[float]] = [[] for _ in acts]
    for _ in range(1 + times):
        for kept, act in zip(found, acts, strict=True):
            kept.append(act())
    return [kept[1:] for kept in found]


def first_load(chromium: Any, url: str, until: str) -> float:
    """Milliseconds from the navigation's beginning until the page is painted and its script has finished."""
    context = chromium.new_context(viewport={"width": 1280, "height": 720}, locale="en")
    try:
        page = context.new_page()
        page.goto(url, wait_until="commit")
        return page.evaluate(WHEN, until)
    finally:
        context.close()


class Slider:
    """A page in the browser whose first slider is moved, key by key."""

    def __init__(self, chromium: Any, url: str, *, lock: bool = False) -> None:
        """Open the page at `url` and, on a topic's page, lock the prediction."""
        self.context = chromium.new_context(viewport={"width": 1280, "height": 720}, locale="en")
        self.page = self.context.new_page()
        self.sent: list[int] = []
        self.received = 0
        self.page.on("websocket", lambda socket: socket.on("framereceived", self._count))
        self.page.goto(url)
        settle(self.page)
        main = self.page.get_by_test_id("stMain")
        if lock:
            main.locator('button[kind="primary"]').first.click()
        self.page.wait_for_selector(CHART)
        settle(self.page)
        self.slider = main.get_by_role("slider").first
        self.key = "ArrowRight"

    def to_chart(self) -> float:
        """Press a key on the slider; the milliseconds until the chart shows another picture."""
        for end, back in (("max", "ArrowLeft"), ("min", "ArrowRight")):
            if self.slider.input_value() == self.slider.get_attribute(end):
                self.key = back
        self.received = 0
        self.page.evaluate(REDRAWN)
        self.slider.press(self.key)
        taken = self.page.evaluate("() => window.redrawn")
        settle(self.page)
        self.sent.append(self.received)
        return taken

    def _count(self, payload: str | bytes) -> None:
        self.received += len(payload)

    def __enter__(self) -> Slider:
        """Let the page be used."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the page."""
        self.context.close()


def starts(chromium: Any, folder: Path) -> list[float]:
    """Seconds from `streamlit run app.py` to the first painted page, in an environment that is installed."""
    taken = []
    for run in range(STARTS):
        home = folder / f"start-{run}"
        home.mkdir()
        begun = time.perf_counter()
        with serve(home=home) as server:
            first_load(chromium, server.url, PAINTED)
            taken.append(time.perf_counter() - begun)
    return taken
