"""Does what a learner takes home open, calculate and run, away from here?"""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Mapping
from typing import Any

import nbformat
import openpyxl
import pandas as pd
import pytest
from nbclient import NotebookClient
from openpyxl.formula import Tokenizer
from playwright.sync_api import expect

import lessons
from tests.browser.server import settle
from tests.browser.visit import keyed, lock, main, opened, visitor

TOPICS = lessons.topics()
FUNCTIONS = {
    "IF(": lambda test, yes, no: yes if test else no,
    "SUM(": lambda *parts: sum(
        v for part in parts for v in (part if isinstance(part, list) else [part]) if v
    ),
    "MIN(": min,
    "MAX(": max,
    "ROUND(": lambda value, digits: round(value, int(digits)),
}


@pytest.fixture(scope="module")
def page(server, chromium):
    """One visitor for all topics: a fresh browser fetches and compiles everything anew."""
    with visitor(chromium, server, accept_downloads=True) as page:
        yield page


@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_everything_that_can_be_taken_home(server, page, topic, tmp_path):
    opened(page, server, topic.name)
    lock(page, topic)
    page.get_by_role("tab").nth(2).click()
    grid = page.locator("[role=tabpanel] table[role=grid]")
    expect(grid).to_be_attached()
    settle(page)
    shown = int(grid.get_attribute("aria-rowcount") or 0) - 1
    columns = int(grid.get_attribute("aria-colcount") or 0)
    heads = grid.locator("[role=columnheader]").all_text_contents()
    for kind in ("csv", "xlsx", "notebook"):
        with page.expect_download() as given:
            keyed(page, f"download.{kind}").get_by_role("button").click()
        given.value.save_as(tmp_path / given.value.suggested_filename)
    chart = main(page).locator(".st-key-chart")
    chart.hover()
    with page.expect_download() as given:
        chart.locator(".modebar-btn").click()
    given.value.save_as(tmp_path / "chart.png")
    table = pd.read_csv(tmp_path / f"{topic.name}.csv", encoding="utf-8-sig")
    # The page shows at most the first thousand rows.
    assert min(len(table), 1000) == shown > 0
    # The grid holds as many columns as the file, and draws those that are in sight.
    assert columns == len(table.columns)
    assert heads and [head for head in heads if head not in table.columns] == []
    the_workbook_calculates(tmp_path / f"{topic.name}.xlsx", topic)
    the_picture_is_large(tmp_path / "chart.png")
    the_notebook_runs(tmp_path / f"{topic.name}.ipynb", tmp_path)


def the_picture_is_large(file) -> None:
    """Read the size from the PNG's own header: three times what the screen shows."""
    content = file.read_bytes()
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = struct.unpack(">II", content[16:24])
    assert width > 1500 and height > 900
    assert len(content) > 20_000


def the_notebook_runs(file, folder) -> None:
    """Run it as a student would: in an empty folder, with nothing of ours to import."""
    notebook = nbformat.read(file, as_version=4)
    nbformat.validate(notebook)
    assert len(notebook.cells) >= 4
    place = folder / "empty"
    place.mkdir()
    kept = {name: os.environ.pop(name) for name in ("PYTHONPATH",) if name in os.environ}
    try:
        client = NotebookClient(notebook, timeout=300, kernel_name="python3", allow_errors=False)
        client.execute(cwd=str(place))
    finally:
        os.environ.update(kept)
    assert any(cell.get("outputs") for cell in notebook.cells)


def the_workbook_calculates(file, topic) -> None:
    """Where the topic makes a workbook, its formulas give the values that are shown beside them."""
    alive, shown = openpyxl.load_workbook(file), openpyxl.load_workbook(file, data_only=True)
    formulas = [cell for sheet in alive for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    source = (topic.folder / "page.py").read_text("utf-8")
    assert bool(formulas) == ("stage.workbook(" in source)
    again: dict[tuple[str, str], Any] = {}
    for cell in formulas:
        value = shown[cell.parent.title][cell.coordinate].value
        assert value is not None, f"{cell.parent.title}!{cell.coordinate} shows nothing."
        computed = calculated(str(cell.value), shown, cell.parent.title, known=again)
        if computed is not None:
            again[cell.parent.title, cell.coordinate] = computed
            close = (
                value
                if isinstance(value, str)
                else pytest.approx(value, rel=1e-9, abs=half_of_last_place(value))
            )
            assert computed == close, f"{cell.coordinate}: {cell.value}"
    assert bool(again) == bool(formulas), "Not one formula could be worked out again."


def half_of_last_place(value: float) -> float:
    """Return how far a number may be from one that was rounded to what is written: 0.005 for 12.34."""
    return 0.501 * 10.0 ** -len(f"{value:.12g}".partition(".")[2])


def calculated(formula: str, book, sheet: str, *, known: Mapping[tuple[str, str], Any]):
    """Work a formula out from the cells that it names; None where it uses what is not understood here.

    What is `known` of other formulas is taken from there: shown are their rounded values.
    """
    code, places = "", []
    for token in Tokenizer(formula).items:
        if token.type == "OPERAND" and token.subtype == "RANGE":
            places.append(token.value)
            code += f"place({len(places) - 1})"
        elif token.type == "FUNC" and token.subtype == "OPEN":
            if token.value not in FUNCTIONS:
                return None
            code += f"do[{token.value!r}]("
        elif token.type == "OPERATOR-INFIX":
            code += {"^": "**", "=": "==", "<>": "!="}.get(str(token.value), str(token.value))
        else:
            code += str(token.value)

    def place(number: int):
        name, _, cells = places[number].rpartition("!")
        found = book[name.strip("'") or sheet][cells.replace("$", "")]
        if isinstance(found, tuple):
            return [worth(cell) for row in found for cell in row]
        return worth(found) or 0

    def worth(cell):
        return known.get((cell.parent.title, cell.coordinate), cell.value)

    if not re.fullmatch(r"[\w\s+\-*/().,<>=!\[\]'\"{}]*", code) or "{" in code:
        return None
    return eval(code, {"__builtins__": {}}, {"place": place, "do": FUNCTIONS})


def test_formulas_are_worked_out_as_a_spreadsheet_would():
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Years"
    for row, value in enumerate([2, 3, 4], start=1):
        sheet.cell(row, 1, value)
    assert calculated("=SUM('Years'!$A$1:$A$3)*A1^2", book, "Years", known={}) == 36
    assert calculated('=IF(A1>=2,"A",0)', book, "Years", known={}) == "A"
    assert calculated("=VLOOKUP(A1,B:C,2)", book, "Years", known={}) is None
