"""Is the prose true at settings that tell another story than the page's first one?"""

import pytest
from streamlit.testing.v1 import AppTest

import lessons
from lessons.words import text_of


def one_page(language: str) -> None:
    """The body of the page, as app.py draws it."""
    import lessons
    from lessons.relationship_marketing.bond_levels.page import page
    from lessons.words import text_of

    topic = next(topic for topic in lessons.topics() if topic.name == "bond_levels")
    page(text_of(topic, language))


def words(language, **money):
    """All that the page says at a setting, and its labels to hold it against."""
    page = AppTest.from_function(one_page, args=(language,), default_timeout=300)
    for bond in ("financial", "social", "structural"):
        page.query_params[bond] = str(money.get(bond, 0.0))
    page.query_params["years"] = "1"
    page.run()
    page.button(key="bond_levels.lock").click().run()
    assert not page.exception, [item.value for item in page.exception]
    topic = next(topic for topic in lessons.topics() if topic.name == "bond_levels")
    return " ".join(item.value for item in page.markdown), text_of(topic, language)


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_where_nothing_is_spent_no_story_of_ties_is_told(language):
    said, text = words(language)
    for name in ("mix_none", "room_none", "worth_none", "lived_none"):
        assert text.label(name) in said
    for name in ("line_tied", "remain_end"):
        assert text.label(name) not in said


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_ties_that_lose_money_or_have_no_grip_are_said_to(language):
    said, text = words(language, financial=3.0)
    start = text.label("worth_less", years=text.label("one_year"), loss="|", best_gain="").split("|")[0]
    assert start in said
    said, text = words(language, social=0.5)
    assert text.label("room_social") in said
