"""Can the learner's word be read, and does it keep the answer to itself until the prediction is locked?"""

from types import SimpleNamespace

import pytest

from lessons import topics
from lessons.relationship_marketing.word_of_mouth import pictures
from lessons.relationship_marketing.word_of_mouth.model import Market, Referrals
from lessons.words import text_of

TEXT = text_of(next(topic for topic in topics() if topic.name == "word_of_mouth"), "en")
TREE, MARKET = Referrals(talks=4, conversion=0.2, first=100), Market(innovation=0.02, imitation=0.4)
DRAWINGS = {"tree": (pictures.generations, TREE), "market": (pictures.years, MARKET)}


def word(kind, *, guess, locked):
    """The annotation that says "You", of one of the two charts."""
    draw, model = DRAWINGS[kind]
    stage = SimpleNamespace(text=TEXT, guess=guess, locked=locked, your_label="You")
    return draw(stage, model)["layout"]["annotations"][-1]


@pytest.mark.parametrize("kind", DRAWINGS)
def test_before_the_lock_the_learners_word_stands_still_and_so_tells_nothing(kind):
    words = [word(kind, guess=guess, locked=False) for guess in range(100, 1001, 20)]
    assert {(one["xanchor"], one["yanchor"]) for one in words} == {("right", "bottom")}


def test_who_guesses_the_answer_can_read_both_words_at_its_height():
    assert word("tree", guess=TREE.total(), locked=True)["xanchor"] == "left"


def test_the_learners_word_leaves_the_line_of_those_who_never_heard():
    # After 15 to 20 years between 259 and 330 of 1,000 have come by themselves: above 200, where the word would stand.
    assert word("market", guess=200, locked=True)["yanchor"] == "top"
    assert word("market", guess=400, locked=True)["yanchor"] == "bottom"
