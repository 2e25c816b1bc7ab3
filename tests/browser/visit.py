"""How does a test use the course?  As one visitor with a browser of their own, who notices what is broken."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Locator, Page, TimeoutError, expect

from lessons import Topic
from lessons.words import Text
from tests.browser.server import PATIENCE_SECONDS, Server, settle, watch

PATIENCE = PATIENCE_SECONDS * 1000  # milliseconds
expect.set_options(timeout=PATIENCE)
WIDE, PHONE = {"width": 1280, "height": 720}, {"width": 390, "height": 844}
# What the console may say: a refused load is judged by its address, below; and Plotly draws a chart once while its
# expander still opens, when it has no width, and again when it has.
NO_MATTER = re.compile(r"Failed to load resource|<text> attribute.*Infinity")
# Streamlit's browser part, at an address below the root, looks for its server there first.
PROBE = re.compile(r"/_stcore/(health|host-config)$")
WORDS = """() => {
  const walker = document.createTreeWalker(document.querySelector('[data-testid=stApp]'), NodeFilter.SHOW_TEXT);
  const found = [];
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.parentElement.closest('.katex, pre, code, style, script, [data-testid=stIconMaterial]'))
      found.push(node.textContent.trim());
  }
  return found.filter(words => words);
}"""
# What stands in the chart: the traces that are not the learner's own sign, and whether lines were really drawn.
CHART = """() => {
  const plot = document.querySelector('.st-key-chart .js-plotly-plot');
  if (!plot || !plot.data) return {traces: 0, drawn: 0, data: ''};
  const ours = plot.data.filter(trace => trace.name !== 'you');
  const shapes = [...plot.querySelectorAll('.trace path, .bars path, .heatmaplayer image')];
  return {
    traces: ours.length,
    drawn: shapes.filter(shape => shape.getBoundingClientRect().width > 20).length,
    data: JSON.stringify([ours, plot.layout.annotations]),
  };
}"""
OVERFLOW = """() => [document.documentElement, document.querySelector('[data-testid=stMain]')]
  .map(place => place.scrollWidth - place.clientWidth)"""


@contextmanager
def visitor(
    chromium: Browser, server: Server, *, language: str | None = "en", size: Any = WIDE, **options: Any
) -> Iterator[Page]:
    """Open a browser for one person; when the visit ends, everything that went wrong in it is told.

    `language` is what the browser asks for; other options go to Playwright's `new_context`. As a rule the visitor has
    asked for little motion: without a graphics card the shimmer of parts to come takes a third of the processor.
    """
    options = {"reduced_motion": "reduce"} | options | ({"locale": language} if language else {})
    context = chromium.new_context(viewport=size, **options)
    context.set_default_timeout(PATIENCE)
    watch(context)
    complaints: list[str] = []
    context.on("page", lambda page: _listen(page, complaints, home=server.url))
    try:
        yield context.new_page()
    finally:
        context.close()
    assert not complaints, complaints


def _listen(page: Page, complaints: list[str], *, home: str) -> None:
    def script_ran(dialog: Any) -> None:
        complaints.append(f"A script opened a dialog: {dialog.message}")
        dialog.dismiss()

    def asked(request: Any) -> None:
        if urlsplit(request.url).netloc not in (urlsplit(home).netloc, ""):
            complaints.append(f"The page asked another machine for {request.url}")

    def answered(response: Any) -> None:
        if response.status >= 400 and not PROBE.search(urlsplit(response.url).path):
            complaints.append(f"{response.status} for {response.url}")

    def said(message: Any) -> None:
        if message.type == "error" and not NO_MATTER.search(message.text):
            complaints.append(f"The browser's console says: {message.text}")

    page.on("dialog", script_ran)
    page.on("request", asked)
    page.on("response", answered)
    page.on("console", said)
    page.on("pageerror", lambda error: complaints.append(f"A script failed: {error}"))


def opened(page: Page, server: Server, path: str = "", **query: str) -> Page:
    """Go to an address of the course and wait until its page stands."""
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    page.goto(f"{server.url}/{path}" + (f"?{asked}" if asked else ""))
    main(page).locator("h1").wait_for()
    settle(page)
    return page


def main(page: Page) -> Locator:
    """Return the page without its sidebar."""
    return page.get_by_test_id("stMain")


def sidebar_link(page: Page, words: str) -> Locator:
    """Return the sidebar's link with these words."""
    exactly = page.get_by_text(words, exact=True)
    return page.get_by_test_id("stSidebar").get_by_test_id("stPageLink-NavLink").filter(has=exactly)


def keyed(page: Page | Locator, key: str) -> Locator:
    """Return what the page drew under this key of Streamlit's."""
    return page.locator(f".st-key-{re.sub(r'[^a-zA-Z0-9_-]', '-', key)}")


def slider(page: Page, key: str) -> Locator:
    """Return a slider, which in this Streamlit is an input of type range."""
    return keyed(page, key).locator("input[type=range]")


def press(place: Locator, *keys: str) -> None:
    """Put the focus on something and press keys, one after the other; a redraw under way would take it away."""
    settle(place.page)
    place.focus()
    for key in keys:
        place.page.keyboard.press(key)


def drop_down(box: Locator) -> None:
    """Open a list by keyboard; a redraw that is still under way would close it again."""
    for _ in range(5):
        press(box, "ArrowDown")
        try:
            box.page.get_by_role("option").first.wait_for(timeout=PATIENCE / 10)
            return
        except TimeoutError:
            continue
    raise AssertionError("The list did not open.")


def moved(control: Locator, *, steps: int = 1) -> str:
    """Move a slider by arrow keys, to the side where there is room, and return the words of its new value."""
    settle(control.page)
    words, before = control.get_attribute("aria-valuetext") or "", float(control.input_value())
    low, high, step = (float(control.get_attribute(name) or 0) for name in ("min", "max", "step"))
    way = 1 if before < high else -1
    press(control, *["ArrowRight" if way > 0 else "ArrowLeft"] * steps)
    there = min(max(before + way * steps * step, low), high)
    until(control.page, lambda: abs(float(control.input_value()) - there) < step / 2)
    expect(control).not_to_have_attribute("aria-valuetext", words)
    return control.get_attribute("aria-valuetext") or ""


def until(page: Page, true: Callable[[], bool]) -> None:
    """Wait for what no locator can say."""
    for _ in range(PATIENCE // 100):
        if true():
            return
        page.wait_for_timeout(100)
    assert true()


def lock(page: Page, topic: Topic) -> None:
    """Lock the prediction and wait until the model stands."""
    keyed(page, f"{topic.name}.lock").get_by_role("button").click()
    stands(page)


def stands(page: Page) -> None:
    """Wait until the model's chart is drawn, with more than the learner's sign in it."""
    page.wait_for_function(f"({CHART})().drawn > 0 && ({CHART})().traces > 0")
    settle(page)


def answer(page: Page, topic: Topic, check: dict, option: str, text: Text) -> None:
    """Choose an answer, hand it in, and read what is said to it."""
    key = f"{topic.name}.check.{check['name']}"
    words = text.words["check"][check["name"]]
    question = keyed(page, key)
    question.get_by_text(plain(words[option]), exact=True).click()
    button = keyed(page, f"{key}.answer").get_by_role("button")
    expect(button).to_be_enabled()
    button.click()
    around = question.locator("xpath=ancestor::*[@data-testid='stVerticalBlock'][1]")
    verdict = text.shared("topic.correct" if option == check["right"] else "topic.not_yet").rstrip("。.")
    expect(around.get_by_test_id("stMarkdown").get_by_text(verdict)).to_be_visible()
    settle(page)


def plain(words: str) -> str:
    """Return what a reader sees of a line of Markdown."""
    return words.replace("**", "").replace("\\", "")


def broken(page: Page) -> list[str]:
    """Return what stands on the page and should not: unfilled places, visible Markdown, Python's own words."""
    settle(page)
    wrong = re.compile(r"\*\*|Traceback|\b(None|NaN|nan|undefined)$|(?<!\\)\{[a-z_]+\}")
    return [words for words in page.evaluate(WORDS) if wrong.search(words)]


def fits(page: Page, size: Any) -> None:
    """Hold that nothing has to be scrolled sideways at this size."""
    page.set_viewport_size(size)
    settle(page)
    page.wait_for_function(f"({OVERFLOW})().every(over => over <= 0)", timeout=PATIENCE / 10)
