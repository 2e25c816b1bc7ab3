"""Does the course know its visitor again: after a nap, a reload, a change of language, a restart of the server?"""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlsplit

import pytest
from playwright.sync_api import expect

import lessons
from lessons.words import LANGUAGES, Text, text_of
from tests.browser.server import free_port, serve, settle
from tests.browser.visit import (
    answer,
    drop_down,
    keyed,
    lock,
    main,
    moved,
    opened,
    press,
    sidebar_link,
    slider,
    stands,
    visitor,
)

TOPICS = lessons.topics()
# One that works on several kinds of customers.
TOPIC = next(topic for topic in TOPICS if "cdnow" in topic.data)
# One topic of each chapter: what keeps a value is the frame's, and the same for all of them.
FIRST = [chapter.topics[0] for chapter in lessons.chapters() if chapter.topics]
first_of_each_chapter = pytest.mark.parametrize("topic", FIRST, ids=lambda topic: topic.name)


def controls(page, topic) -> dict:
    """Return every control of the topic's model by its key, with its value; a list's words change with the language.

    What the address says of them is among the values: codes and numbers, the same in every language.
    """
    found = page.evaluate(
        """name => Object.fromEntries(
          [...document.querySelectorAll(`[class*="st-key-${name}-"]:not([class*="-check-"], [class*="more_settings"])`)]
            .flatMap(place => {
              const key = [...place.classList].find(word => word.startsWith('st-key-'));
              const values = [...place.querySelectorAll('input')].map(input =>
                input.role === 'combobox' ? input.value !== '' :
                ['radio', 'checkbox'].includes(input.type) ? input.checked : input.value);
              return values.length ? [[key, values]] : [];
            }))""",
        topic.name,
    )
    address = {name: value for name, value in parse_qsl(urlsplit(page.url).query) if name != "lang"}
    return found | {"address": address}


def move_everything(page, topic) -> None:
    """Give each control of the model another value than it started with."""
    for key in [key for key in controls(page, topic) if key != "address"]:
        control = page.locator(f".{key} input").first
        if control.get_attribute("type") == "range":
            moved(control, steps=1)
        elif control.get_attribute("type") == "number":
            press(control, "ArrowUp", "Enter")
        elif control.get_attribute("role") == "combobox":
            drop_down(control)
            press(control, "ArrowDown", "Enter")
        else:
            press(control, "ArrowDown" if control.get_attribute("type") == "radio" else "Space")
        settle(page)
        page.wait_for_url(f"**{key.removeprefix(f'st-key-{topic.name}-')}=*")


def same(page, topic, before: dict) -> None:
    """Hold that every control has its old value, as soon as the page has come to rest."""
    settle(page)
    assert controls(page, topic) == before


def open_settings(page, topic) -> None:
    """Open "More settings", where the topic has it; closed, its controls are not there to be seen."""
    more = keyed(page, f"{topic.name}.more_settings").locator("summary")
    if more.count():
        more.click()
        settle(page)


def test_another_visitor_finds_nothing_locked(server, chromium):
    text = text_of(TOPIC, "en")
    with visitor(chromium, server) as page:
        opened(page, server, TOPIC.name)
        lock(page, TOPIC)
        address = page.url
    with visitor(chromium, server) as page:
        page.goto(address)
        expect(slider(page, f"{TOPIC.name}.guess")).to_be_enabled()
        expect(main(page).get_by_text(text.shared("topic.truth_opens"))).to_be_visible()


@first_of_each_chapter
def test_every_value_is_kept_through_all_languages_and_a_nap(server, chromium, topic):
    """A phone that slept has lost its session: what comes back is a new one, with the old address and cookie."""
    first, second = topic.facts["checks"][:2]
    with visitor(chromium, server) as page:
        opened(page, server, topic.name)
        if len(topic.data) > 1:
            # The choice of customers is a value too.
            source(page, topic).click()
            page.wait_for_url(f"**data={topic.data[1]}*")
            settle(page)
        guessed = moved(slider(page, f"{topic.name}.guess"), steps=2)
        lock(page, topic)
        open_settings(page, topic)
        move_everything(page, topic)
        answer(page, topic, first, first["options"][0], text_of(topic, "en"))
        # Chosen, but not handed in yet.
        keyed(page, f"{topic.name}.check.{second['name']}").get_by_test_id("stRadioOption").nth(2).click()
        settle(page)
        before = controls(page, topic)
        assert len(before) >= 3
        for code in [*reversed(LANGUAGES), "en"]:
            keyed(page, "language").get_by_text(LANGUAGES[code], exact=True).click()
            text = text_of(topic, code)
            expect(main(page).locator("h1")).to_have_text(text.title)
            stands(page)
            same(page, topic, before)
            locked(page, text, guessed)
            if len(topic.data) > 1:
                expect(source(page, topic)).to_be_checked()
            for check, number in ((first, 0), (second, 2)):
                chosen = keyed(page, f"{topic.name}.check.{check['name']}").locator("input")
                expect(chosen.nth(number)).to_be_checked()
            expect(page).to_have_url(re.compile(f"lang={code}"))
            expect(page.locator("html")).to_have_attribute("lang", code)
        address = page.url
        page.close()
        page = page.context.new_page()
        page.goto(address)
        text = text_of(topic, "en")
        locked(page, text, guessed)
        stands(page)
        open_settings(page, topic)
        same(page, topic, before)
        if len(topic.data) > 1:
            expect(source(page, topic)).to_be_checked()
        expect(keyed(page, f"{topic.name}.check.{first['name']}").locator("input").first).to_be_checked()
        reply = text.words["check"][first["name"]]["replies"][first["options"][0]]
        expect(main(page).get_by_text(reply[:40])).to_be_visible()


def source(page, topic):
    """Find the second kind of customers that the topic offers."""
    return keyed(page, ".".join(("data", *topic.data))).get_by_role("radio").nth(1)


def locked(page, text, guessed: str) -> None:
    """Hold that the prediction is locked, at this value."""
    line = main(page).get_by_text(text.words["predict"]["locked"].split("**")[0]).first
    expect(line).to_contain_text(guessed)
    assert text.topic is not None
    expect(slider(page, f"{text.topic.name}.guess")).to_have_count(0)


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_address_names_the_language_against_the_browsers_wish(server, chromium, code):
    wish = next(other for other in LANGUAGES if other != code)
    with visitor(chromium, server, language=wish) as page:
        opened(page, server, lang=code)
        expect(page.locator("html")).to_have_attribute("lang", code)
        expect(main(page).locator("h1")).to_have_text(Text(code).shared("app.name"))
        # A click drops what stands in the address; the language stays.
        sidebar_link(page, text_of(TOPICS[0], code).short).click()
        expect(main(page).locator("h1")).to_have_text(text_of(TOPICS[0], code).title)
        page.wait_for_url(f"**/{TOPICS[0].name}?*lang={code}*")


@pytest.mark.parametrize(
    ("wish", "code"), [("zh-TW", "zh-Hant"), ("zh-HK", "zh-Hant"), ("zh-CN", "zh-Hans"), ("fr-FR", "en")]
)
def test_the_browser_chooses_the_language(server, chromium, wish, code):
    with visitor(chromium, server, language=wish) as page:
        opened(page, server)
        expect(page.locator("html")).to_have_attribute("lang", code)
        expect(main(page).locator("h1")).to_have_text(Text(code).shared("app.name"))


def test_present_mode_is_turned_by_a_clicker_and_survives_a_reload(server, chromium):
    text = text_of(TOPIC, "en")
    stages = 5 + len(TOPIC.facts["checks"])
    with visitor(chromium, server) as page:
        opened(page, server, TOPIC.name)
        keyed(page, "present").get_by_role("button").click()
        expect(main(page).locator("h1")).to_have_text(text.words["question_short"])
        expect(page.get_by_test_id("stSidebar")).not_to_be_visible()
        forward = keyed(page, "present.next").get_by_role("button").first
        back = keyed(page, "present.back").get_by_role("button").first
        expect(forward).to_be_disabled()
        page.keyboard.press("PageDown")
        settle(page)
        expect(page).to_have_url(re.compile(r"stage=1\b"))
        keyed(page, f"{TOPIC.name}.lock").get_by_role("button").click()
        expect(forward).to_be_enabled()
        expect(back).to_be_disabled()
        settle(page)
        for stage in range(2, stages + 1):
            page.keyboard.press("PageDown")
            page.wait_for_url(f"**stage={stage}*")
            settle(page)
        expect(forward).to_be_disabled()
        page.keyboard.press("PageUp")
        page.wait_for_url(f"**stage={stages - 1}*")
        page.reload()
        settle(page)
        expect(main(page).locator("h1")).to_have_text(text.words["question_short"])
        expect(page.get_by_test_id("stSidebar")).not_to_be_visible()
        assert f"stage={stages - 1}" in page.url and "present=1" in page.url
        expect(keyed(page, f"{TOPIC.name}.check.{TOPIC.facts['checks'][-2]['name']}")).to_be_visible()
        keyed(page, "present.leave").get_by_role("button").first.click()
        expect(main(page).locator("h1")).to_have_text(text.title)
        expect(page.get_by_test_id("stSidebar")).to_be_visible()
        expect(page).not_to_have_url(re.compile("present|stage"))


def test_a_restart_of_the_server_forgets_nothing(tmp_path, chromium):
    text, check, port = text_of(TOPIC, "en"), TOPIC.facts["checks"][0], free_port()
    words = text.words["check"][check["name"]]
    with serve(home=tmp_path, port=port) as first, visitor(chromium, first) as page:
        opened(page, first, TOPIC.name)
        guessed = moved(slider(page, f"{TOPIC.name}.guess"), steps=4)
        lock(page, TOPIC)
        answer(page, TOPIC, check, check["right"], text)
        cookies = page.context.storage_state()
        page.close()
    with serve(home=tmp_path, port=port) as second, visitor(chromium, second, storage_state=cookies) as page:
        opened(page, second, TOPIC.name)
        locked(page, text, guessed)
        expect(main(page).get_by_text(words["replies"][check["right"]][:40])).to_be_visible()
