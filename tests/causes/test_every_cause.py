"""Does every cause have a test that finds it back?"""

import ast
from pathlib import Path

from tests.causes.estimators import NAMES


def test_every_cause_is_found_by_some_test() -> None:
    found = set()
    for path in Path(__file__).parent.glob("test_*.py"):
        for one in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(one, ast.FunctionDef) and one.name.startswith("test_"):
                for mark in one.decorator_list:
                    if isinstance(mark, ast.Call) and getattr(mark.func, "id", "") == "finds":
                        found |= {ast.literal_eval(argument) for argument in mark.args}
    assert len(NAMES) >= 33
    assert found == NAMES
