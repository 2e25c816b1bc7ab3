"""Can everybody use the pages?  axe's rules find no serious fault of our own making, on paper and in the dark."""

from __future__ import annotations

import json
from importlib.resources import files

import pytest

import lessons
from tests.browser.server import settle
from tests.browser.visit import keyed, lock, opened, visitor

TOPICS = lessons.topics()
CHAPTERS = [chapter for chapter in lessons.chapters() if chapter.topics]
AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
GRAVE = ("serious", "critical")
# WCAG asks no contrast of a control that is switched off (1.4.3). axe knows that where the words are an HTML label
# of the control; Streamlit's are not, so the words beside a control that is switched off are found here.
LOOK = """async () => {
  const found = await axe.run(document);
  for (const fault of found.violations) for (const node of fault.nodes) {
    const widget = document.querySelector(node.target[0])?.closest('[data-testid=stElementContainer]');
    node.switchedOff = fault.id === 'color-contrast' && !!widget?.querySelector('input:disabled');
  }
  return JSON.stringify(found);
}"""


def faults(page) -> list[str]:
    """Run axe on the page and return its grave findings."""
    settle(page)
    page.evaluate(AXE)
    found = json.loads(page.evaluate(LOOK))
    # A page that was not there, or a script that did not run, would have no faults either.
    assert len(found["passes"]) >= 10, "axe has looked at next to nothing."
    return [
        f"{fault['id']} ({fault['impact']}): {node['html'][:300]}"
        for fault in found["violations"]
        if fault["impact"] in GRAVE
        for node in fault["nodes"]
        if not node["switchedOff"]
    ]


@pytest.fixture(scope="module")
def page(server, chromium):
    """One visitor for all pages on paper: a fresh browser fetches and compiles everything anew."""
    with visitor(chromium, server) as page:
        yield page


@pytest.mark.parametrize(
    "path", ["", *(chapter.name for chapter in CHAPTERS)], ids=lambda path: path or "home"
)
def test_home_and_chapters(server, page, path):
    opened(page, server, path)
    assert not faults(page)


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_a_topic_open_and_locked(server, page, topic):
    opened(page, server, topic.name)
    assert not faults(page)
    lock(page, topic)
    assert not faults(page)


def test_a_locked_topic_in_the_dark(server, chromium):
    with visitor(chromium, server, color_scheme="dark") as page:
        opened(page, server, TOPICS[0].name)
        lock(page, TOPICS[0])
        assert not faults(page)


def test_present_mode(server, chromium):
    with visitor(chromium, server) as page:
        opened(page, server, TOPICS[0].name, present="1", stage="1")
        keyed(page, "present.leave").wait_for()
        assert not faults(page)


def test_the_check_would_see_a_fault(server, chromium):
    with visitor(chromium, server) as page:
        opened(page, server)
        page.evaluate("document.querySelector('h1').innerHTML += '<img src=\"data:,\"><button></button>'")
        assert {fault.split()[0] for fault in faults(page)} >= {"image-alt", "button-name"}
