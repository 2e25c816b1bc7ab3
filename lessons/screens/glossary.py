"""What does this word mean?  Every concept that the course teaches so far, to be searched in any of its languages.

A definition stands where the concept is taught, in a topic's or a chapter's words; this page only gathers them.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from lessons import chapters, way
from lessons.frame import memory, page_column
from lessons.words import LANGUAGES, Text, term, text_of


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One concept: its permanent id, its names by language code, its definition, and the path of its page."""

    slug: str
    names: Mapping[str, str]
    definition: str
    path: str


@functools.lru_cache(maxsize=len(LANGUAGES))
def entries(language: str) -> tuple[Entry, ...]:
    """Return every concept taught so far, in the order of the course; each once, where it is at home.

    A concept is at home on the topic that names it in topic.toml, else on the opening page that teaches it, else
    where it is first defined.
    """
    found: dict[str, tuple[int, Entry]] = {}
    for rank, path, text, slug in _defined(language):
        if slug not in found or rank < found[slug][0]:
            entry = Entry(
                slug=slug, names=term(slug), definition=text.words["terms"][slug]["definition"], path=path
            )
            found[slug] = (rank, entry)
    order = [step.path for step in way()]
    return tuple(sorted((entry for _, entry in found.values()), key=lambda entry: order.index(entry.path)))


def _defined(language: str) -> Iterator[tuple[int, str, Text, str]]:
    for chapter in chapters():
        words = Text(language, chapter.folder)
        read = {slug for section in chapter.facts.get("reads", []) for slug in section["concepts"]}
        for slug in words.words.get("terms", {}):
            yield (1 if slug in read else 2), chapter.path, words, slug
        for topic in chapter.topics:
            own = text_of(topic, language)
            for slug in own.words.get("terms", {}):
                yield (0 if slug in topic.facts["concepts"] else 2), topic.path, own, slug


def search(language: str, wanted: str) -> list[Entry]:
    """Return the entries in whose names, in any language, or definition every word of `wanted` occurs.

    Entries whose name begins with what is wanted come first.

    >>> search("en", "RFM")[0].slug
    'rfm'
    """
    words = wanted.casefold().split()

    def said(entry: Entry) -> str:
        return " ".join([*entry.names.values(), entry.slug, entry.definition]).casefold()

    found = [entry for entry in entries(language) if all(word in said(entry) for word in words)]
    start = wanted.casefold().strip()
    return sorted(
        found,
        key=lambda entry: (
            not any(name.casefold().startswith(start) for name in entry.names.values()),
            not any(start in name.casefold() for name in entry.names.values()),
        ),
    )


def page(*, code: str, pages: Mapping[str, Any]) -> None:
    """Draw the search box and the concepts that it finds, by chapter where nothing is searched."""
    text = Text(code)
    with page_column(width=1080):
        with st.container(gap="small"):
            st.title(text.shared("glossary.title"), anchor=False)
            memory.seed("glossary.search", "q", "", lambda raw: raw[:100])
            wanted = st.text_input(
                text.shared("glossary.search"),
                key="glossary.search",
                max_chars=100,
                icon=":material/search:",
                persist_state="session",
                width=510,
            )
            memory.keep("q", wanted, "")
            found = search(code, wanted)
            st.markdown(f":small[:gray[{text.shared('glossary.found', n=text.number(len(found)))}]]")
        if not found:
            st.markdown(text.shared("glossary.nothing"))
        if wanted.strip():
            _list(code, found, pages)
            return
        for chapter in chapters():
            here = [entry for entry in found if entry.path.split("/")[0] == chapter.name]
            if here:
                st.header(Text(code, chapter.folder).title, anchor=False)
                _list(code, here, pages)


def _list(code: str, found: list[Entry], pages: Mapping[str, Any]) -> None:
    for first in range(0, len(found), 2):
        for column, entry in zip(st.columns(2, gap="large"), found[first : first + 2], strict=False):
            with column:
                _entry(code, entry, pages)


def _entry(code: str, entry: Entry, pages: Mapping[str, Any]) -> None:
    names = {language: name[:1].upper() + name[1:] for language, name in entry.names.items()}
    others = dict.fromkeys(names[language] for language in LANGUAGES if language != code)
    with st.container(gap="xsmall"):
        st.markdown(
            f"**{names[code]}** :small[:gray[{' · '.join(name for name in others if name != names[code])}]]"
            f"  \n{entry.definition}"
        )
        st.page_link(
            pages[entry.path],
            label=f":small[{_place(code, entry.path)}]",
            icon=":material/arrow_forward:",
            query_params={"lang": code},
        )


def _place(code: str, path: str) -> str:
    return Text(code, next(step.folder for step in way() if step.path == path)).short
