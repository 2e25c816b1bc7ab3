"""What is taught?  Chapters and topics, found by looking at the folders.

A chapter is a folder with a `chapter.toml`, a topic a folder below it with a `topic.toml`. There is
no list to keep: whatever stands here is part of the course, in the order that the files give. A folder
that is only begun is left out, and the log says what it lacks.
"""

from __future__ import annotations

import functools
import logging
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent
# Without these no page could be drawn, its own or one that names it.
CHAPTER_FILES = ("chapter.toml", "en.md", "zh.md")
TOPIC_FILES = ("topic.toml", "en.md", "zh.md", "page.py")
# What other pages read of it: a key that lacks here would break them, and not only the page at fault.
CHAPTER_KEYS = {"chapter.toml": ("order",), ".md": ("title", "question", "aim")}
TOPIC_KEYS = {"topic.toml": ("order", "minutes", "concepts"), ".md": ("title", "question")}


@dataclass(frozen=True, kw_only=True)
class Topic:
    """One topic of the course: its folder and what `topic.toml` says of it."""

    chapter: str
    name: str
    folder: Path
    facts: dict[str, Any] = field(compare=False)

    @property
    def path(self) -> str:
        """`chapter/topic`, the topic's permanent name in the store."""
        return f"{self.chapter}/{self.name}"

    @property
    def minutes(self) -> int:
        """Minutes that a learner needs for it."""
        return int(self.facts["minutes"])

    @property
    def data(self) -> tuple[str, ...]:
        """On whose customers it works, the usual ones first: company, published, simulated, cdnow, file."""
        return tuple(self.facts.get("data", ("simulated", "cdnow", "file")))

    @property
    def module(self) -> str:
        """The dotted name of the topic's package."""
        return f"lessons.{self.chapter}.{self.name}"


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """One chapter of the course and its topics, in order."""

    name: str
    folder: Path
    facts: dict[str, Any]
    topics: tuple[Topic, ...]

    @property
    def path(self) -> str:
        """The chapter's name, which is its address."""
        return self.name

    @property
    def minutes(self) -> int:
        """Minutes that all its topics need together."""
        return sum(topic.minutes for topic in self.topics)


def left_out() -> dict[Path, str]:
    """Return the folders that somebody has only begun, each with one sentence for its author."""
    begun = {file.parent: (CHAPTER_FILES, CHAPTER_KEYS) for file in ROOT.glob("*/chapter.toml")}
    begun |= {
        file.parent: (TOPIC_FILES, TOPIC_KEYS) for name in TOPIC_FILES for file in ROOT.glob(f"*/*/{name}")
    }
    said = {}
    for folder, (files, keys) in begun.items():
        if lack := _lack(folder, files, keys):
            pattern = "lessons/customer_value" + ("/rfm" if files == TOPIC_FILES else "")
            said[folder] = (
                f"lessons/{folder.relative_to(ROOT).as_posix()} is left out of the course, because {lack}; "
                f"{pattern} shows what goes in there."
            )
    return said


def head_and_prose(written: str, *, name: str) -> tuple[str, str]:
    """Split a file of words into the TOML between two lines +++ and the prose after it; `name` is for the error.

    Raises ValueError where it does not begin so.

    >>> head_and_prose('+++\\ntitle = "Loyalty"\\n+++\\nText.', name="en.md")
    ('title = "Loyalty"', 'Text.')
    """
    head, line, prose = written.partition("\n+++\n")
    if not line or not f"{head}\n".startswith("+++\n"):
        raise ValueError(f"{name} does not begin with its TOML between two lines +++")
    return head[4:], prose


def _lack(folder: Path, files: tuple[str, ...], keys: dict[str, tuple[str, ...]]) -> str:
    if missing := [name for name in files if not (folder / name).exists()]:
        return f"it has no {' and no '.join(missing)} yet"
    for name in files[:3]:
        written = (folder / name).read_text("utf-8")
        try:
            if name.endswith(".md"):
                written, _ = head_and_prose(written, name=name)
            facts = tomllib.loads(written)
        except tomllib.TOMLDecodeError as error:
            return f"the TOML of {name} cannot be read ({error})"
        except ValueError as error:
            return str(error)
        needed = keys[".md" if name.endswith(".md") else name]
        if missing := [key for key in needed if key not in facts]:
            return f"{name} does not say its {' nor its '.join(missing)}"
        for slug, term in facts.get("terms", {}).items():
            if "definition" not in term:
                return f"the term {slug} in {name} has no definition"
    return ""


@functools.lru_cache(maxsize=1)
def chapters() -> tuple[Chapter, ...]:
    """Return all chapters in their order, each with its topics in theirs."""
    found, begun = [], left_out()
    for sentence in begun.values():
        logging.getLogger("crm_lab").warning(sentence)
    for file in ROOT.glob("*/chapter.toml"):
        if file.parent in begun:
            continue
        facts = tomllib.loads(file.read_text("utf-8"))
        topics = [
            Topic(
                chapter=file.parent.name,
                name=topic.parent.name,
                folder=topic.parent,
                facts=tomllib.loads(topic.read_text("utf-8")),
            )
            for topic in file.parent.glob("*/topic.toml")
            if topic.parent not in begun
        ]
        topics.sort(key=lambda topic: (topic.facts["order"], topic.name))
        found.append(Chapter(name=file.parent.name, folder=file.parent, facts=facts, topics=tuple(topics)))
    return tuple(sorted(found, key=lambda chapter: (chapter.facts["order"], chapter.name)))


def topics() -> tuple[Topic, ...]:
    """Return every topic of the course, in the order in which it is walked."""
    return tuple(topic for chapter in chapters() for topic in chapter.topics)


def way() -> tuple[Chapter | Topic, ...]:
    """Return every page of the course in order: each chapter that has topics, and its topics after it."""
    return tuple(step for chapter in chapters() if chapter.topics for step in (chapter, *chapter.topics))


def after(path: str) -> Chapter | Topic | None:
    """Return what follows a chapter's opening or a topic on the way through the course; None at its end.

    `path` is a chapter's name or `chapter/topic`. Chapters without topics are not on the way yet.
    """
    steps = way()
    at = next(number for number, step in enumerate(steps) if step.path == path)
    return steps[at + 1] if at + 1 < len(steps) else None
