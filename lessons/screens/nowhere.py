"""What if there is nothing at this address?  One sentence, and the way home."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from lessons.frame import page_column
from lessons.words import Text


def page(*, code: str, pages: Mapping[str, Any]) -> None:
    """Say in the reader's language that there is no such page; Streamlit's own words would be English."""
    text = Text(code)
    with page_column(width=1080):
        st.title(text.shared("app.name"), anchor=False)
        st.markdown(text.shared("errors.not_found"), width=510)
        st.page_link(
            pages[""], label=text.shared("app.name"), icon=":material/sailing:", query_params={"lang": code}
        )
