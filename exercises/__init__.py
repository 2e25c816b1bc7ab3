"""What is practised?  Exercises are folders below this one, found by looking; each learner gets numbers of their own.

An exercise is a folder `exercises/<chapter>/<name>/` with task.py, en.toml and zh.toml; README.md says how to write it.
A variant's numbers follow from the course's public code, the exercise, the learner and the variant's number alone, so
that it can be made again and marked again years later; `ENGINE` names the rule by which they follow.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import hmac
import importlib
import importlib.util
import json
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lessons import Topic

ROOT = Path(__file__).parent
ENGINE = "2"
KINDS = ("number", "choice", "table", "ranking", "decision", "scores")
LONGEST_NAME = 200
MOST_VARIANTS = 1_000_000


class UnknownExercise(ValueError):
    """There is no exercise of this name; the text is one sentence that says which there are."""


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One exercise: where it stands, and what its task.py says of itself without being run.

    `kind` is one of `KINDS` ("" where task.py names none), `concepts` are the glossary's slugs, `order` is its place
    under its topic.
    """

    name: str
    chapter: str
    folder: Path
    kind: str = field(compare=False)
    concepts: tuple[str, ...] = field(compare=False)
    order: int = field(compare=False)

    @property
    def path(self) -> str:
        """`chapter/name`."""
        return f"{self.chapter}/{self.name}"

    @property
    def module(self) -> ModuleType:
        """The exercise's task.py, imported when it is first asked for."""
        return _module(self.folder)


@functools.lru_cache(maxsize=256)
def _module(folder: Path) -> ModuleType:
    if folder.is_relative_to(ROOT):
        return importlib.import_module(".".join([__name__, *folder.relative_to(ROOT).parts, "task"]))
    spec = importlib.util.spec_from_file_location(f"task_in_{folder.name}", folder / "task.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@functools.lru_cache(maxsize=8)
def exercises(root: Path = ROOT) -> tuple[Exercise, ...]:
    """Return all exercises in the order of their chapters' names, then of their own `ORDER` and name."""
    found = []
    for file in sorted(root.glob("*/*/task.py")):
        says = _constants(file)
        found.append(
            Exercise(
                name=file.parent.name,
                chapter=file.parent.parent.name,
                folder=file.parent,
                kind=str(says.get("KIND", "")),
                concepts=tuple(says.get("CONCEPTS", ())),
                order=int(says.get("ORDER", 1)),
            )
        )
    return tuple(sorted(found, key=lambda one: (one.chapter, one.order, one.name)))


def _constants(file: Path) -> dict[str, Any]:
    """What a task.py says in plain values, read without running it; nothing where it is not Python yet."""
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError):
        return {}
    found = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if name in ("KIND", "CONCEPTS", "ORDER"):
                try:
                    found[name] = ast.literal_eval(node.value)
                except ValueError:
                    continue
    return found


def find(name: str, root: Path = ROOT) -> Exercise:
    """Return the exercise of this name. Raises UnknownExercise, which says which there are.

    >>> find("no_such_thing")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    exercises.UnknownExercise: There is no exercise no_such_thing; ...
    """
    for one in exercises(root):
        if one.name == name:
            return one
    there = ", ".join(one.name for one in exercises(root)) or "none yet"
    shown = "".join(letter if letter.isprintable() else "\N{REPLACEMENT CHARACTER}" for letter in name[:80])
    raise UnknownExercise(f"There is no exercise {shown}; there are: {there}.")


def of_concepts(concepts: tuple[str, ...], root: Path = ROOT) -> tuple[Exercise, ...]:
    """Return the exercises whose first concept is one of these, in their order."""
    return tuple(one for one in exercises(root) if one.concepts and one.concepts[0] in concepts)


def of_topic(topic: Topic, root: Path = ROOT) -> tuple[Exercise, ...]:
    """Return the exercises that a topic shows: those whose first concept its topic.toml holds, in their order."""
    return of_concepts(tuple(topic.facts["concepts"]), root)


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One learner's own numbers: `given` is what is shown, and with `engine` the rest says how it came about."""

    exercise: Exercise
    learner: str
    course: str
    number: int
    seed: int
    engine: str
    given: dict[str, Any] = field(compare=False)


def variant(exercise: Exercise, *, learner: str, number: int = 1, course: str = "local") -> Variant:
    """Return the variant `number` of an exercise for one learner in one course, given by its public code.

    The same arguments give the same numbers, on any machine. Raises ValueError for an empty or overlong learner or
    course, for one with characters that cannot be printed, and for a number that is not 1 to 1,000,000.
    """
    for what, text in (("learner", learner), ("course", course)):
        if (
            not isinstance(text, str)
            or not text.strip()
            or len(text) > LONGEST_NAME
            or not text.isprintable()
        ):
            raise ValueError(f"The {what} must be printable text of 1 to {LONGEST_NAME} characters.")
    if type(number) is not int or not 1 <= number <= MOST_VARIANTS:
        raise ValueError(f"The variant must be a whole number from 1 to {MOST_VARIANTS}.")
    message = json.dumps([exercise.name, learner, number], ensure_ascii=True).encode()
    digest = hmac.new(course.encode(), message, hashlib.sha256).digest()
    seed = int.from_bytes(digest)
    return Variant(
        exercise=exercise,
        learner=learner,
        course=course,
        number=number,
        seed=seed,
        engine=ENGINE,
        given=_own(_given(exercise, seed)),
    )


def given(exercise: Exercise, seed: int) -> dict[str, Any]:
    """Make what is shown for a seed, afresh."""
    import numpy as np

    rng = np.random.Generator(np.random.PCG64(seed))
    made = exercise.module.given(rng)
    return {name: value.item() if isinstance(value, np.generic) else value for name, value in made.items()}


# A page asks for the same variant on every rerun.
_given = functools.lru_cache(maxsize=64)(given)


def _own(shared: dict[str, Any]) -> dict[str, Any]:
    """Return containers of the caller's own, so that nobody writes into another's (frames copy when written)."""
    return {
        name: value.copy() if isinstance(value, list | dict) or hasattr(value, "iloc") else value
        for name, value in shared.items()
    }


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What became of an answer.

    `found` is "right", "mistake" (a known way to err, named by `mistake`), "slip" (the right number in another unit,
    named by `slip`), "wrong" or "unreadable" (why: `reason`). `score` lies between 0 and 1. `values` are what the
    words name: for a decision and for scores `worth`, `best` and `chance`.
    """

    right: bool
    found: str
    mistake: str | None = None
    slip: str | None = None
    reason: str | None = None
    score: float = 0.0
    values: dict[str, Any] = field(default_factory=dict, compare=False)


def mark(variant: Variant, raw: str | bytes) -> Verdict:
    """Mark what a learner typed or uploaded. Never raises for an answer: what cannot be read is a verdict, too."""
    from exercises.marking import marked

    return marked(variant, raw)
