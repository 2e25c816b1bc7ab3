"""How much work is it to make a learner numbers of their own, and to mark an answer?

All times are CPU time, so that a busy machine does not count. A variant is made afresh for another learner each time,
after a first one that lives the customers it draws from. The row says the median over all exercises; the slowest
exercise has a row of its own, by its name.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any

import exercises
from exercises import marking
from exercises.words import words
from tests.benchmarks import CannotRun, Row

LEARNERS = 15
WITHIN_MS = 50


def rows() -> Iterator[Row]:
    """Milliseconds for a variant, for the first of all, and for a mark with its words."""
    found = exercises.exercises()
    if not found:
        raise CannotRun("there are no exercises to measure.")
    made, first, marked = {}, {}, {}
    for one in found:
        first[one.name] = _milliseconds(lambda one=one: exercises.variant(one, learner="first"))
        made[one.name] = [
            _milliseconds(lambda one=one, at=at: exercises.variant(one, learner=f"learner {at}"))
            for at in range(LEARNERS)
        ]
        marked[one.name] = [_milliseconds(lambda mine=mine: _wrong(mine)) for mine in _variants(one)]
    slowest = max(made, key=lambda name: median(made[name]))
    whole = [taken for times in made.values() for taken in times]
    yield Row(what=f"one variant, all {len(found)} exercises", unit="ms", ours=whole, at_most=WITHIN_MS)
    yield Row(what=f"one variant of the slowest, {slowest}", unit="ms", ours=made[slowest], at_most=WITHIN_MS)
    yield Row(what="the first variant of each, its customers lived", unit="ms", ours=list(first.values()))
    slowest = max(marked, key=lambda name: median(marked[name]))
    whole = [taken for times in marked.values() for taken in times]
    yield Row(what="an answer marked and answered in words, all exercises", unit="ms", ours=whole)
    yield Row(what=f"the same of the slowest, {slowest}", unit="ms", ours=marked[slowest])


def _variants(one: exercises.Exercise) -> list[exercises.Variant]:
    return [exercises.variant(one, learner=f"learner {at}") for at in range(LEARNERS)]


def _wrong(mine: exercises.Variant) -> None:
    """Mark the first known mistake, with all that has to be calculated for it, and say what it means."""
    said = words(mine.exercise, "en")
    marking.answer.cache_clear()
    marking.mistakes.cache_clear()
    _, wrong = marking.mistakes(mine)[0]
    raw = _typed(mine, wrong)
    said.feedback(mine, exercises.mark(mine, raw))


def _typed(mine: exercises.Variant, value: Any) -> str | bytes:
    kind = mine.exercise.kind
    if kind == "scores":
        return value.rename_axis("customer_id").rename("score").to_csv().encode()
    if kind in ("table", "ranking", "decision"):
        return "\n".join(str(one) for one in value)
    return str(value)


def _milliseconds(act: Callable[[], object]) -> float:
    begun = time.process_time()
    act()
    return (time.process_time() - begun) * 1000
