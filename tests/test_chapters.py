"""Does every chapter open with its case, map and ideas, and does the road lead from the first topic to the last?"""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from xml.etree import ElementTree

import pytest

import lessons
from lessons.screens import glossary, idea_map
from lessons.words import LANGUAGES, Text, term

TAUGHT = [chapter for chapter in lessons.chapters() if chapter.topics]
each_chapter = pytest.mark.parametrize("chapter", TAUGHT, ids=lambda chapter: chapter.name)
each_language = pytest.mark.parametrize("language", LANGUAGES)
# What the course's syllabus has read rather than moved, by chapter.
READ = {
    "foundations": """crm crm-three-layers crm-drivers crm-capabilities co-branding crm-benefits crm-domains customer
        four-tenets crm-integration three-flows crm-core-ideas crm-idea-map crm-principles three-truths
        crm-vs-customer-service crm-stakeholders competitive-advantage crm-trends crm-china e-enablement""",
    "relationship_marketing": """marketing-eras relationship-marketing genuine-relationship
        six-relationship-activities one-to-one mass-customisation customer-alliance customer-club
        customer-interaction""",
    "customer_value": "customer-value",
    "satisfaction": "customer-care satisfaction-levers",
    "loyalty": "self-concept loyalty-building",
    "churn": "customer-retention",
}


def test_six_chapters_are_taught_and_six_are_coming():
    assert [chapter.name for chapter in TAUGHT] == list(READ)
    assert len(lessons.chapters()) == 12


def test_the_road_leads_through_every_page_once():
    path, walked = TAUGHT[0].path, []
    while path:
        walked.append(path)
        step = lessons.after(path)
        path = step.path if step else ""
    assert walked == [step.path for chapter in TAUGHT for step in (chapter, *chapter.topics)]
    assert walked[-1] == TAUGHT[-1].topics[-1].path


@each_chapter
@each_language
def test_an_opening_page_has_its_parts(chapter, language):
    words = Text(language, chapter.folder)
    for section in ("case", "map", "way", *(read["section"] for read in chapter.facts["reads"])):
        assert words.section(section).heading and len(words.section(section).body) > 40, section
    assert len(words.words["discuss"]) == 2
    assert chapter.facts["sources"]
    assert all(
        source["authors"] and source["year"] and source["where"] for source in chapter.facts["sources"]
    )


@each_chapter
def test_every_idea_that_is_read_is_taught_and_defined(chapter):
    read = [slug for section in chapter.facts["reads"] for slug in section["concepts"]]
    assert len(read) == len(set(read))
    assert set(READ[chapter.name].split()) <= set(read)
    for language in LANGUAGES:
        terms = Text(language, chapter.folder).words["terms"]
        assert set(terms) == set(read)
        for slug in read:
            assert term(slug)[language]
            definition = terms[slug]["definition"]
            assert len(definition) > (20 if language != "en" else 50)
            # One sentence, good enough for an examination paper.
            assert definition.rstrip(".。").count("。" if language != "en" else ". ") == 0, slug


def diagrams(chapter):
    """Return each picture of an opening page: its facts, and where its words stand."""
    yield chapter.facts["map"], ("map",)
    for read in chapter.facts["reads"]:
        if "diagram" in read:
            yield read["diagram"], ("diagram", read["section"])


@each_chapter
@each_language
def test_a_map_is_whole_and_its_words_fit_their_boxes(chapter, language):
    words = Text(language, chapter.folder)
    for facts, place in diagrams(chapter):
        names = words.words
        for key in place:
            names = names[key]
        boxes = {box.name: box for box in idea_map.boxes(facts["boxes"])}
        assert set(names) == set(boxes)
        assert {end for arrow in facts["arrows"] for end in arrow.values()} <= set(boxes)
        corners = [(box.x, box.y, box.x + box.width) for box in boxes.values()]
        for number, (left, y, right) in enumerate(corners):
            for other_left, other_y, other_right in corners[number + 1 :]:
                assert y != other_y or right <= other_left or other_right <= left
        for name, label in names.items():
            lines = label.split("|")
            assert len(lines) <= 2
            for line in lines:
                # A Chinese character is twice as wide as a letter.
                letters = len(line) + len(re.findall(r"[\u3000-\u9fff]", line))
                assert letters * 6.6 <= boxes[name].width - 6, (language, name, line)
        drawn = ElementTree.fromstring(
            idea_map.svg(facts["boxes"], facts["arrows"], names, language="zh-Hant")
        )
        space = "{http://www.w3.org/2000/svg}"
        assert len(drawn.findall(f"{space}rect")) == len(boxes)
        assert len(drawn.findall(f"{space}line")) == len(facts["arrows"])


@each_chapter
def test_a_map_leads_into_the_course(chapter):
    paths = {step.path for other in TAUGHT for step in (other, *other.topics)}
    opened = {box["opens"] for box in chapter.facts["map"]["boxes"] if "opens" in box}
    assert opened and opened <= paths
    own = {topic.path for topic in chapter.topics}
    # The first chapter's map is the map of the course; each other map shows all of its own topics.
    assert chapter.facts["order"] == 1 or own <= opened, own - opened


def test_a_box_that_leaves_the_map_is_refused():
    with pytest.raises(ValueError, match="leave the map"):
        idea_map.boxes([{"name": "a", "at": [2, 0], "wide": 2, "look": "idea"}])


@each_language
def test_the_glossary_holds_every_concept_that_is_taught_once(language):
    found = glossary.entries(language)
    slugs = [entry.slug for entry in found]
    assert len(slugs) == len(set(slugs))
    taught = {slug for topic in lessons.topics() for slug in topic.facts["concepts"]}
    taught |= {slug for chapter in TAUGHT for read in chapter.facts["reads"] for slug in read["concepts"]}
    assert taught <= set(slugs)
    for topic in lessons.topics():
        for slug in topic.facts["concepts"]:
            assert next(entry.path for entry in found if entry.slug == slug).split("/")[0] == topic.chapter


def test_the_glossary_is_searched_in_every_language():
    rows = tomllib.loads((Path(lessons.ROOT) / "glossary.toml").read_text("utf-8"))
    for language in LANGUAGES:
        for entry in glossary.entries(language):
            for wanted in (rows[entry.slug]["en"], rows[entry.slug]["zh"], rows[entry.slug]["hant"]):
                assert entry in glossary.search(language, wanted)
    assert (
        glossary.search("en", "CHURN")[0].slug == "customer-churn"
        or "churn" in glossary.search("en", "CHURN")[0].slug
    )
    assert glossary.search("en", "zebra umbrella") == []
    assert len(glossary.search("en", "  ")) == len(glossary.entries("en"))
