"""Which customers does the page work on?  The choice, and the learner's own file."""

from __future__ import annotations

import hashlib
from typing import Any

import streamlit as st

from lessons.frame import memory
from lessons.frame.data import Data, cdnow, company, own, published, simulated
from lessons.words import Text

_KEY, _FILE = "data", "own_file"


def kind(text: Text) -> str:
    """Return the chosen source: one of those that the topic works on."""
    offered, key = _offered(text)
    memory.seed(key, "data", offered[0], lambda raw: offered[offered.index(raw)])
    return st.session_state[key]


def _offered(text: Text) -> tuple[tuple[str, ...], str]:
    """Return the topic's kinds of customers and the widget's key: topics that offer the same share the choice."""
    assert text.topic is not None
    offered = text.topic.data
    return offered, ".".join((_KEY, *offered))


def source(text: Text) -> None:
    """Draw the choice of customers, at the right end of the model's heading row; none where there is one kind."""
    offered, key = _offered(text)
    if len(offered) == 1:
        return
    kind(text)
    memory.in_language(key, text.language)
    chosen = st.segmented_control(
        text.shared("topic.data_from"),
        offered,
        format_func=lambda code: text.shared(f"topic.source_{code}"),
        key=key,
        label_visibility="collapsed",
        required=True,
        persist_state="session",
    )
    memory.keep("data", chosen, offered[0])


def data(text: Text) -> Data | None:
    """Return the chosen customers; None while the learner's own file is still missing."""
    chosen = kind(text)
    if chosen == "cdnow":
        return cdnow()
    if chosen == "published":
        return published()
    if chosen == "file":
        return _own_file(text)
    with st.spinner(text.shared("topic.making")):
        return company() if chosen == "company" else simulated()


def _own_file(text: Text) -> Data | None:
    from datasets import exports, uploads

    shelf = memory.shelf()
    with st.container(border=True):
        if _FILE not in shelf:
            st.markdown(text.shared("file.empty"))
            with st.container(horizontal=True):
                for kind, make in (
                    ("csv", lambda: exports.csv_bytes(uploads.template())),
                    ("xlsx", lambda: exports.xlsx_bytes({"orders": uploads.template()})),
                ):
                    words = text.shared(f"file.template_{kind}")
                    st.download_button(
                        words, make, f"orders.{kind}", on_click="ignore", key=f"template.{kind}"
                    )
            given = st.file_uploader(
                text.shared("file.upload"), key=f"upload.{_removals()}", max_upload_size=200
            )
            st.markdown(f":small[:gray[:material/lock: {text.shared('file.stays')}]]")
            if given is None:
                return None
            content = given.getvalue()
            # A full hash: two files of one size and one first line are not the same file.
            mark = hashlib.sha256(content).hexdigest()
            shelf[_FILE] = {"mark": mark, "name": given.name, "content": content}
            st.rerun()
        held = shelf[_FILE]
        with st.container(horizontal=True, vertical_alignment="center"):
            # Plain text: a file's name is the learner's, and never read as Markdown.
            st.text(held["name"], width="stretch")
            st.button(
                text.shared("file.remove"),
                icon=":material/delete:",
                type="tertiary",
                key="file.remove",
                on_click=_remove,
            )
        return _read(text, held)


def _removals() -> int:
    return st.session_state.get("removals", 0)


def _remove() -> None:
    memory.shelf().pop(_FILE, None)
    # The uploader still holds the file and would hand it in again; the next one is another uploader.
    st.session_state["removals"] = _removals() + 1


def _read(text: Text, held: dict[str, Any]) -> Data | None:
    from datasets import uploads

    try:
        with st.spinner(text.shared("file.reading")):
            if "names" not in held:
                look = uploads.look(held["content"], name=held["name"])
                held["names"], held["guess"] = list(look.names), look.guess
            columns, order = _mapping(text, held)
            if columns is None:
                return None
            wanted = (columns, order)
            if held.get("wanted") != wanted:
                held["upload"] = uploads.read(
                    held["content"], name=held["name"], columns=columns, date_order=order
                )
                held["wanted"] = wanted
    except uploads.BadFile as bad:
        st.error(bad_file(text, bad), icon=":material/error:")
        return None
    upload = held["upload"]
    _report(text, upload, held)
    if upload.good.empty:
        return None
    return own(orders=upload.good, key=f"{held['mark']}-{hash(held['wanted'])}")


def bad_file(text: Text, bad: Any) -> str:
    """Return the sentence for a file that cannot be read; what the file itself says is shown as plain text."""
    details = {key: _plain(str(value)) for key, value in bad.details.items()}
    return text.shared(f"bad_file.{bad.reason}", **details)


def _plain(words: str) -> str:
    """Keep a file's own words from being read as Markdown, HTML or a formula."""
    escaped = "".join("\\" + letter if letter in "\\`*_{}[]()<>#+-.!|~$:@" else letter for letter in words)
    return escaped.replace("\n", " ")[:200]


def _mapping(text: Text, held: dict[str, Any]) -> tuple[Any, str | None]:
    from datasets import uploads

    names, guessed = held["names"], held["guess"]
    none, orders = text.shared("file.no_amount"), [None, "ymd", "dmy", "mdy"]
    for name in ("amount", "order"):
        memory.in_language(f"map.{name}.{held['mark']}", text.language)
    with st.container(horizontal=True):
        # Names of columns are shown by selectbox as plain text, never as Markdown.
        customer = st.selectbox(
            text.shared("file.customer_column"),
            names,
            _at(names, guessed.customer),
            key=f"map.customer.{held['mark']}",
            placeholder=text.shared("file.choose"),
        )
        date = st.selectbox(
            text.shared("file.date_column"),
            names,
            _at(names, guessed.date),
            key=f"map.date.{held['mark']}",
            placeholder=text.shared("file.choose"),
        )
        amount = st.selectbox(
            text.shared("file.amount_column"),
            [None, *names],
            _at([None, *names], guessed.amount),
            format_func=lambda name: none if name is None else name,
            key=f"map.amount.{held['mark']}",
        )
        order = st.selectbox(
            text.shared("file.date_order"),
            orders,
            _at(orders, held.get("order")),
            format_func=lambda code: text.shared(f"file.{code or 'by_itself'}"),
            key=f"map.order.{held['mark']}",
        )
    if customer is None or date is None:
        return None, None
    # The next topic, and the next visit, begin with what was chosen here.
    held["guess"], held["order"] = uploads.Columns(customer=customer, date=date, amount=amount), order
    return held["guess"], order


def _at(names: list[Any], name: Any) -> int | None:
    return names.index(name) if name in names else None


def _report(text: Text, upload: Any, held: dict[str, Any]) -> None:
    from datasets import exports

    rejected = len(upload.rejects)
    words = text.shared(
        "file.used",
        good=text.number(len(upload.good)),
        rows=text.number(upload.rows),
        rejected=text.number(rejected),
    )
    (st.info if rejected else st.markdown)(words)
    if upload.date_order_ambiguous:
        st.info(text.shared("file.ambiguous"))
    if rejected:
        listed = upload.rejects.assign(
            reason=[text.shared(f"reasons.{reason}") for reason in upload.rejects["reason"]]
        )
        listed.columns = [text.shared(f"file.{name}") for name in ("row", "original", "reason")]
        st.dataframe(
            listed.head(200),
            hide_index=True,
            height=210 if rejected > 5 else "auto",
            key=f"rejects.{held['mark']}",
        )
        st.download_button(
            text.shared("file.download_rejects"),
            lambda: exports.csv_bytes(listed),
            "rejected.csv",
            on_click="ignore",
            key="rejects.download",
        )
