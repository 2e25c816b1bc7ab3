"""Can a learner practise: hints, a mistake called by its name, new numbers, the right answer, and all of it kept?"""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

import exercises
import lessons
from classroom.visitors import COOKIE
from exercises import Exercise, Variant, mark, variant
from exercises.marking import answer, mistakes
from exercises.words import words
from lessons.words import LANGUAGES, Text
from tests.browser.server import settle
from tests.browser.visit import PHONE, WIDE, broken, drop_down, fits, keyed, main, opened, visitor
from tests.test_exercises import typed

KINDS = ("number", "choice", "table", "ranking", "decision", "scores")
# One of each kind, and each in the next language.
ONE_OF_EACH = [next(one for one in exercises.exercises() if one.kind == kind) for kind in KINDS]
TOPICS = {exercise.path: topic for topic in lessons.topics() for exercise in exercises.of_topic(topic)}
each_kind = pytest.mark.parametrize(
    ("exercise", "language"),
    [(exercise, [*LANGUAGES][number % len(LANGUAGES)]) for number, exercise in enumerate(ONE_OF_EACH)],
    ids=lambda value: getattr(value, "name", value),
)


def learner_of(page: Page) -> str:
    """Return the learner's code, which is in this browser's cookie."""
    return next(cookie.get("value", "") for cookie in page.context.cookies() if cookie.get("name") == COOKIE)


def begun(page: Page, exercise: Exercise) -> Locator:
    """Open the exercise and return its card."""
    keyed(page, f"practice.{exercise.name}.toggle").get_by_role("button").click()
    keyed(page, f"practice.{exercise.name}.answer").wait_for()
    settle(page, seconds=60)
    return main(page)


def hand_in(page: Page, mine: Variant, raw: str | bytes) -> None:
    """Give an answer in the way that its kind asks for."""
    key, kind = f"practice.{mine.exercise.name}", mine.exercise.kind
    field = f"{key}.answer.{mine.number}"
    if kind == "number":
        keyed(page, field).locator("input").fill(str(raw))
    elif kind == "choice":
        codes = list(words(mine.exercise, "en").options(mine))
        keyed(page, field).get_by_test_id("stRadioOption").nth(codes.index(str(raw))).click()
    elif kind == "table":
        for row, line in zip(words(mine.exercise, "en").rows(mine), str(raw).split("\n"), strict=True):
            keyed(page, f"{key}.{row}.{mine.number}").locator("input").fill(line)
    elif kind == "ranking":
        listed = words(mine.exercise, page.locator("html").get_attribute("lang") or "en").options(mine)
        # One click a place and nothing more: no list is left open.
        for code in str(raw).split(" > "):
            keyed(page, field).get_by_role("button", name=listed[code], exact=True).click()
    elif kind == "decision":
        keyed(page, f"{key}.way").get_by_role("radio").nth(2).click()
        settle(page, seconds=60)
        keyed(page, f"{key}.ids.{mine.number}").locator("textarea").fill(str(raw))
    else:
        content = raw if isinstance(raw, bytes) else raw.encode()
        keyed(page, f"{key}.file.{mine.number}").locator("input[type=file]").set_input_files(
            {"name": "scores.csv", "mimeType": "text/csv", "buffer": content}
        )
    button = keyed(page, f"{key}.answer").get_by_role("button")
    expect(button).to_be_enabled()
    button.click()


def test_no_list_is_taken_before_a_column_is_picked(server, chromium):
    exercise = next(one for one in ONE_OF_EACH if one.kind == "decision")
    key = f"practice.{exercise.name}"
    with visitor(chromium, server, language="zh-Hant") as page:
        opened(page, server, TOPICS[exercise.path].name)
        begun(page, exercise)
        take = keyed(page, f"{key}.answer").get_by_role("button")
        expect(take).to_be_disabled()
        drop_down(keyed(page, f"{key}.column.1").locator("input"))
        page.get_by_role("option").nth(1).click()
        expect(take).to_be_enabled()
        assert not broken(page)
        take.click()
        expect(keyed(page, f"{key}.new")).to_be_visible(timeout=60_000)


@each_kind
def test_from_the_first_hint_to_the_right_answer(server, chromium, exercise, language):
    said, text, key = words(exercise, language), Text(language), f"practice.{exercise.name}"
    with visitor(chromium, server, language=language) as page:
        opened(page, server, TOPICS[exercise.path].name)
        begun(page, exercise)
        first = variant(exercise, learner=learner_of(page), number=1)
        keyed(page, f"{key}.hint").get_by_role("button").click()
        expect(main(page).get_by_text(f"1/{len(said.hints(first))}")).to_be_visible()
        assert not broken(page)
        fits(page, PHONE)
        fits(page, WIDE)
        name, value = mistakes(first)[0]
        raw = typed(first, value)
        assert mark(first, raw).mistake == name
        hand_in(page, first, raw)
        keyed(page, f"{key}.new").wait_for()
        settle(page, seconds=60)
        expect(main(page).get_by_text(said.shared["terminal"]["mistake"].rstrip("。."))).to_be_visible()
        assert not broken(page)
        keyed(page, f"{key}.new").get_by_role("button").click()
        keyed(page, f"{key}.answer").wait_for()
        settle(page, seconds=60)
        second = variant(exercise, learner=learner_of(page), number=2)
        hand_in(page, second, typed(second, answer(second)))
        card = keyed(page, f"{key}.card")
        expect(card.locator(".stMarkdownBadge")).to_contain_text(text.shared("topic.done"))
        page.reload()
        settle(page, seconds=60)
        expect(card.locator(".stMarkdownBadge")).to_contain_text(text.shared("topic.done"))
        opened(page, server, "progress")
        solved = text.shared("progress.of", done="1", all=text.number(len(exercises.exercises())))
        expect(page.get_by_test_id("stMetricValue").nth(1)).to_have_text(solved)


def test_after_three_tries_there_is_the_worked_solution(server, chromium):
    exercise = ONE_OF_EACH[0]
    key, text = f"practice.{exercise.name}", Text("en")
    with visitor(chromium, server) as page:
        opened(page, server, TOPICS[exercise.path].name)
        begun(page, exercise)
        # What cannot be read uses up no try.
        mine = variant(exercise, learner=learner_of(page), number=1)
        hand_in(page, mine, "a few")
        expect(
            main(page).get_by_text(words(exercise, "en").shared["terminal"]["unreadable"].rstrip("."))
        ).to_be_visible()
        for number in (1, 2, 3):
            mine = variant(exercise, learner=learner_of(page), number=number)
            solution = main(page).get_by_text(text.shared("practice.solution"), exact=True)
            expect(solution).to_have_count(0)
            hand_in(page, mine, typed(mine, mistakes(mine)[0][1]))
            keyed(page, f"{key}.new").wait_for()
            settle(page, seconds=60)
            if number < 3:
                keyed(page, f"{key}.new").get_by_role("button").click()
                keyed(page, f"{key}.answer").wait_for()
                settle(page, seconds=60)
        expect(main(page).get_by_text(text.shared("practice.solution"), exact=True)).to_be_visible()
        assert not broken(page)


def test_the_next_visit_goes_on_where_this_one_ended(server, chromium):
    topic = lessons.topics()[-1]
    with visitor(chromium, server) as page:
        opened(page, server, topic.name)
        again = page.context.new_page()
        page.close()
        opened(again, server)
        start = keyed(again, "start").get_by_role("button")
        expect(start).to_contain_text(Text("en").shared("home.continue"))
        start.click()
        expect(main(again).locator("h1")).to_have_text(Text("en", topic.folder).title)
