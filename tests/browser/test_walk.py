"""Can a newcomer walk through every topic, in every language, from the prediction to the last check?"""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

import lessons
from lessons.words import LANGUAGES, Text, text_of
from tests.browser.server import settle
from tests.browser.visit import (
    CHART,
    PHONE,
    WIDE,
    answer,
    broken,
    drop_down,
    fits,
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
each_language = pytest.mark.parametrize("language", LANGUAGES)
# Every topic once, the languages in turns: the whole road is walked in each of them below.
in_turns = pytest.mark.parametrize(
    ("topic", "language"),
    [(topic, [*LANGUAGES][number % len(LANGUAGES)]) for number, topic in enumerate(TOPICS)],
    ids=lambda value: getattr(value, "name", value),
)


@each_language
def test_pages_that_are_no_topic_stand_at_both_widths(server, chromium, language):
    with visitor(chromium, server, language=language) as page:
        for path in (
            "",
            "glossary",
            "progress",
            *(chapter.name for chapter in lessons.chapters() if chapter.topics),
        ):
            opened(page, server, path)
            expect(page.locator("html")).to_have_attribute("lang", language)
            expect(main(page).locator("h1")).to_have_count(1)
            assert not broken(page)
            fits(page, PHONE)
            fits(page, WIDE)


@each_language
def test_the_road_from_home_to_the_last_topic(server, chromium, language):
    """A newcomer who presses Start and then Next sees every opening page and every topic, and locks each prediction."""
    with visitor(chromium, server, language=language, reduced_motion="no-preference") as page:
        opened(page, server)
        keyed(page, "start").get_by_role("button").click()
        for chapter in (chapter for chapter in lessons.chapters() if chapter.topics):
            expect(main(page).locator("h1")).to_have_text(Text(language, chapter.folder).title)
            settle(page)
            assert not broken(page)
            for topic in chapter.topics:
                keyed(page, "onward").get_by_role("button").click()
                expect(main(page).locator("h1")).to_have_text(text_of(topic, language).title)
                settle(page)
                lock(page, topic)
                assert not broken(page)
                fits(page, PHONE)
                fits(page, WIDE)
            keyed(page, "onward").get_by_role("button").click()
        expect(main(page).locator("h1")).to_have_text(Text(language).shared("progress.title"))
        predictions = page.get_by_test_id("stMetricValue").nth(2)
        expect(predictions).to_have_text(str(len(TOPICS)))


@in_turns
def test_a_topic_to_its_last_check(server, chromium, topic, language):
    text, chapter = text_of(topic, language), next(c for c in lessons.chapters() if c.name == topic.chapter)
    with visitor(chromium, server, language=language) as page:
        opened(page, server, topic.chapter)
        sidebar_link(page, text.short).click()
        expect(main(page).locator("h1")).to_have_text(text.title)
        predict_by_keyboard(page, topic, text)
        move_the_first_control(page, topic)
        fits(page, PHONE)
        fits(page, WIDE)
        for check in topic.facts["checks"]:
            wrong = next(option for option in check["options"] if option != check["right"])
            answer(page, topic, check, wrong, text)
            answer(page, topic, check, check["right"], text)
        assert not broken(page)
        expect(sidebar_link(page, text.short).get_by_test_id("stIconMaterial")).to_have_text("check_circle")
        sidebar_link(page, Text(language).shared("app.name")).click()
        count = text.shared("home.of_done", done=1, all=len(chapter.topics))
        expect(main(page).get_by_text(count)).to_be_visible()


def test_a_page_stands_only_when_what_draws_it_has_come(server, chromium):
    """`settle`, on which all these tests rely, where the browser fetches the chart's and the figures' code late."""
    with visitor(chromium, server) as page:
        opened(page, server, TOPICS[0].name)
        slow = {"offline": False, "latency": 1500, "downloadThroughput": -1, "uploadThroughput": -1}
        page.context.new_cdp_session(page).send("Network.emulateNetworkConditions", slow)
        keyed(page, f"{TOPICS[0].name}.lock").get_by_role("button").click()
        settle(page)
        assert page.get_by_test_id("stMetric").count() and page.evaluate(CHART)["drawn"]


def predict_by_keyboard(page, topic, text) -> None:
    """Move the prediction with the arrow keys, lock it with the Enter key at once, and see the curve appear."""
    place = slider(page, f"{topic.name}.guess")
    expect(place).to_be_enabled()
    settle(page)
    assert page.evaluate(CHART)["traces"] == 0
    expect(page.get_by_test_id("stMetric")).to_have_count(0)
    expect(main(page).get_by_text(text.shared("topic.truth_opens"))).to_be_visible()
    expect(main(page).locator("h2", has_text="■")).to_have_count(0)
    assert not broken(page)
    chosen = moved(place, steps=3)
    page.keyboard.press("Tab")
    expect(keyed(page, f"{topic.name}.lock").get_by_role("button")).to_be_focused()
    page.keyboard.press("Enter")
    stands(page)
    # What was locked is what the slider said last, however quick the hand was.
    expect(main(page).get_by_text(text.words["predict"]["locked"].split("**")[0]).first).to_contain_text(
        chosen
    )
    expect(place).to_have_count(0)
    if topic.data[0] in ("company", "simulated"):
        # A published table has no truth, only what came later.
        expect(main(page).locator("h2", has_text="■")).to_be_visible()
    expect(main(page).get_by_text(text.shared("topic.truth_opens"))).to_have_count(0)
    # The browser fetches what draws a figure at its first use, after the script has ended.
    expect(page.get_by_test_id("stMetricValue").first).to_be_visible()
    assert not broken(page)


def move_the_first_control(page, topic) -> None:
    """Move the model's first control by keyboard; figures or curve must follow."""
    control = page.locator(f"[class*='st-key-{topic.name}-']:not([class*='-check-']) input").first
    expect(control).to_be_enabled()
    settle(page)
    before = page.evaluate(CHART)["data"], page.get_by_test_id("stMetric").all_inner_texts()
    if control.get_attribute("type") == "range":
        moved(control, steps=2)
    elif control.get_attribute("role") == "combobox":
        drop_down(control)
        press(control, "ArrowDown", "Enter")
    else:
        press(control, "ArrowDown" if control.get_attribute("type") == "radio" else "Space")
    page.wait_for_function(f"before => ({CHART})().data && ({CHART})().data !== before", arg=before[0])
    settle(page)
    assert (page.evaluate(CHART)["data"], page.get_by_test_id("stMetric").all_inner_texts()) != before
