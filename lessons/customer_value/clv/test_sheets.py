"""The workbook's formulas, calculated again as a spreadsheet would, against the values stored beside them."""

import math
import re

import pytest

import lessons
from lessons.customer_value.clv.model import CustomerValue
from lessons.customer_value.clv.sheets import sheets
from lessons.frame.workbook import Formula
from lessons.words import text_of

TOPIC = next(topic for topic in lessons.topics() if topic.name == "clv")
REFERENCE = re.compile(r"(?:'([^']+)'!)?\$?([A-Z])\$?(\d+)(?::\$?([A-Z])\$?(\d+))?")


def calculated(book: dict, sheet: str, column: int, row: int):
    """What a spreadsheet shows in a cell: a small reader of =, + − * / ^, IF and SUM."""
    cell = book[sheet].iloc[row - 2, column]
    if not isinstance(cell, Formula):
        return cell

    def value(found: re.Match) -> str:
        place, left, top, right, bottom = found.groups()
        place = place or sheet
        if right is None:
            return repr(calculated(book, place, ord(left) - 65, int(top)))
        cells = [calculated(book, place, ord(left) - 65, at) for at in range(int(top), int(bottom) + 1)]
        return repr(cells)

    python = REFERENCE.sub(value, cell.text.removeprefix("=")).replace("^", "**")
    if python.startswith("IF("):
        condition, yes, no = re.fullmatch(r"IF\((.+),(.+),(\".+\")\)", python).groups()  # type: ignore[union-attr]
        python = f"({yes}) if ({condition}) else ({no})"
    return eval(python, {"SUM": math.fsum, "__builtins__": {}})


@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant"])
@pytest.mark.parametrize(
    "customer",
    [
        CustomerValue(margin=240, retention=0.8, discount_rate=0.1, acquisition_cost=480),
        CustomerValue(
            margin=90, retention=0.6, discount_rate=0.05, margin_growth=0.04, periods=4, first_payment="later"
        ),
        CustomerValue(margin=240, retention=1, discount_rate=0, margin_growth=0.02),
    ],
)
def test_every_formula_gives_the_value_stored_beside_it(language: str, customer: CustomerValue):
    book = sheets(text_of(TOPIC, language), customer)
    formulas = 0
    for name, frame in book.items():
        for row in range(len(frame)):
            for column in range(frame.shape[1]):
                cell = frame.iloc[row, column]
                if isinstance(cell, Formula):
                    formulas += 1
                    shown = calculated(book, name, column, row + 2)
                    assert shown == (cell.value if isinstance(cell.value, str) else pytest.approx(cell.value))
    assert formulas == 4 + 6 * (customer.periods or 30)


def test_the_tea_boxs_workbook_says_880():
    book = sheets(text_of(TOPIC, "en"), CustomerValue(margin=240, retention=0.8, discount_rate=0.1))
    inputs = next(iter(book))
    endless = next(row for row in range(len(book[inputs])) if "without end" in str(book[inputs].iloc[row, 0]))
    assert calculated(book, inputs, 1, endless + 2) == pytest.approx(880)
