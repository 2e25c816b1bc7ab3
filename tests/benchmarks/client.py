"""A visitor without a browser: speaks to the server as Streamlit's own page does, and keeps the time."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect
from websockets.sync.connection import Connection
from websockets.typing import Subprotocol

from classroom.visitors import COOKIE


@dataclass
class Visitor:
    """One session on one page: the widgets that it was shown, and the values that it has set."""

    socket: Connection
    page: str
    page_hash: str = ""
    widgets: dict[str, tuple[str, Any, str]] = field(default_factory=dict)
    values: dict[str, float] = field(default_factory=dict)

    def run(self, *, fragment: str = "", pressed: str = "") -> float:
        """Ask for a run of the page, or of one fragment, and return the seconds until the server says that it is done.

        `pressed` is the id of a button.
        """
        asked = BackMsg()
        rerun = asked.rerun_script
        rerun.page_name, rerun.page_script_hash = ("" if self.page_hash else self.page), self.page_hash
        rerun.query_string, rerun.fragment_id = "lang=en", fragment
        for widget, value in self.values.items():
            rerun.widget_states.widgets.add(id=widget).double_array_value.data.append(value)
        if pressed:
            rerun.widget_states.widgets.add(id=pressed).trigger_value = True
        message = asked.SerializeToString()
        answers = []
        begun = time.perf_counter()
        self.socket.send(message)
        while True:
            answer = ForwardMsg.FromString(self.socket.recv(timeout=60, decode=False))
            answers.append(answer)
            if answer.WhichOneof("type") == "script_finished":
                break
        seconds = time.perf_counter() - begun
        done = ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY if fragment else ForwardMsg.FINISHED_SUCCESSFULLY
        if answer.script_finished != done:
            raise RuntimeError(f"The page {self.page} did not run to its end.")
        for answer in answers:
            self._note(answer)
        return seconds

    def button(self, key: str) -> str:
        """Return the id of the button with this key."""
        return next(shown.id for _, shown, _ in self.widgets.values() if shown.id.endswith(f"-{key}"))

    def slider(self) -> tuple[Any, str]:
        """Return the first slider that stands in a fragment, as the server described it, and the fragment's id."""
        return next(
            (shown, fragment)
            for kind, shown, fragment in self.widgets.values()
            if kind == "slider" and fragment
        )

    def _note(self, answer: ForwardMsg) -> None:
        kind = answer.WhichOneof("type")
        if kind == "navigation":
            self.page_hash = answer.navigation.page_script_hash
        elif kind == "delta" and answer.delta.WhichOneof("type") == "new_element":
            element = answer.delta.new_element
            name = element.WhichOneof("type")
            if name in ("slider", "button"):
                shown = getattr(element, name)
                self.widgets[shown.id] = (name, shown, answer.delta.fragment_id)


@contextmanager
def visit(url: str, page: str) -> Iterator[Visitor]:
    """Open a page as a new visitor."""
    address = url.replace("http", "ws", 1) + "/_stcore/stream"
    cookie = {"Cookie": f"{COOKIE}={secrets.token_hex(16)}"}
    with connect(
        address, subprotocols=[Subprotocol("streamlit")], additional_headers=cookie, max_size=None
    ) as socket:
        visitor = Visitor(socket=socket, page=page)
        visitor.run()
        yield visitor
