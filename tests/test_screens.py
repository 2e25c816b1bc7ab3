"""Do the pages that are no topic hold: every chapter's opening, the glossary, the learner's own progress?"""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

import exercises
import lessons
from lessons.screens import glossary
from lessons.words import LANGUAGES, Text
from tests.test_pages import sound

TAUGHT = [chapter for chapter in lessons.chapters() if chapter.topics]
each_chapter = pytest.mark.parametrize("chapter", TAUGHT, ids=lambda chapter: chapter.name)
each_language = pytest.mark.parametrize("language", LANGUAGES)


def chapter_page(name: str, language: str) -> None:
    import lessons
    from lessons.screens import chapter

    found = next(one for one in lessons.chapters() if one.name == name)
    chapter.page(found, code=language, pages={})


def glossary_page(language: str) -> None:
    import streamlit as st

    import lessons
    from lessons.screens import glossary

    paths = [step.path for one in lessons.chapters() if one.topics for step in (one, *one.topics)]
    pages = {path: st.Page(lambda: None, title=path, url_path=path.replace("/", "-")) for path in paths}
    st.navigation(list(pages.values()), position="hidden")
    glossary.page(code=language, pages=pages)


def progress_page(language: str) -> None:
    import streamlit as st

    import lessons
    from classroom.screens import progress

    paths = [step.path for one in lessons.chapters() if one.topics for step in (one, *one.topics)]
    pages = {path: st.Page(lambda: None, title=path, url_path=path.replace("/", "-")) for path in paths}
    st.navigation(list(pages.values()), position="hidden")
    progress.page(code=language, pages=pages, learner="ann")


@each_chapter
@each_language
def test_a_chapter_opens(chapter, language):
    page = AppTest.from_function(chapter_page, args=(chapter.name, language), default_timeout=300).run()
    sound(page)
    words = Text(language, chapter.folder)
    assert page.title[0].value == words.title
    assert [button for button in page.button if button.key == f"open.{chapter.topics[0].path}"]
    shown = " ".join(markdown.value for markdown in page.markdown)
    assert words.words["question"] in shown
    assert all(question in shown for question in words.words["discuss"])


@each_chapter
@each_language
def test_a_chapter_is_projected_part_by_part(chapter, language):
    count = len(chapter.facts["reads"]) + 2
    seen = set()
    for stage in range(1, count + 1):
        page = AppTest.from_function(chapter_page, args=(chapter.name, language), default_timeout=300)
        page.query_params["present"], page.query_params["stage"] = "1", str(stage)
        sound(page.run())
        assert page.title[0].value == Text(language, chapter.folder).words["question"]
        assert page.button(key="present.next").disabled == (stage == count)
        in_prose = [words.value.split("\n")[0] for words in page.markdown if words.value.startswith("## ")]
        (heading,) = [*(header.value for header in page.header), *in_prose]
        seen.add(heading)
    assert len(seen) == count


def test_words_stand_larger_on_the_projector_where_they_have_room():
    from lessons.frame.present import has_room

    heading, sentence = "## Heading\n\n", "Twelve words of a sentence that a lecturer reads out to the room. "
    for words, larger in (
        (sentence * 14, True),
        (sentence * 20, False),
        ("Short.\n\n" * 8, True),
        ("Short.\n\n" * 11, False),
        (sentence + "\n\n$$\nx\n$$", False),
        ("| a | b |\n|---|---|", False),
        ("客" * 500, True),
        ("客" * 620, False),
    ):
        assert has_room(heading + words) == larger, words[:30]


@each_language
def test_the_glossary_lists_finds_and_says_when_there_is_nothing(language):
    page = AppTest.from_function(glossary_page, args=(language,), default_timeout=300).run()
    sound(page)
    assert len(page.header) == len(TAUGHT)
    shown = " ".join(markdown.value for markdown in page.markdown)
    assert all(entry.definition in shown for entry in glossary.entries(language))
    page.text_input(key="glossary.search").set_value("RFM").run()
    sound(page)
    assert not page.header
    assert "RFM" in page.markdown[1].value
    page.text_input(key="glossary.search").set_value("zebra umbrella").run()
    sound(page)
    assert Text(language).shared("glossary.nothing") in [markdown.value for markdown in page.markdown]
    assert page.query_params["q"] == "zebra umbrella"


@each_language
def test_progress_counts_what_was_done(language):
    from lessons.frame import memory

    topic, exercise = TAUGHT[0].topics[0], exercises.of_topic(TAUGHT[0].topics[0])[0]
    tries = [
        {"right": False, "found": "wrong", "variant": 1},
        {"right": True, "found": "right", "variant": 2},
    ]
    kept = memory.Progress(
        predictions={topic.path: 50}, done={topic.path}, attempts={exercise.path: tries}, latest=topic.path
    )
    page = AppTest.from_function(progress_page, args=(language,), default_timeout=300)
    page.session_state["progress"] = kept
    sound(page.run())
    text = Text(language)
    of = [len(lessons.topics()), len(exercises.exercises())]
    assert [metric.value for metric in page.metric] == [
        *(text.shared("progress.of", done="1", all=text.number(count)) for count in of),
        "1",
    ]
    shown = " ".join(markdown.value for markdown in page.markdown)
    assert text.shared("progress.solved", tries="2") in shown
    assert "`ann`" in shown
