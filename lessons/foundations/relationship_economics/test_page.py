"""Does the page hold for every claim, in every language, and not only for the one that it opens with?"""

import pytest
from streamlit.testing.v1 import AppTest

from lessons.foundations.relationship_economics.model import CLAIMED


def one_page(language: str) -> None:
    """The body of the page, as app.py draws it."""
    import lessons
    from lessons.foundations.relationship_economics.page import page
    from lessons.words import text_of

    topic = next(topic for topic in lessons.topics() if topic.name == "relationship_economics")
    page(text_of(topic, language))


def all_nine(language: str) -> None:
    """The further table alone, as its expander draws it."""
    import streamlit as st

    import lessons
    from lessons import frame
    from lessons.foundations.relationship_economics import more, page
    from lessons.frame import data
    from lessons.words import text_of

    topic = next(topic for topic in lessons.topics() if topic.name == "relationship_economics")
    made = data.company()
    stage = frame.run(text_of(topic, language), page.model, made, controls=st.container())
    more.all_claims(stage, lambda claim: page.held(made.key, claim, made))


@pytest.mark.parametrize("claim", CLAIMED)
@pytest.mark.parametrize("language", ["en", "zh-Hant"])
def test_every_claim_has_its_picture_and_its_truth(claim, language):
    page = AppTest.from_function(one_page, args=(language,), default_timeout=300)
    page.query_params["claim"] = claim
    page.run()
    page.button(key="relationship_economics.lock").click().run()
    assert not page.exception, [item.value for item in page.exception]
    assert 5 <= len(page.metric) <= 8
    shown = " ".join(words.value for words in [*page.markdown, *page.info])
    assert "{" not in shown.split("$")[0]
    for side in ("min", "max"):
        for slider in page.slider:
            slider.set_value(getattr(slider, side))
        page.run()
        assert not page.exception, [item.value for item in page.exception]


@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant"])
def test_the_table_of_all_nine_opens(language):
    page = AppTest.from_function(all_nine, args=(language,), default_timeout=300)
    page.run()
    assert not page.exception, [item.value for item in page.exception]
    assert page.dataframe[0].value.shape == (9, 5)
