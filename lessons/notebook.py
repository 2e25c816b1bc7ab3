"""How does a learner take the analysis home?  A notebook that runs as it is, data and model inside."""

from __future__ import annotations

import inspect
import json
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd

ROWS = 20_000
_START = '''\
import io, sys, types
import pandas as pd
from IPython.core.magic import register_cell_magic


@register_cell_magic
def module(line, cell):
    """Make the cell's code the module that the first line names."""
    name = line.strip()
    parts = name.split(".")
    for depth in range(1, len(parts)):
        parent = ".".join(parts[:depth])
        if parent not in sys.modules:
            sys.modules[parent] = types.ModuleType(parent)
            sys.modules[parent].__path__ = []
    made = types.ModuleType(name)
    sys.modules[name] = made
    if len(parts) > 1:
        setattr(sys.modules[".".join(parts[:-1])], parts[-1], made)
    exec(compile(cell, name, "exec"), made.__dict__)
'''
_START_ALONE = "import io\nimport pandas as pd"


def build(
    *,
    title: str,
    question: str,
    modules: Sequence[ModuleType],
    table: pd.DataFrame,
    cells: Sequence[str],
) -> bytes:
    """Return the notebook: the modules' sources, `table` (at most 20,000 rows of it), then `cells`.

    The table's text enters only through repr(), so nothing that a file says becomes code.
    """
    written = [_code(_START if modules else _START_ALONE)]
    written += [
        _code(f"%%module {module.__name__}\n" + Path(inspect.getfile(module)).read_text("utf-8"))
        for module in modules
    ]
    written += [_code(f"{reading(table)}\ntable.head()")]
    written += [_code(cell) for cell in cells]
    document: dict[str, Any] = {
        "cells": [_cell("markdown", f"# {title}\n\n{question}"), *written],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    for number, cell in enumerate(document["cells"]):
        cell["id"] = f"cell-{number}"
    return json.dumps(document, ensure_ascii=False, indent=1).encode()


def reading(table: pd.DataFrame, name: str = "table") -> str:
    """Return the code that makes `name` the first 20,000 rows of a table; what stands in it cannot become code."""
    held = table.head(ROWS)
    types = {
        column: str(kind) for column, kind in held.dtypes.items() if str(kind) in ("str", "object", "string")
    }
    read = f"{name} = pd.read_csv(io.StringIO({held.to_csv(index=False)!r}), dtype={dict.fromkeys(types, 'str')!r})"
    if len(table) > len(held):
        read = f"# The first {len(held)} of {len(table)} rows.\n{read}"
    return read


def call(one: Any) -> str:
    """Return the code that makes a dataclass again, one field a line.

    >>> from lessons.satisfaction.nps.model import Counts
    >>> print(call(Counts(promoters=3, passives=2, detractors=1)))
    Counts(
        promoters=3,
        passives=2,
        detractors=1,
    )
    """
    given = "".join(f"    {field.name}={getattr(one, field.name)!r},\n" for field in fields(one))
    return f"{type(one).__name__}(\n{given})"


def _cell(kind: str, source: str) -> dict[str, Any]:
    return {"cell_type": kind, "metadata": {}, "source": source}


def _code(source: str) -> dict[str, Any]:
    return _cell("code", source) | {"execution_count": None, "outputs": []}
