"""How does a learner take an exercise's data home?  As CSV, XLSX or a notebook, with the numbers of one variant.

The files hold what is shown and nothing more: never the answer, never the truth. The same variant gives the same bytes.
Columns keep their codes, so that a formula or a program written today works on the next variant.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from datasets import exports
from datasets.terminal import write
from exercises import Variant
from exercises.words import words
from lessons import notebook


def data(variant: Variant) -> dict[str, pd.DataFrame]:
    """Return what is given as tables, by name: the question's single numbers as `given`, then the exercise's own."""
    own = {name: value for name, value in variant.given.items() if isinstance(value, pd.DataFrame)}
    single = [
        (name, one)
        for name, value in variant.given.items()
        if name not in own
        for one in (value if isinstance(value, list | tuple) else [value])
    ]
    numbers = pd.DataFrame(
        {"name": [name for name, _ in single], "value": pd.Series([one for _, one in single], dtype=object)}
    )
    return ({"given": numbers} if single else {}) | own


def main_table(variant: Variant) -> str:
    """Return the name of the table that a download in one table holds: the largest."""
    tables = data(variant)
    return max(tables, key=lambda name: tables[name].size)


def csv_bytes(variant: Variant, table: str | None = None) -> bytes:
    """Return one table of the data as CSV, by default the largest."""
    return exports.csv_bytes(data(variant)[table or main_table(variant)])


def xlsx_bytes(variant: Variant) -> bytes:
    """Return all tables of the data as a workbook, a sheet each, the largest first."""
    tables, main = data(variant), main_table(variant)
    return exports.xlsx_bytes({main: tables.pop(main)} | tables)


def notebook_bytes(variant: Variant, language: str) -> bytes:
    """Return a notebook with the question, how to answer it, and the data as DataFrames."""
    said, tables, main = words(variant.exercise, language), data(variant), main_table(variant)
    more = said.shared["notebook"]
    question = [said.ask(variant)]
    if choices := said.options(variant) | said.rows(variant):
        question.append("\n".join(f"- {code}: {name}" for code, name in choices.items()))
    question.append(f"**{more['how']}**{said.shared['signs']['colon']}{said.how_to_answer(variant)}")
    single = {name: value for name, value in variant.given.items() if not isinstance(value, pd.DataFrame)}
    others = [
        f"{name} = table"
        if name == main
        else f"# {more['more']}\n{notebook.reading(tables[name], name)}\n{name}.head()"
        for name in tables
        if name != "given"
    ]
    if single:
        others.insert(0, f"given = {single!r}\ngiven")
    return notebook.build(
        title=said.title,
        question="\n\n".join(question),
        modules=(),
        table=tables[main],
        cells=[*others, f"# {more['work']}\n"],
    )


def write_all(variant: Variant, language: str, folder: Path) -> list[str]:
    """Write every file of a variant into a folder, each under another name first and then renamed; return their names.

    Raises OSError where that fails.
    """
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{variant.exercise.name}-{variant.number}"
    files = {f"{stem}.xlsx": xlsx_bytes(variant), f"{stem}.ipynb": notebook_bytes(variant, language)}
    for name in data(variant):
        files[f"{stem}-{name}.csv"] = csv_bytes(variant, name)
    for name, content in sorted(files.items()):
        write(folder / name, content)
    return sorted(files)
