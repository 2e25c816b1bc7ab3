"""What all tests share: a place of their own, and no silent skips where nothing should be missing."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.browser.server import Server, browser, serve


@pytest.fixture(autouse=True, scope="session")
def _own_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the tests out of the learner's own store."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRM_LAB_HOME", str(tmp_path_factory.mktemp("home")))
        yield


@pytest.fixture(autouse=True)
def _own_main() -> Iterator[None]:
    """Streamlit's tests put a page in the place of the main program, which a new process would then run."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run the long files first, so that at the end no core waits for another: the browser's, then by tests."""
    tests = Counter(item.path for item in items)
    items.sort(key=lambda item: ("browser" not in item.path.parts, -tests[item.path], item.path))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo):
    """Where the machine was set up for everything, a test that skips itself has failed."""
    report = yield
    if report.skipped and os.environ.get("CRM_LAB_NOTHING_MISSING"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, but nothing should be missing here: {call.excinfo}"
    return report


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app, served on a free port of this machine with a store of its own."""
    with serve(home=tmp_path_factory.mktemp("served")) as running:
        yield running


@pytest.fixture(scope="module")
def chromium() -> Iterator:
    """A headless browser, or a skip where none is installed.

    One for each module: while it is open no other test could call asyncio.run.
    """
    with browser() as running:
        if running is None:
            pytest.skip("No Chromium here: install Debian's package chromium, or set CRM_LAB_CHROMIUM.")
        yield running
