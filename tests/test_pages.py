"""Does every page hold, in every language, at both ends of every control, on every kind of customers?"""

from __future__ import annotations

import functools
import re
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

import lessons
from lessons.words import LANGUAGES, text_of

TOPICS = lessons.topics()
each_topic = pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.path)
each_language = pytest.mark.parametrize("language", LANGUAGES)
# A word in braces that nobody filled, or asterisks that Markdown did not take.
UNFILLED = re.compile(r"(?<![\\$}^_{a-zA-Z])\{[a-z_]{3,}\}(?![}])")


def one_page(path: str, language: str) -> None:
    """The body of a page, as app.py draws it."""
    import importlib

    import lessons
    from lessons.words import text_of

    topic = next(topic for topic in lessons.topics() if topic.path == path)
    importlib.import_module(f"{topic.module}.page").page(text_of(topic, language))


def opened(topic, language: str = "en", *, lock: bool, **query: str) -> AppTest:
    page = AppTest.from_function(one_page, args=(topic.path, language), default_timeout=300)
    for name, value in query.items():
        page.query_params[name] = value
    page.run()
    sound(page)
    if lock:
        page.button(key=f"{topic.name}.lock").click().run()
        sound(page)
    return page


def sound(page: AppTest) -> None:
    assert not page.exception, [item.value for item in page.exception]
    assert not page.error, [item.value for item in page.error]
    for words in page.markdown:
        if "$" not in words.value:
            assert not UNFILLED.search(words.value), words.value


def controls(page: AppTest) -> list:
    listed = [*page.slider, *page.number_input, *page.selectbox, *page.toggle]
    listed += [radio for radio in page.radio if ".check." not in (radio.key or "")]
    return [
        (type(control).__name__, control.key)
        for control in listed
        if control.key and "map." not in control.key
    ]


def ends(page: AppTest, kind: str, key: str, labels: dict[str, str]) -> list:
    """Return the two ends of a control: its limits, or its first and last option's code."""
    control: Any = page.get_by_key(key)
    if kind in ("Slider", "NumberInput"):
        return [control.min, control.max]
    if kind == "Toggle":
        return [True, False]
    codes = {words: code for code, words in labels.items()}
    return [codes.get(words, words) for words in (control.options[0], control.options[-1])]


def value_of(page: AppTest, key: str) -> Any:
    control: Any = page.get_by_key(key)
    return control.value


def move(page: AppTest, key: str, end) -> None:
    control: Any = page.get_by_key(key)
    control.set_value(end).run()


@each_topic
@each_language
def test_before_the_lock_nothing_is_given_away(topic, language):
    page = opened(topic, language, lock=False)
    assert not page.metric
    assert all(slider.disabled for slider in page.slider if not str(slider.key).endswith(".guess"))
    assert not [radio for radio in page.radio if ".check." in (radio.key or "")]


@each_topic
@each_language
def test_after_the_lock_the_page_is_whole(topic, language):
    page = opened(topic, language, lock=True)
    assert 1 <= len(page.metric) <= 12
    assert len(page.tabs) == 4
    assert [radio for radio in page.radio if ".check." in (radio.key or "")]
    # The prediction is said again, and cannot be moved any more.
    assert not [slider for slider in page.slider if str(slider.key).endswith(".guess")]


@pytest.mark.parametrize(
    ("topic", "data"),
    [(topic, data) for topic in TOPICS for data in topic.data if data != "file"],
    ids=lambda value: getattr(value, "path", value),
)
def test_both_ends_of_every_control(topic, data):
    page = opened(topic, "en", lock=True, data=data)
    found = controls(page)
    assert found
    for kind, key in found:
        start = value_of(page, key)
        for end in ends(page, kind, key, text_of(topic, "en").words["labels"]):
            move(page, key, end)
            sound(page)
        move(page, key, start)
        sound(page)


@each_topic
@pytest.mark.parametrize("language", [code for code in LANGUAGES if code != "en"])
def test_all_controls_at_one_end_and_then_at_the_other(topic, language):
    page = opened(topic, language, lock=True)
    for side in (0, -1):
        for kind, key in controls(page):
            move(page, key, ends(page, kind, key, text_of(topic, language).words["labels"])[side])
            sound(page)


@each_topic
def test_every_answer_to_every_check_gets_its_reason(topic):
    page = opened(topic, "en", lock=True)
    for check in topic.facts["checks"]:
        key = f"{topic.name}.check.{check['name']}"
        for option in check["options"]:
            page.radio(key=key).set_value(option).run()
            page.button(key=f"{key}.answer").click().run()
            sound(page)
            shown = " ".join(words.value for words in page.markdown)
            assert ("**Correct**" if option == check["right"] else "**Not yet**") in shown


@each_topic
def test_present_mode_shows_each_stage(topic):
    for stage in range(1, 6 + len(topic.facts["checks"])):
        page = AppTest.from_function(one_page, args=(topic.path, "en"), default_timeout=300)
        page.query_params["present"], page.query_params["stage"] = "1", str(stage)
        page.run()
        sound(page)
        if stage == 1:
            assert page.button(key="present.next").disabled
        page.button(key=f"{topic.name}.lock").click().run()
        sound(page)
        assert page.title[0].value


@functools.cache
def usual(topic) -> tuple[str, Any]:
    """Return the key of the first control, and the value that it starts with."""
    page = opened(topic, "en", lock=True)
    _, key = controls(page)[0]
    return key, value_of(page, key)


@each_topic
@pytest.mark.parametrize("raw", ["", "nan", "-1e309", "9" * 400, "<script>", "%00", "０"])
def test_nonsense_in_the_url_is_not_believed(topic, raw):
    key, start = usual(topic)
    name = key.split(".", 1)[1]
    again = opened(topic, "en", lock=True, **{name: raw, "stage": raw, "guess": raw, "data": raw})
    assert value_of(again, key) == start
