"""Does the course start on a machine that has never seen it, asking nothing and heard by nobody else?"""

from __future__ import annotations

import itertools
import json
import re
import socket
import time
import urllib.request
from pathlib import Path

import pytest
from playwright.sync_api import expect

import lessons
from classroom.visitors import COOKIE
from lessons.words import LANGUAGES, Text, text_of
from tests.browser.server import PATIENCE_SECONDS, Server, serve, settle
from tests.browser.visit import main, opened, visitor


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """The README's command in an empty home folder, with a screen: without one Streamlit would ask nothing anyway."""
    home: Path = tmp_path_factory.mktemp("fresh")
    environment = {"HOME": str(home), "CRM_LAB_HOME": "", "DISPLAY": ":9", "BROWSER": "true"}
    with serve(home=home, options=(), environment=environment) as running:
        yield running


def test_nothing_is_asked_and_the_address_is_told(fresh: Server):
    # The server answers a moment before it says where.
    end = time.monotonic() + PATIENCE_SECONDS
    while fresh.url not in (log := (fresh.home / "server.log").read_text()) and time.monotonic() < end:
        time.sleep(0.1)
    assert fresh.url in log
    assert "mail" not in log
    assert "usage statistics" not in log
    assert not (fresh.home / ".streamlit").exists()


def test_only_this_machine_is_listened_to(fresh: Server):
    """Read from the kernel's own table, where 0100007F is 127.0.0.1 as a little-endian number."""
    tables = [Path("/proc/net/tcp"), Path("/proc/net/tcp6")]
    if not tables[0].exists():
        pytest.skip("This system keeps no /proc/net/tcp.")
    port = f"{int(fresh.url.rsplit(':')[-1]):04X}"
    rows = [line.split() for table in tables if table.exists() for line in table.read_text().splitlines()[1:]]
    listening = {row[1] for row in rows if row[3] == "0A" and row[1].endswith(f":{port}")}
    assert listening == {f"{socket.inet_aton('127.0.0.1')[::-1].hex().upper()}:{port}"}


def test_the_health_page_answers(fresh: Server):
    with urllib.request.urlopen(f"{fresh.url}/healthz", timeout=PATIENCE_SECONDS) as answer:
        assert answer.headers.get_content_type() == "application/json"
        said = json.load(answer)
    assert said["status"] == "ok"
    assert said["topics"] >= 4


def test_each_visitor_gets_an_id_of_their_own_that_scripts_cannot_read(fresh: Server):
    cookies = []
    for _ in range(2):
        with urllib.request.urlopen(fresh.url, timeout=PATIENCE_SECONDS) as answer:
            cookies += [line for line in answer.headers.get_all("Set-Cookie") if line.startswith(COOKIE)]
    assert len(set(cookies)) == 2
    for cookie in cookies:
        assert re.fullmatch(COOKIE + r"=[0-9a-f]{32}; HttpOnly; .*SameSite=Lax", cookie)


def test_no_statistics_are_gathered(fresh: Server, chromium):
    """A visitor complains of every request to another machine; here the server's own word is asked, too."""
    with visitor(chromium, fresh) as page:
        sent: list[bytes] = []
        page.on(
            "websocket",
            lambda socket: socket.on(
                "framereceived",
                lambda frame: sent.append(bytes(frame, "utf8") if isinstance(frame, str) else frame),
            ),
        )
        opened(page, fresh)
    from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

    messages = [ForwardMsg.FromString(frame) for frame in sent]
    begun = [message.new_session for message in messages if message.HasField("new_session")]
    assert begun
    assert not any(session.config.gather_usage_stats for session in begun)


@pytest.mark.parametrize(
    ("language", "address"),
    [*zip(LANGUAGES, itertools.cycle(["nowhere", "a/b/?x=1", "%E6%B8%AF"]), strict=False)],
)
def test_an_address_without_a_page_is_told_in_the_readers_language(
    fresh: Server, chromium, language, address
):
    with visitor(chromium, fresh, language=language) as page:
        page.goto(f"{fresh.url}/{address}")
        expect(main(page).get_by_text(Text(language).shared("errors.not_found"))).to_be_visible()
        settle(page)
        expect(page.get_by_role("dialog")).to_have_count(0)
        main(page).get_by_test_id("stPageLink-NavLink").click()
        expect(main(page).locator(".st-key-start")).to_be_visible()


def test_a_slash_too_many_still_finds_the_page(fresh: Server, chromium):
    topic = lessons.topics()[0]
    with visitor(chromium, fresh) as page:
        opened(page, fresh, f"{topic.chapter}/{topic.name}/", lang="zh-Hant")
        expect(main(page).locator("h1")).to_have_text(text_of(topic, "zh-Hant").title)
