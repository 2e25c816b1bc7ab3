"""Does every exercise keep its promises?  All that stand in exercises/ are found and tried on fifty learners' numbers.

While you write one: `uv run --no-sync pytest -q tests/test_exercises.py -k NAME`.
"""

from __future__ import annotations

import ast
import contextlib
import hashlib
import io
import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from markdown_it import MarkdownIt

import lessons
from datasets.exports import xlsx_bytes
from datasets.tables import TABLES
from exercises import ENGINE, KINDS, Exercise, Variant, exercises, given, mark, marking, of_topic, variant
from exercises import answers as reading
from exercises.__main__ import main
from exercises.words import PLACE, Words, read, words
from lessons.traditional import traditional
from lessons.words import LANGUAGES

SEEDS = 50
HAN = r"[\u3400-\u9fff]"
FOUND = exercises()
UNIT = re.compile(r"(money|percent|number)(:[0-6])?|text")
KEYS = {
    "title",
    "ask",
    "hints",
    "right",
    "wrong",
    "solution",
    "mistakes",
    "options",
    "rows",
    "columns",
    "tables",
    "names",
}
FORMULA = re.compile(r"\$\$.*?\$\$|(?<!\\)\$[^$\n]*(?<!\\)\$", re.DOTALL)
TRUTH = {column.name for table in TABLES.values() if table.is_truth for column in table.columns} - {
    column.name for table in TABLES.values() if not table.is_truth for column in table.columns
}
# What only a replay can know.
TRUTH |= {
    "incremental_profit",
    "profit_after",
    "orders_after",
    "left_after",
    "left_before",
    "reason_before",
    "uplift",
}

each = pytest.mark.parametrize("exercise", FOUND, ids=lambda one: one.name)


def test_there_is_something_to_check():
    assert len(FOUND) >= 12
    assert len(TRUTH) > 15


def numbers_of(exercise: Exercise, number: int) -> Variant:
    return variant(exercise, learner="author", number=number)


def typed(mine: Variant, value: Any) -> str | bytes:
    """Write a value of the exercise's own kind as a learner hands it in."""
    task = mine.exercise.module
    if task.KIND == "number":
        return _number(value, marking.unit_of(task, "answer"))
    if task.KIND == "table":
        pairs = zip(task.ROWS, value, strict=True)
        return "\n".join(_number(one, marking.unit_of(task, row)) for row, one in pairs)
    if task.KIND == "ranking":
        return " > ".join(value)
    if task.KIND == "decision":
        return "\n".join(value)
    if task.KIND == "scores":
        return (
            pd.DataFrame({"customer_id": value.index, "score": value.to_numpy()}).to_csv(index=False).encode()
        )
    return value


def _number(value: float, unit: str) -> str:
    return f"{value * 100:.9g}" if unit == "percent" else f"{value:.12g}"


def not_known(mine: Variant) -> str | bytes:
    """An answer that is not right and follows from no mistake that has a name."""
    task, right = mine.exercise.module, marking.answer(mine)
    rng = np.random.default_rng(1)
    for attempt in range(200):
        if task.KIND == "number":
            tried = typed(
                mine,
                float(right) * (1.11 + 0.173 * attempt) + 3.3 * attempt * marking.tolerance_of(task) + 0.01,
            )
        elif task.KIND == "table":
            tried = typed(mine, [one * (1.11 + 0.173 * attempt) + 0.37 + attempt for one in right])
        elif task.KIND == "choice":
            tried = task.OPTIONS[attempt % len(task.OPTIONS)]
        elif task.KIND == "ranking":
            tried = typed(mine, list(rng.permutation(right)))
        elif task.KIND == "decision":
            ids = mine.given["customers"]["customer_id"].to_numpy()
            tried = typed(mine, list(rng.choice(ids, int(mine.given["picks"]), replace=False)))
        else:
            ids = mine.given["customers"]["customer_id"]
            tried = typed(mine, pd.Series(rng.random(len(ids)), index=ids))
        if mark(mine, tried).found == "wrong":
            return tried
    # Every choice and every order may have its own name.
    assert task.KIND in ("choice", "ranking"), "no wrong answer was found that has no name"
    return b"-"


@each
def test_right_wrong_each_mistake_and_unreadable_over_fifty_seeds(exercise: Exercise):
    english, named, clashes = words(exercise, "en"), Counter(), Counter()
    for number in range(1, SEEDS + 1):
        mine = numbers_of(exercise, number)
        right = marking.answer(mine)
        verdict = mark(mine, typed(mine, right))
        assert (verdict.right, verdict.found) == (True, "right"), (number, right, verdict)
        assert verdict.score == 1
        told(english.feedback(mine, verdict))
        if exercise.kind in ("decision", "scores"):
            assert verdict.values["best"] > verdict.values["chance"], (
                f"the answer is no better than chance: {number}"
            )
        else:
            shown = english.answer(mine)
            if exercise.kind in ("number", "ranking"):
                assert mark(mine, shown).right, (
                    f"the solution shows {shown}, and that is not marked right: {number}"
                )
        for name, wrong in marking.mistakes(mine):
            verdict = mark(mine, typed(mine, wrong))
            clashes[name] += verdict.right
            assert verdict.found in ("right", "mistake"), (number, name, wrong, right, verdict)
            if verdict.found == "mistake":
                named[verdict.mistake] += 1
                assert 0 <= verdict.score < 1
                told(english.feedback(mine, verdict))
    assert clashes.total() == 0 or max(clashes.values()) <= 0.02 * SEEDS, (
        f"equals the answer too often: {clashes}"
    )
    assert set(named) == set(exercise.module.MISTAKES), (
        f"never named: {set(exercise.module.MISTAKES) - set(named)}"
    )
    assert len(exercise.module.MISTAKES) >= 2
    for number in (1, 2, 3):
        mine = numbers_of(exercise, number)
        tried = not_known(mine)
        if tried != b"-":
            told(english.feedback(mine, mark(mine, tried)))
        for raw in (
            "",
            " ",
            "???",
            "\0",
            "not a number at all",
            b"\xff\xfe\x00",
            b"PK\x03\x04 no workbook",
            "nan",
            "9" * 5000,
        ):
            verdict = mark(mine, raw)
            assert (verdict.found, verdict.right, verdict.score) == ("unreadable", False, 0), (
                raw[:20],
                verdict,
            )
            assert verdict.reason in reading.reasons()
            told(english.feedback(mine, verdict))


def told(sentence: str) -> None:
    """Hold that something is said, and that no place in it was left open."""
    assert sentence.strip()
    assert not PLACE.search(FORMULA.sub("", sentence)), sentence


@each
def test_the_numbers_differ_between_learners(exercise: Exercise):
    seen = [json.dumps(plain(variant(exercise, learner=f"learner {at}")), default=str) for at in range(20)]
    assert len(set(seen)) >= 15


def plain(mine: Variant) -> dict[str, Any]:
    return {
        name: value.to_dict("list") if isinstance(value, pd.DataFrame) else value
        for name, value in mine.given.items()
    }


@each
def test_a_choice_or_order_is_not_always_the_same(exercise: Exercise):
    if exercise.kind in ("choice", "ranking"):
        answers = [str(marking.answer(numbers_of(exercise, number))) for number in range(1, SEEDS + 1)]
        assert len(set(answers)) >= 2, f"always {answers[0]}"


@each
def test_given_is_pure_and_answering_changes_nothing(exercise: Exercise):
    task = exercise.module
    for seed in (5, 2**200 + 1):
        one, other = given(exercise, seed), given(exercise, seed)
        again = given(exercise, seed)
        task.answer(**one)
        for follow in task.MISTAKES.values():
            # A way to err may lead nowhere on some numbers.
            with contextlib.suppress(ArithmeticError, ValueError):
                follow(**one)
        if hasattr(task, "steps"):
            task.steps(**one)
        if exercise.kind in ("decision", "scores"):
            task.worth(task.answer(**one), **one)
            task.chance(**one)
        assert one.keys() == other.keys()
        for name, value in one.items():
            for same in (other[name], again[name]):
                if isinstance(value, pd.DataFrame):
                    pd.testing.assert_frame_equal(value, same)
                else:
                    assert value == same, name


@each
def test_what_is_given_can_be_shown_and_holds_no_truth(exercise: Exercise):
    mine = numbers_of(exercise, 1)
    assert mine.given, "nothing is given"
    assert "answer" not in mine.given
    for name, value in mine.given.items():
        assert re.fullmatch(r"[a-z][a-z0-9_]*", name), name
        if isinstance(value, pd.DataFrame):
            columns = {str(column) for column in value.columns}
            assert not columns & TRUTH, f"the truth: {columns & TRUTH}"
            assert "answer" not in columns
            assert not [one for one in columns if one.startswith("true") or "truth" in one]
            for column in value.columns:
                assert not str(column).endswith("_id") or pd.api.types.is_string_dtype(value[column]), column
        elif isinstance(value, list):
            assert all(type(one) in (int, float, str) for one in value), name
        else:
            assert type(value) in (int, float, str), f"{name} is a {type(value).__name__}"
        assert name not in TRUTH
    if exercise.kind in ("decision", "scores"):
        customers = mine.given["customers"]
        assert customers["customer_id"].is_unique
        assert len(customers) >= 100


@each
def test_what_is_shown_is_what_is_calculated_with(exercise: Exercise):
    """A number that was not rounded before it is shown has more digits than anybody types."""
    english = words(exercise, "en")
    for number in range(1, 6):
        mine = numbers_of(exercise, number)
        for name, value in mine.given.items():
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, int | float):
                    written = english._written(name, one, exact=True)
                    signs = written.replace("\\", "").replace("−", "-")
                    assert any(
                        reading_of.value == pytest.approx(one, rel=1e-9, abs=1e-12)
                        for reading_of in reading.numbers(signs)
                    ), f"{name} is {one!r} and shown as {written}"
            if isinstance(value, pd.DataFrame):
                for column in value.columns:
                    if pd.api.types.is_float_dtype(value[column]):
                        cells = value[column].dropna()
                        assert (cells == cells.round(6)).all(), f"{name}.{column} is not rounded"


@each
def test_task_py_is_short_and_says_what_it_must(exercise: Exercise):
    task = exercise.module
    file = exercise.folder / "task.py"
    assert len(file.read_text("utf-8").splitlines()) <= 60
    assert (task.__doc__ or "").strip()
    assert task.KIND in KINDS
    assert exercise.kind == task.KIND, "KIND must be written out, not calculated"
    assert tuple(task.CONCEPTS) == exercise.concepts != ()
    assert task.ORDER in (1, 2, 3, 4)
    known = set(numbers_of(exercise, 1).given) | set(getattr(task, "ROWS", ())) | {"answer", "worth"}
    if hasattr(task, "steps"):
        known |= set(task.steps(**numbers_of(exercise, 1).given))
    for value in numbers_of(exercise, 1).given.values():
        known |= {str(column) for column in value.columns} if isinstance(value, pd.DataFrame) else set()
    assert set(task.UNITS) <= known, f"units of nothing: {set(task.UNITS) - known}"
    assert [unit for unit in task.UNITS.values() if not UNIT.fullmatch(unit)] == []
    if task.KIND == "number":
        assert "answer" in task.UNITS
        assert task.TOLERANCE > 0
    if task.KIND == "table":
        assert len(task.ROWS) >= 2
    if task.KIND in ("number", "table"):
        for row in getattr(task, "ROWS", ("answer",)):
            finest = {"percent": 0.0005, "money": 0.5}.get(marking.unit_of(task, row), 0)
            assert marking.tolerance_of(task, row) >= finest, "finer than the learner is told to answer"
    if task.KIND == "choice":
        assert len(task.OPTIONS) >= 3
    if task.KIND in ("decision", "scores"):
        assert "worth" in task.UNITS
        assert 0 < task.TOLERANCE < 1
    assert (exercise.folder / "__init__.py").read_text("utf-8").strip()
    assert (exercise.folder.parent / "__init__.py").read_text("utf-8").strip()
    assert exercise.name in exercise.folder.name and re.fullmatch(r"[a-z][a-z0-9_]*", exercise.name)


# ---- words


def strings(table: Any, path: str = "") -> dict[str, str]:
    if isinstance(table, str):
        return {path: table}
    pairs = table.items() if isinstance(table, dict) else enumerate(table) if isinstance(table, list) else ()
    return {
        at: one
        for key, value in pairs
        for at, one in strings(value, f"{path}.{key}" if path else str(key)).items()
    }


def places(sentence: str) -> set[str]:
    return set(PLACE.findall(FORMULA.sub("", sentence)))


@each
def test_every_language_is_there_and_says_the_same(exercise: Exercise):
    english, chinese = (read(exercise.folder, language) for language in ("en", "zh-Hans"))
    one, other = strings(english), strings(chinese)
    assert one.keys() == other.keys()
    assert {"title", "ask", "right", "wrong", "solution", "hints.0", "hints.1"} <= one.keys()
    assert set(english) <= KEYS, f"nobody reads {set(english) - KEYS}"
    assert len(english["hints"]) in (2, 3)
    assert set(english.get("mistakes", {})) == set(exercise.module.MISTAKES)
    for key in one:
        assert one[key].strip() and other[key].strip(), key
        assert places(one[key]) == places(other[key]), key
        assert re.search(HAN, other[key]) or not re.search(
            r"[a-z]{4}", FORMULA.sub("", PLACE.sub("", one[key]))
        ), key
        assert not re.search(HAN, one[key]), key
    for language in LANGUAGES:
        assert words(exercise, language).title


@each
def test_every_place_can_be_filled_and_gives_nothing_away(exercise: Exercise):
    mine = numbers_of(exercise, 1)
    said = words(exercise, "en")
    shown = set(said._given(mine))
    worked, judged = set(said._worked(mine)), set()
    if exercise.kind in ("decision", "scores"):
        judged = {"worth", "best", "chance"}
    if exercise.kind == "table":
        judged = {"rows_right", "rows_off", "rows"}
    allowed = {
        "ask": shown,
        "hints": shown,
        "right": shown | worked | judged | {"read"},
        "solution": shown | worked,
    }
    for key, sentence in strings(said.own).items():
        part = key.partition(".")[0]
        may = allowed.get(part, shown | judged | {"read"} if part in ("wrong", "mistakes") else shown)
        unknown = {place for place in places(sentence) if place not in may}
        assert not unknown, f"{key} names {unknown}; there is {sorted(may)}"
        if part in ("hints", "wrong", "mistakes", "ask"):
            assert "{answer}" not in sentence, key
    assert places(said.own["ask"]) or any(isinstance(value, pd.DataFrame) for value in mine.given.values())


@each
@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_is_said_can_be_said(exercise: Exercise, language: str):
    mine, said = numbers_of(exercise, 2), words(exercise, language)
    whole = [
        said.title,
        said.ask(mine),
        *said.hints(mine),
        said.solution(mine),
        said.how_to_answer(mine),
        said.answer(mine),
    ]
    whole += [*said.options(mine).values(), *said.rows(mine).values(), said.kind]
    whole.append(said.feedback(mine, mark(mine, typed(mine, marking.answer(mine)))))
    for _, wrong in marking.mistakes(mine):
        whole.append(said.feedback(mine, mark(mine, typed(mine, wrong))))
    for sentence in whole:
        told(sentence)
        no_asterisks(sentence)
    for name, frame in said.tables(mine).items():
        assert len(set(frame.columns)) == len(frame.columns), "two columns have one heading"
        for column, heading in zip(mine.given[name].columns, frame.columns, strict=True):
            assert heading != column or not re.search(r"[a-z]{3}", column), f"no heading for {column}"
    if exercise.kind == "choice":
        assert set(said.own["options"]) == set(exercise.module.OPTIONS)
    if exercise.kind == "table":
        assert set(said.own["rows"]) == set(exercise.module.ROWS)


def no_asterisks(sentence: str) -> None:
    without = FORMULA.sub("x", sentence)
    blocks = MarkdownIt().enable("table").parse(without)
    texts = [part.content for block in blocks for part in block.children or [] if part.type == "text"]
    assert not [one for one in texts if "**" in one], sentence


def chinese_prose(table: Any) -> str:
    prose = "\n".join(strings(table).values())
    return re.sub(r"`[^`]*`|\$\$.*?\$\$|(?<!\\)\$[^$\n]*\$|\]\([^)]*\)", "", prose, flags=re.DOTALL)


CHINESE = [Path(reading.__file__).parent, *(one.folder for one in FOUND)]


@pytest.mark.parametrize("folder", CHINESE, ids=lambda folder: folder.name)
def test_chinese_is_set_as_chinese(folder: Path):
    prose = chinese_prose(read(folder, "zh-Hans"))
    assert re.findall(rf"{HAN}[,.;:?()\"']{HAN}|{HAN}[,;:?]\s", prose) == []
    assert re.findall(rf"\S*(?:{HAN}[A-Za-z0-9]|[A-Za-z0-9%]{HAN})\S*", prose) == []
    for line in prose.splitlines():
        parts = line.split("**")
        for bold, then in zip(parts[1::2], parts[2::2], strict=False):
            assert not (bold.endswith(tuple("。，！？：；")) and re.match(HAN, then)), line
    assert re.findall(rf"(?<!\*)\*(?!\*){HAN}[^*\n]*\*(?!\*)", prose) == [], "no italics in Chinese"
    assert traditional(prose)


@pytest.mark.parametrize("folder", CHINESE, ids=lambda folder: folder.name)
def test_nobody_shouts_or_begs(folder: Path):
    for language in ("en", "zh-Hans"):
        prose = FORMULA.sub("", "\n".join(strings(read(folder, language)).values()))
        assert re.findall(r"[!！请您]|\b[Pp]lease\b|\b[Ww]rong\b", prose) == []


# ---- the whole


@pytest.mark.parametrize("topic", lessons.topics(), ids=lambda topic: topic.path)
def test_two_exercises_stand_under_every_topic(topic: lessons.Topic):
    assert len(of_topic(topic)) >= 2


def test_every_exercise_stands_under_one_topic():
    shown = [one.name for topic in lessons.topics() for one in of_topic(topic)]
    assert sorted(shown) == sorted(one.name for one in FOUND)


def test_every_kind_is_practised_at_least_three_times():
    kinds = Counter("table or ranking" if one.kind in ("table", "ranking") else one.kind for one in FOUND)
    assert set(kinds) == {"number", "choice", "table or ranking", "decision", "scores"}
    assert min(kinds.values()) >= 3, kinds


def test_names_are_unique():
    assert [name for name, many in Counter(one.name for one in FOUND).items() if many > 1] == []


def test_folders_that_look_like_exercises_are_exercises():
    """A folder with words and no task.py would never be found."""
    root = Path(reading.__file__).parent
    folders = {file.parent for file in root.glob("*/*/*.toml")}
    assert folders == {one.folder for one in FOUND}


def written_down(exercise: Exercise) -> str:
    """A digest of what three learners are given and of what is answered."""
    found = []
    for number in (1, 2, 3):
        mine = numbers_of(exercise, number)
        right = marking.answer(mine)
        values = right if isinstance(right, list) else [right]
        found.append([plain(mine), [one if isinstance(one, str) else f"{one:.9g}" for one in values]])
    return hashlib.sha256(json.dumps(found, default=str).encode()).hexdigest()[:10]


# Of the exercises that live no customers: there, the world holds its own numbers.
ENGINE_2 = {
    "offer_threshold": "af59ae3ce1",
    "rates_from_cohorts": "806e96d196",
    "still_subscribed": "4bea776707",
    "next_renewals": "87f450900f",
    "why_it_fell": "564c153953",
    "profit_of_the_best": "a0159a7dad",
    "rfm_scores": "5686bc99e2",
    "still_alive": "c1eb7c8dfe",
    "subscriber_value": "515c8131a1",
    "profit_order": "6e4c87bc73",
    "two_plans": "f78f4b9708",
    "five_points_more": "0d08cb8015",
    "point_on_the_ladder": "d382d07d36",
    "keep_or_win": "a2ce809dd6",
    "two_months_later": "02a2ff29c7",
    "points_owed": "0d9cc803f1",
    "shares_after_two_months": "89eb7aa70c",
    "keep_the_card": "ebf3ca5860",
    "share_in_the_long_run": "93aca9d8a6",
    "family_of_customers": "18ff3fcc23",
    "carries_itself": "285fe553a6",
    "which_bond": "d0ea61d10d",
    "felt_on_average": "21c1bb9f96",
    "score_margin": "1a055966df",
    "worth_of_an_answer": "fa8ec16c3b",
    "modest_or_bold": "505028f85d",
    "rise_or_noise": "dc6d5ee31f",
}


def test_what_engine_2_gives_and_answers_never_changes():
    """Attempts are marked again years later. Who changes a line of it raises ENGINE, and writes these down anew."""
    assert ENGINE == "2"
    lived = re.compile(r"exercises\.customers|exercises\.churn|datasets\.world")
    still = [one for one in FOUND if not lived.search((one.folder / "task.py").read_text("utf-8"))]
    assert {one.name: written_down(one) for one in still} == ENGINE_2


def test_a_task_imports_only_what_it_may():
    """Models, the world, the core, and the usual libraries; no screen, no file, no clock, no chance of its own."""
    may = (
        "__future__",
        "collections",
        "dataclasses",
        "functools",
        "itertools",
        "math",
        "statistics",
        "typing",
    )
    may += ("numpy", "pandas", "scipy", "lessons", "datasets.world", "exercises.customers", "exercises.churn")
    for one in FOUND:
        for node in ast.walk(ast.parse((one.folder / "task.py").read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for name in names:
                assert name.startswith(may) or name.startswith("sklearn"), f"{one.name} imports {name}"
                assert not re.search(r"\.(page|more|frame|screens|charts)\b", name), (
                    f"{one.name} imports {name}"
                )


ALL_GIVEN = """
import sys
from exercises import exercises
from exercises.__main__ import main
for one in exercises():
    for language in ("en", "zh-Hant"):
        assert main(["give", one.name, "--learner", "Ünal 林", "--json", "--lang", language]) == 0
"""


def test_give_prints_the_same_bytes_in_every_process():
    root = Path(reading.__file__).parent.parent
    printed = []
    for hash_seed in ("1", "2"):
        environment = os.environ | {
            "PYTHONHASHSEED": hash_seed,
            "PYTHONPATH": str(root),
            "TZ": f"UTC-{hash_seed}",
        }
        run = subprocess.run(
            [sys.executable, "-c", ALL_GIVEN], cwd=root, env=environment, capture_output=True, check=False
        )
        assert run.returncode == 0, run.stderr.decode()[-2000:]
        printed.append(run.stdout)
    assert printed[0] == printed[1]
    assert len(printed[0].splitlines()) == 2 * len(FOUND)
    assert str(root).encode() not in printed[0]
    for line in printed[0].splitlines():
        assert "answer" not in all_keys(json.loads(line))


def all_keys(value: Any) -> set[str]:
    if isinstance(value, dict):
        return set(value) | {key for one in value.values() for key in all_keys(one)}
    return {key for one in value for key in all_keys(one)} if isinstance(value, list) else set()


@each
def test_the_braces_of_a_formula_are_not_taken_for_places(exercise: Exercise):
    r"""\frac{a}{b} would lose its a where a is also a name of what is given."""
    mine = variant(exercise, learner="ann")
    for language in ("en", "zh-Hans"):
        said = words(exercise, language)
        known = set(mine.given) | set(said._worked(mine))
        inside = re.findall(r"\\\\[a-zA-Z]+(?:\{[^{}]*\})?\{([a-z][a-z0-9_]*)\}", json.dumps(said.own))
        assert not known & set(inside), (exercise.name, language)


@pytest.mark.parametrize(
    "exercise", [one for one in FOUND if one.kind == "decision"], ids=lambda one: one.name
)
def test_a_workbook_of_ids_alone_is_read(exercise: Exercise):
    mine = variant(exercise, learner="ann")
    for heading in ("customer_id", "客户编号", marking.answer(mine)[0]):
        ids = [one for one in marking.answer(mine) if one != heading]
        assert mark(mine, xlsx_bytes({"ids": pd.DataFrame({heading: ids})})).right, heading


def test_numbers_are_read_as_they_are_written_in_a_sentence():
    for raw in ("30,360 yuan", "大约 30,360 元", "大約 3.036 萬元", "approx. ¥30,360", "30,360."):
        assert reading.numbers(raw)[0].value == pytest.approx(30_360), raw


@each
def test_the_command_line_marks_as_the_functions_do(exercise: Exercise, tmp_path: Path):
    mine = variant(exercise, learner="ann", number=3, course="crm-26")
    for wanted in (marking.answer(mine), *(wrong for _, wrong in marking.mistakes(mine))):
        raw = typed(mine, wanted)
        verdict = mark(mine, raw)
        if isinstance(raw, bytes):
            (tmp_path / "mine.csv").write_bytes(raw)
        answer = str(tmp_path / "mine.csv") if isinstance(raw, bytes) else raw
        named = ["--learner", "ann", "--variant", "3", "--course", "crm-26", "--answer", answer, "--json"]
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            status = main(["check", exercise.name, *named])
        told_there = json.loads(out.getvalue())
        assert status == (0 if verdict.right else 1)
        assert {key: told_there[key] for key in ("right", "found", "mistake", "slip", "score")} == {
            "right": verdict.right,
            "found": verdict.found,
            "mistake": verdict.mistake,
            "slip": verdict.slip,
            "score": verdict.score,
        }
        assert told_there["feedback"] == words(exercise, "en").feedback(mine, verdict).replace("\\$", "$")


def test_words_is_what_the_pages_use():
    assert all(isinstance(words(one, "zh-Hant"), Words) for one in FOUND[:3])
