"""CRM Lab: the whole app.  Navigation, language, topic; it calls, and draws nothing itself.

Streamlit runs this file for every visitor as `__main__`; the server imports it once, for `app`.
"""

from __future__ import annotations

import functools
import importlib
import json
import logging
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import streamlit as st

import lessons
from classroom.visitors import (
    COOKIE,
    LearnerCookie,
    PageLanguage,
    PlainAddress,
    language_of,
    valid_learner,
)


# Cached by Streamlit: this file is run anew for every visit, so a cache of its own would be new each time.
@st.cache_resource(max_entries=1, show_spinner=False)
def store() -> Any:
    """Open the store once; without it the course still runs, and the log says that nothing is kept."""
    from classroom.store import StoreUnavailable, open_store

    try:
        return open_store()
    except StoreUnavailable as unavailable:
        logging.getLogger("crm_lab").warning("%s", unavailable)
        return None


@st.cache_resource(max_entries=8, ttl="1h", show_spinner=False)
def shelf(learner: str) -> dict[str, Any]:
    """Return where a learner's own file lies while a phone sleeps: in this process, for an hour."""
    return {}


def learner() -> str:
    """Return whose numbers the exercises have: this browser's learner, or where it takes no cookie a guest."""
    return valid_learner(str(st.context.cookies.get(COOKIE))) or "guest"


def remember() -> None:
    """Tell the lessons what this visitor did before, and keep what they do from now on."""
    from classroom.store import StoreUnavailable
    from lessons.frame import memory

    known = valid_learner(str(st.context.cookies.get(COOKIE)))
    if memory.installed():
        return
    kept = memory.Progress(unkept="" if known and store() else "not_kept" if known else "no_cookie")

    def record(kind: str, topic: str, name: str, value: Any) -> None:
        if kept.unkept:
            return
        try:
            store().record(learner=known, kind=kind, topic=topic, name=name, value=value)
        except StoreUnavailable as unavailable:
            kept.unkept = "not_kept"
            logging.getLogger("crm_lab").warning("%s", unavailable)

    if not kept.unkept:
        try:
            past = store().progress(learner=known)
            kept.predictions |= past.predictions
            kept.checks |= {topic: dict(answers) for topic, answers in past.checks.items()}
            kept.done |= past.done
            kept.attempts |= {exercise: list(tries) for exercise, tries in past.attempts.items()}
            kept.latest = past.latest
        except StoreUnavailable as unavailable:
            kept.unkept = "not_kept"
            logging.getLogger("crm_lab").warning("%s", unavailable)

    memory.install(recorder=record, progress=kept, shelf=shelf(known) if known else {})


def main() -> None:
    """Draw the page that the visitor asked for."""
    from lessons.frame import memory, present
    from lessons.screens import chapter as opening
    from lessons.screens import home, navigation, nowhere
    from lessons.words import Text, text_of

    accepted = st.context.headers.get("Accept-Language", "") or (st.context.locale or "")
    code = navigation.language(asked=language_of("", accepted))
    st.set_page_config(
        page_title=Text(code).shared("app.name"),
        # A file of ours: a material icon would be fetched from a server far away.
        page_icon=home.ICON,
        layout="wide",
        initial_sidebar_state=280,
    )
    remember()
    pages: dict[str, Any] = {}

    def topic_page(topic: lessons.Topic) -> None:
        memory.opened(topic.path)
        importlib.import_module(f"{topic.module}.page").page(text_of(topic, code))
        if not present.on():
            from classroom.screens import practice

            practice.draw(topic, code=code, learner=learner())
            navigation.onward(pages=pages, here=topic.path, code=code)

    def chapter_page(chapter: lessons.Chapter) -> None:
        memory.opened(chapter.path)
        opening.page(chapter, code=code, pages=pages)
        if not present.on():
            navigation.onward(pages=pages, here=chapter.path, code=code)

    def glossary_page() -> None:
        from lessons.screens import glossary

        glossary.page(code=code, pages=pages)

    def progress_page() -> None:
        from classroom.screens import progress

        progress.page(code=code, pages=pages, learner=learner())

    def company_page() -> None:
        # Its tables need pyarrow and pandas, and the home page does not wait for them.
        from lessons.screens import company

        company.page(code=code, pages=pages)

    pages[""] = st.Page(lambda: home.page(code=code, pages=pages), title="CRM Lab", default=True)
    pages[navigation.COMPANY] = st.Page(
        company_page, title=Text(code).shared("company.title"), url_path=navigation.COMPANY
    )
    for name, draw in ((navigation.GLOSSARY, glossary_page), (navigation.PROGRESS, progress_page)):
        pages[name] = st.Page(draw, title=Text(code).shared(f"{name}.title"), url_path=name)
    for chapter in lessons.chapters():
        if chapter.topics:
            draw = functools.partial(chapter_page, chapter)
            pages[chapter.name] = st.Page(draw, title=Text(code, chapter.folder).title, url_path=chapter.name)
        for topic in chapter.topics:
            pages[topic.path] = st.Page(
                functools.partial(topic_page, topic), title=text_of(topic, code).title, url_path=topic.name
            )
    if unknown := navigation.unknown_address(page.url_path for page in pages.values()):
        draw = functools.partial(nowhere.page, code=code, pages=pages)
        pages[unknown] = st.Page(draw, title=Text(code).shared("app.name"), url_path=unknown)
    chosen = st.navigation(list(pages.values()), position="hidden")
    here = next(path for path, page in pages.items() if page == chosen)
    navigation.written_back(code)
    if not present.on():
        navigation.sidebar(pages=pages, here=here, code=code)
    # Streamlit writes white on its main button, which cannot be read on the dark theme's light blue.
    st.html(
        "<style>button[kind=primary]{color:light-dark(#FFFFFF,#10181C)}</style>"
        f"<script>document.documentElement.lang={json.dumps(code)}</script>",
        unsafe_allow_javascript=True,
    )
    chosen.run()


if __name__ == "__main__":
    main()
else:
    import gc

    from starlette.middleware import Middleware
    from starlette.requests import Request
    from starlette.responses import JSONResponse
    from starlette.routing import Route

    def warm() -> None:
        """Import what the first topic needs, while the first visitor still reads the home page."""
        from threadpoolctl import threadpool_limits

        from lessons.frame.data import company, simulated

        for topic in lessons.topics():
            importlib.import_module(f"{topic.module}.page")
        importlib.import_module("lessons.screens.company")
        importlib.import_module("classroom.screens.practice")
        simulated()
        company()
        # Last, since no page needs them before its own first use, and then it should not wait a second.
        for library in ("ibis.backends.duckdb", "sklearn.linear_model", "sklearn.ensemble"):
            importlib.import_module(library)
        # Visitors share the cores: a product of matrices that takes them all makes the others wait.
        threadpool_limits(limits=1)
        gc.collect()
        gc.freeze()

    @asynccontextmanager
    async def lifespan(_app: st.App) -> AsyncIterator[None]:
        """Scan the topics, then warm the rest beside the first page."""
        lessons.topics()
        threading.Thread(target=warm, name="warm", daemon=True).start()
        yield

    async def healthz(_request: Request) -> JSONResponse:
        """Answer that the course is up, and how many topics it found."""
        return JSONResponse({"status": "ok", "topics": len(lessons.topics())})

    def say_sorry(error: Exception) -> bool:
        """Show one clear sentence in the reader's language; what happened goes to the log."""
        from lessons.words import Text

        logging.getLogger("crm_lab").error("A page failed.", exc_info=error)
        words = Text(st.session_state.get("language", "en")).shared("errors.something")
        st.error(words, icon=":material/error:")
        return True

    app = st.App(
        __file__,
        lifespan=lifespan,
        on_script_error=say_sorry,
        routes=[Route("/healthz", healthz)],
        middleware=[
            Middleware(LearnerCookie),
            Middleware(PageLanguage),
            Middleware(PlainAddress),
        ],
    )
