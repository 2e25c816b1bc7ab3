"""Promises that every chapter and topic keeps, found by looking."""

from __future__ import annotations

import ast
import re
import tomllib

import pytest

import lessons
from lessons.words import LANGUAGES, Text, term, text_of

TOPICS = lessons.topics()
RESERVED = {"lang", "present", "stage", "data", "guess"}
each_topic = pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.path)
each_language = pytest.mark.parametrize("language", LANGUAGES)


def shape(value, path=""):
    """Return every key's path, so that two languages can be held against each other."""
    if isinstance(value, dict):
        return {key for name, below in value.items() for key in shape(below, f"{path}.{name}")}
    return {path}


def test_the_course_has_its_chapters_and_topics():
    assert len(lessons.chapters()) == 12
    assert [topic.name for topic in TOPICS if topic.chapter == "customer_value"] == [
        "rfm",
        "abc_analysis",
        "clv",
        "btyd",
    ]


def test_names_of_topics_are_unique_since_they_are_addresses():
    names = [topic.name for topic in TOPICS] + [chapter.name for chapter in lessons.chapters()]
    assert len(names) == len(set(names))


def test_no_folder_is_only_begun():
    assert list(lessons.left_out().values()) == []


TOPIC_TOML = "order = 1\nminutes = 9\nconcepts = []"
HEAD = '+++\ntitle = "A"\nquestion = "B"\naim = "C"\n+++\n'
WHOLE = {"topic.toml": TOPIC_TOML, "en.md": HEAD, "zh.md": HEAD, "page.py": ""}
OPENING = {"chapter.toml": "order = 1", "en.md": HEAD, "zh.md": HEAD}
BEGUN = {
    "old/no_english": (WHOLE | {"en.md": None}, "it has no en.md yet"),
    "old/only_words": (WHOLE | {"topic.toml": None, "page.py": None}, "no topic.toml and no page.py yet"),
    "old/no_order": (
        WHOLE | {"topic.toml": "minutes = 9"},
        "topic.toml does not say its order nor its concepts",
    ),
    "old/no_toml": (
        WHOLE | {"topic.toml": "order ="},
        "the TOML of topic.toml cannot be read (Invalid value",
    ),
    "old/no_head": (WHOLE | {"zh.md": "## 为什么 {#why}"}, "zh.md does not begin with its TOML"),
    "old/open_head": (WHOLE | {"en.md": HEAD[:-4]}, "en.md does not begin with its TOML"),
    "old/bad_head": (WHOLE | {"en.md": '+++\ntitle = "\n+++\n'}, "the TOML of en.md cannot be read"),
    "old/no_title": (WHOLE | {"en.md": '+++\nquestion = "B"\n+++\n'}, "en.md does not say its title"),
    "old/no_meaning": (
        WHOLE | {"zh.md": HEAD.replace("C", 'C"\n[terms.churn]\nx = "')},
        "the term churn in zh.md has no definition",
    ),
    "young": (OPENING | {"en.md": None}, "it has no en.md yet"),
    "unsure": (OPENING | {"chapter.toml": ""}, "chapter.toml does not say its order"),
}


def test_a_folder_that_is_only_begun_is_left_out_and_its_author_is_told_what_it_lacks(
    tmp_path, monkeypatch, caplog
):
    whole = {"old": OPENING, "old/whole": WHOLE, "young/whole": WHOLE}
    for folder, files in (whole | {folder: files for folder, (files, _) in BEGUN.items()}).items():
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            if content is not None:
                (tmp_path / folder / name).write_text(content, "utf-8")
    monkeypatch.setattr(lessons, "ROOT", tmp_path)
    found = lessons.chapters.__wrapped__()
    assert [step.path for chapter in found for step in (chapter, *chapter.topics)] == ["old", "old/whole"]
    for folder, (_, lack) in BEGUN.items():
        (told,) = [said for said in caplog.messages if f"lessons/{folder} " in said]
        pattern = "lessons/customer_value" + ("/rfm" if "/" in folder else "")
        assert lack in told and f"; {pattern} shows" in told
    assert len(caplog.messages) == len(BEGUN)


@each_topic
def test_both_languages_say_the_same_things(topic):
    english, chinese = text_of(topic, "en"), text_of(topic, "zh-Hans")
    assert shape(english.words) == shape(chinese.words)
    assert set(english._sections) == set(chinese._sections)
    for words in (english, chinese):
        needed_here = ["why", "by_hand", "formula_short", "limits", "truth", "formula", "data"]
        # What was held out stands in for the truth where nobody made the customers.
        needed_here += ["truth_real"] if set(topic.data) & {"cdnow", "file", "published"} else []
        for needed in needed_here:
            assert words.has(needed), needed
            assert words.section(needed).body or needed == "by_hand"


@each_topic
def test_both_languages_fill_the_same_places(topic):
    places = re.compile(r"\{([a-z_]+)\}")
    english, chinese = text_of(topic, "en"), text_of(topic, "zh-Hans")
    for key, words in english.words["labels"].items():
        assert set(places.findall(words)) == set(places.findall(chinese.words["labels"][key])), key
    for name in ("why", "limits", "truth", "truth_real"):
        if not english.has(name):
            continue
        one, two = (
            {
                found
                for found in places.findall(text.section(name).body)
                if f"\\{found}" not in text.section(name).body
            }
            for text in (english, chinese)
        )
        assert one == two, name


@each_topic
@each_language
def test_names_fit_where_they_stand(topic, language):
    text = text_of(topic, language)
    assert len(text.short) <= (22 if language == "en" else 11)
    assert text.words["question_short"] and text.words["invitation"]
    assert "{guess}" in text.words["predict"]["locked"]


@each_topic
def test_every_check_is_answered_by_name(topic):
    checks = topic.facts["checks"]
    assert 1 <= len(checks) <= 3
    for check in checks:
        assert check["right"] in check["options"]
        assert len(check["options"]) >= 3
        for language in LANGUAGES:
            words = text_of(topic, language).words["check"][check["name"]]
            assert set(words["replies"]) == set(check["options"])
            # Never a bare verdict: each reply gives a reason.
            assert all(
                len(words["replies"][option]) > (12 if language != "en" else 30)
                for option in check["options"]
            )
            assert len({words[option] for option in check["options"]}) == len(check["options"])


@each_topic
def test_sources_and_minutes_are_given(topic):
    assert 5 <= topic.minutes <= 60
    assert topic.facts["sources"]
    for source in topic.facts["sources"]:
        assert source["authors"] and source["title"] and source["where"]
        assert 1850 < source["year"] < 2030


@each_topic
def test_concepts_and_terms_are_in_the_glossary(topic):
    assert topic.facts["concepts"]
    for slug in [*topic.facts["concepts"], *text_of(topic, "en").words["terms"]]:
        assert set(term(slug)) == set(LANGUAGES)
    assert set(topic.facts["concepts"]) <= set(text_of(topic, "en").words["terms"])


@each_topic
@each_language
def test_a_definition_is_one_sentence_good_enough_for_an_examination(topic, language):
    for slug, words in text_of(topic, language).words["terms"].items():
        definition = words["definition"]
        assert len(definition) > (12 if language != "en" else 30), slug
        assert definition.rstrip(".。").count("。" if language != "en" else ". ") == 0, slug


@each_topic
def test_tables_used_exist(topic):
    from datasets.tables import TABLES

    assert set(topic.facts["tables"]) <= set(TABLES)


@each_topic
def test_each_model_is_tested_three_times_or_more(topic):
    files = list(topic.folder.glob("test_*.py"))
    names = [
        node.name
        for file in files
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
    ]
    assert len(names) >= 3


@each_topic
def test_controls_have_places_in_the_url_of_their_own(topic):
    for file in topic.folder.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in ("slider", "radio", "select", "pick", "toggle", "number")
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                assert node.args[0].value not in RESERVED, f"{file.name}: {node.args[0].value}"


@each_topic
def test_no_learners_sentence_stands_in_code(topic):
    """Words live in en.md and zh.md; a page that draws a sentence of its own is in one language only."""
    drawing = {
        "markdown",
        "write",
        "caption",
        "info",
        "warning",
        "error",
        "header",
        "subheader",
        "title",
        "text",
    }
    for name in ("page.py", "more.py"):
        file = topic.folder / name
        if not file.exists():
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in drawing
            ):
                for argument in node.args[:1]:
                    assert not (isinstance(argument, ast.Constant) and " " in str(argument.value)), (
                        argument.value
                    )


@pytest.mark.parametrize("chapter", lessons.chapters(), ids=lambda chapter: chapter.name)
@each_language
def test_every_chapter_says_what_it_asks_and_aims_at(chapter, language):
    text = Text(language, chapter.folder)
    assert text.title and text.words["question"] and text.words["aim"]
    assert shape(text.words) == shape(Text("en", chapter.folder).words)
    if chapter.topics:
        assert text.has("way")
    assert (
        tomllib.loads((chapter.folder / "chapter.toml").read_text("utf-8"))["order"] == chapter.facts["order"]
    )
