"""From an old studio's count of who was sent by whom to the members of a new one, in the end."""

from __future__ import annotations

import numpy as np

from lessons.relationship_marketing.word_of_mouth.model import Referrals

KIND = "number"
CONCEPTS = ("word-of-mouth",)
ORDER = 1
UNITS = {"answer": "number:1", "rate": "number:4", "brought": "number:1", "second": "number:1"}
TOLERANCE = 0.6


def given(rng: np.random.Generator) -> dict:
    """Draw an old studio's members, those who were sent, and a new studio's first members."""
    members = int(rng.integers(40, 120)) * 10
    sent = round(members * float(rng.uniform(0.2, 0.42)))
    return {"members": members, "sent": sent, "first": int(rng.integers(8, 25)) * 10}


def _in_the_end(first: int, rate: float) -> float:
    return Referrals(talks=rate, conversion=1.0, first=first).total()


def answer(*, members: int, sent: int, first: int) -> float:
    """Return first ÷ (1 − R): all members together brought those who were sent."""
    return _in_the_end(first, sent / members)


def steps(*, members: int, sent: int, first: int) -> dict:
    """Return R, the first generation, and all who are brought."""
    rate = sent / members
    return {"rate": rate, "second": first * rate, "brought": _in_the_end(first, rate) - first}


MISTAKES = {
    "first_generation": lambda members, sent, first: first * (1 + sent / members),
    "without_first": lambda members, sent, first: _in_the_end(first, sent / members) - first,
    "per_founder": lambda members, sent, first: _in_the_end(first, sent / (members - sent)),
}
