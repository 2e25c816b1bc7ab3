"""Does the core of the exercises hold?  Small exercises of every kind, and what learners type, upload and break."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import io
import json
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import given as tried_with
from hypothesis import settings
from hypothesis import strategies as st

import exercises as core
from exercises import UnknownExercise, answers, exercises, files, find, mark, marking, of_concepts, variant
from exercises.__main__ import main
from exercises.words import read, words
from lessons.words import LANGUAGES
from tests import small_exercises
from tests import test_exercises as promises


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_exercises.write(tmp_path_factory.mktemp("exercises"))


@pytest.fixture
def mine(root: Path):
    """A learner's variant of a small exercise, by its name."""
    return lambda name, number=1: variant(find(name, root), learner="ann", number=number)


# ---- the promises that the real exercises are held to, on small ones, and on broken ones

PROMISES = [
    promises.test_right_wrong_each_mistake_and_unreadable_over_fifty_seeds,
    promises.test_the_numbers_differ_between_learners,
    promises.test_a_choice_or_order_is_not_always_the_same,
    promises.test_given_is_pure_and_answering_changes_nothing,
    promises.test_what_is_given_can_be_shown_and_holds_no_truth,
    promises.test_what_is_shown_is_what_is_calculated_with,
    promises.test_every_language_is_there_and_says_the_same,
    promises.test_every_place_can_be_filled_and_gives_nothing_away,
]


@pytest.mark.parametrize("name", small_exercises.TASKS)
@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: promise.__name__[5:40])
def test_a_good_exercise_keeps_every_promise(root, name, promise):
    promise(find(name, root))


def broken(tmp_path: Path, name: str, *, task: tuple[str, str] | None = None, **words: tuple[str, str]):
    """Write the small exercises with one of them changed: in its task.py, or in a file of words."""
    root = small_exercises.write(tmp_path)
    changes = {**{f"{language}.toml": change for language, change in words.items()}, "task.py": task}
    for file, change in changes.items():
        if change is not None:
            path = root / "small" / name / file
            before = path.read_text("utf-8")
            assert change[0] in before
            path.write_text(before.replace(*change), "utf-8")
    return find(name, root)


ORDERS, FEWEST = 'nlargest(picks, "orders")', 'nsmallest(picks, "orders")'
SPENT, HINTS = '"spent": rng', 'hints = ["1", "2"]'
BREAKS = {
    "a mistake equals the answer": (0, "profit", {"task": ("return float(price)", "return price * margin")}),
    "a mistake is never named": (
        0,
        "profit",
        {"task": ("return float(price)", "return price * (1 - margin) + 1")},
    ),
    "one mistake alone": (0, "profit", {"task": (', "margin_forgotten": margin_forgotten', "")}),
    "a place that nothing fills": (0, "profit", {"en": ("= {answer}", "= {nothing}")}),
    "a decision no better than chance": (0, "whom", {"task": (ORDERS, FEWEST)}),
    "a mistake that pays": (0, "whom", {"task": (FEWEST, ORDERS)}),
    "a choice that is always the same": (2, "keep_or_drop", {"task": ("rng.choice([-5, 5])", "5")}),
    "chance of its own": (3, "whom", {"task": ("rng.poisson", "np.random.default_rng().poisson")}),
    "answering writes into what is given": (
        3,
        "best_channel",
        {
            "task": (
                "(channels):\n    return channels.sort",
                '(channels):\n    channels["profit"] += 1\n    return channels.sort',
            )
        },
    ),
    "the truth": (4, "whom", {"task": (SPENT, '"dropout_probability": 0.5, "spent": rng')}),
    "the true profit": (4, "whom", {"task": (SPENT, '"incremental_profit": 0.5, "spent": rng')}),
    "the answer": (4, "profit", {"task": ('return {"price"', 'return {"answer": 1, "price"')}),
    "a number not rounded": (
        5,
        "profit",
        {"task": ("int(rng.integers(20, 70)) / 100", "rng.uniform(0.2, 0.7)")},
    ),
    "a column not rounded": (5, "whom", {"task": (".round(2)", "")}),
    "fewer digits shown than used": (
        5,
        "profit",
        {"task": ("/ 100}\n", "/ 100 + 0.005}\n"), "unit": "percent:0"},
    ),
    "a key that one language lacks": (6, "profit", {"zh": ('wrong = "再想想"\n', "")}),
    "a language that is not written": (6, "profit", {"zh": ("再想想", "Think again")}),
    "a place that one language lacks": (6, "profit", {"zh": ("{price} {margin} ?", "{price} ?")}),
    "a mistake without words": (
        6,
        "profit",
        {"task": ("MISTAKES = {", 'MISTAKES = {"new": costs_instead, ')},
    ),
    "one hint alone": (6, "profit", {"en": (HINTS, 'hints = ["1"]'), "zh": (HINTS, 'hints = ["1"]')}),
    "the answer in a hint": (7, "profit", {"en": (HINTS, 'hints = ["1", "{answer}"]')}),
    "the answer in a mistake": (7, "profit", {"en": ("Small costs_instead", "{answer}")}),
    "a place that there is not": (7, "profit", {"en": ('wrong = "Think again"', 'wrong = "{hundredth}"')}),
}


@pytest.mark.parametrize("what", BREAKS)
def test_a_broken_exercise_is_caught(tmp_path, what):
    promise, name, changes = BREAKS[what]
    exercise = broken(tmp_path, name, **{key: change for key, change in changes.items() if key != "unit"})
    if "unit" in changes:
        again(exercise, '"margin": "percent"', f'"margin": "{changes["unit"]}"')
    with pytest.raises(AssertionError):
        PROMISES[promise](exercise)


def again(exercise: core.Exercise, before: str, after: str) -> None:
    """Change task.py once more."""
    file = exercise.folder / "task.py"
    assert before in file.read_text("utf-8")
    file.write_text(file.read_text("utf-8").replace(before, after), "utf-8")


def test_a_solution_that_is_shown_too_roughly_is_caught(tmp_path):
    exercise = broken(tmp_path, "profit", task=('"answer": "money"', '"answer": "money:0"'))
    again(exercise, "TOLERANCE = 0.5", "TOLERANCE = 0.01")
    again(exercise, "return price * margin\n", "return price * margin + 0.3\n")
    with pytest.raises(AssertionError, match="that is not marked right"):
        promises.test_right_wrong_each_mistake_and_unreadable_over_fifty_seeds(exercise)


def test_numbers_that_all_learners_share_are_caught(tmp_path):
    exercise = broken(tmp_path, "kept", task=("int(rng.integers(200, 900))", "500"))
    again(exercise, "rng.uniform(0.55, 0.95)", "0.8")
    with pytest.raises(AssertionError):
        promises.test_the_numbers_differ_between_learners(exercise)


# ---- finding


def test_exercises_are_found_by_looking_and_in_order(root):
    assert {one.name for one in exercises(root)} == set(small_exercises.TASKS)
    assert [one.name for one in of_concepts(("clv",), root)] == ["profit", "kept"]
    assert [one.name for one in of_concepts(("btyd", "rfm"), root)] == [
        "keep_or_drop",
        "whom",
        "three_years",
        "who_leaves",
    ]
    assert of_concepts(("nobody",), root) == ()
    assert find("kept", root).path == "small/kept"


def test_looking_imports_no_task(tmp_path):
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    (folder / "task.py").write_text('KIND = "number"\nCONCEPTS = ("clv",)\nORDER = 2\nraise RuntimeError\n')
    (one,) = exercises(tmp_path)
    assert (one.kind, one.concepts, one.order) == ("number", ("clv",), 2)
    with pytest.raises(RuntimeError):
        _ = one.module


def test_half_written_files_do_not_stop_the_others(tmp_path):
    for name, source in (("half", "def given(rng:\n"), ("bare", ""), ("odd", "KIND = f()\n")):
        (tmp_path / "a" / name).mkdir(parents=True)
        (tmp_path / "a" / name / "task.py").write_text(source)
    assert [(one.name, one.kind, one.concepts) for one in exercises(tmp_path)] == [
        ("bare", "", ()),
        ("half", "", ()),
        ("odd", "", ()),
    ]
    assert of_concepts(("clv",), tmp_path) == ()


def test_an_unknown_name_is_told_with_those_that_there_are(root):
    with pytest.raises(UnknownExercise, match=r"^There is no exercise \S+; there are: .*kept.*\.$") as told:
        find("\x1b[31mnone", root)
    assert str(told.value).isprintable()


# ---- variants


def test_the_seed_is_the_hmac_of_the_standard_library_over_what_the_readme_says(root):
    made = variant(find("profit", root), learner="林 ann", number=7, course="crm-26")
    message = json.dumps(["profit", "林 ann", 7]).encode("ascii")
    assert made.seed == int(hmac.new(b"crm-26", message, hashlib.sha256).hexdigest(), 16)
    assert made.engine == core.ENGINE == "2"


def test_the_numbers_of_engines_1_and_2_never_change(root):
    """Regraded years later: the first numbers that these engines ever gave, written down."""
    assert variant(find("profit", root), learner="ann").given == {"price": 3400, "margin": 0.42}


def test_everything_that_names_a_variant_changes_its_numbers(root):
    one = find("profit", root)
    base = {"learner": "ann", "number": 1, "course": "local"}
    seeds = {variant(one, **base).seed, variant(find("kept", root), **base).seed}
    for change in ({"learner": "ann1"}, {"number": 2}, {"course": "local2"}, {"learner": "Ann"}):
        seeds.add(variant(one, **{**base, **change}).seed)
    assert len(seeds) == 6
    # What stands at a border belongs to one side alone.
    assert variant(one, learner="a1", number=1).seed != variant(one, learner="a", number=11).seed
    assert variant(one, learner='a", 1').seed != variant(one, learner="a").seed


def test_a_variant_is_the_callers_own(root, mine):
    first = mine("whom")
    before = first.given["customers"].copy()
    first.given["customers"].loc[:, "orders"] = 0
    first.given["picks"] = 1
    pd.testing.assert_frame_equal(mine("whom").given["customers"], before)
    assert mine("whom").given["picks"] == 40


@pytest.mark.parametrize("learner", ["", "  ", "x" * 201, "a\0", "a\n", "\udc80", None, 3])
def test_a_learner_needs_a_printable_name(root, learner):
    for changed in ({"learner": learner}, {"learner": "a", "course": learner}):
        with pytest.raises(ValueError, match="must be printable text"):
            variant(find("profit", root), **changed)


@pytest.mark.parametrize("number", [0, -1, 1.0, True, "1", 10**7])
def test_a_variants_number_is_a_whole_one(root, number):
    with pytest.raises(ValueError, match="whole number"):
        variant(find("profit", root), learner="a", number=number)


# ---- numbers as people type them

TYPED = {
    "12.5": [12.5],
    "12,5": [12.5],
    "12.5%": [0.125],
    "12，5": [12.5],
    "１２．５％": [0.125],
    "1,234.50": [1234.5],
    "1.234,50": [1234.5],
    "1 234,5": [1234.5],
    "1\u202f234,5": [1234.5],
    "1'234.5": [1234.5],
    "1’234’567": [1234567],
    "1,234,567": [1234567],
    "1.234.567": [1234567],
    "12,34,567": [1234567],
    "1,234": [1234, 1.234],
    "1.234": [1.234, 1234],
    "0.125": [0.125],
    "0,125": [0.125],
    "1234,567": [1234.567],
    ".5": [0.5],
    ",5": [0.5],
    "12.": [12],
    "1.2万": [12000],
    "1.2 萬": [12000],
    "3亿": [3e8],
    "2千": [2000],
    "3百万": [3e6],
    "1.2k": [1200],
    "1.2K": [1200],
    "1.2M": [1.2e6],
    "2 million": [2e6],
    "¥1,234.5": [1234.5],
    "￥１２": [12],
    "$12.5": [12.5],
    "NT$ 300": [300],
    "-¥5": [-5],
    "¥-5": [-5],
    "12.5元": [12.5],
    "1.2万元": [12000],
    "9,99 €": [9.99],
    "−12.5": [-12.5],
    "–12.5": [-12.5],
    "—3": [-3],
    "－３": [-3],
    "负12.5": [-12.5],
    "+7": [7],
    "(12.5)": [-12.5, 12.5],
    "1/4": [0.25],
    "-1/4": [-0.25],
    "50/100": [0.5],
    "3‰": [0.003],
    "百分之12.5": [0.125],
    "12.5 percent": [0.125],
    "12.5 个百分点": [0.125],
    "≈ 12.5": [12.5],
    "约12.5": [12.5],
    "= 12.5": [12.5],
    "14 agents": [14],
    "CLV = 12.5": [12.5],
    "毛利：−3%": [-0.03],
    "a = b = 3": [],
    "14 位客户": [14],
    "14 位": [14],
    "3 天。": [3],
    "1.5e3": [1500],
    "1.5E-2": [0.015],
    "1.5×10^3": [1500],
    "٣٫٥": [3.5],
    "1_000": [],
    "½": [0.5],
    "10²": [],
    "1,23,4": [],
    "1.234.5": [],
    "1,2345,67": [],
    "12 13": [],
    "12 or 13": [],
    "nan": [],
    "inf": [],
    "-": [],
    "%": [],
    "12.5%%": [],
    "1/0": [],
    "0x10": [],
    "1e999": [],
    "1e-999": [0.0],
    "9" * 16: [],
    "(12": [],
    "": [],
    "   ": [],
    "\0": [],
}


@pytest.mark.parametrize("text", TYPED)
def test_numbers_are_read_as_people_type_them(text):
    if not TYPED[text]:
        with pytest.raises(answers.Unreadable) as told:
            answers.numbers(text)
        assert told.value.reason in answers.reasons()
    else:
        assert [one.value for one in answers.numbers(text)] == pytest.approx(TYPED[text])


@pytest.mark.parametrize("language", ["en", "de", "fr", "zh", "de_CH", "en_IN", "sv"])
@pytest.mark.parametrize("value", [0.5, 12.5, 999.25, 1234.5, 9876543.25, -1234.5])
def test_what_babel_writes_in_each_locale_is_read(language, value):
    from babel.numbers import format_decimal

    assert answers.numbers(format_decimal(value, locale=language))[0].value == value


# ---- slips of unit, and mistakes by name


def right(mine_: core.Variant) -> float:
    return float(marking.answer(mine_))


@pytest.mark.parametrize(
    ("factor", "slip"),
    [
        (100, "cents"),
        (0.01, "hundred"),
        (1000, "thousand"),
        (0.001, "thousand"),
        (10_000, "ten_thousand"),
        (1e-4, "ten_thousand"),
    ],
)
def test_a_slip_of_unit_is_told_as_such(mine, factor, slip):
    one = mine("profit")
    verdict = mark(one, f"{right(one) * factor:.3g}")
    assert (verdict.found, verdict.slip, verdict.right) == ("slip", slip, False)


def test_percent_against_share_is_a_slip(mine):
    one = mine("kept")
    share = right(one)
    assert mark(one, f"{share * 100:.4f}").right
    assert mark(one, f"{share * 100:.4f}%").right
    assert mark(one, f"{share * 1000:.4f}‰").right
    assert mark(one, f"{one.given['after']}/{one.given['before']}").right
    assert mark(one, f"{share:.4f}").slip == "share_for_percent"
    assert mark(one, f"{share:.4f}%").slip == "share_for_percent"
    assert mark(one, f"{share * 1e4:.2f}").slip == "percent_for_share"
    assert mark(one, f"{1 / share:.5f}").mistake == "upside_down"
    assert mark(one, f"{100 / share:.3f}").mistake == "upside_down"


def test_a_comma_before_three_digits_is_right_in_either_reading(root, tmp_path):
    whole = variant(find("profit", root), learner="ann", number=5)
    text = f"{right(whole):,.0f}"
    assert mark(whole, text).right and "," in text
    assert mark(whole, text.replace(",", ".")).right
    small = broken(
        tmp_path, "profit", task=("return price * margin\n", "return price * margin / 10_000 + 1.0004\n")
    )
    again(small, "TOLERANCE = 0.5", "TOLERANCE = 0.0006")
    one = variant(small, learner="ann")
    assert mark(one, f"{right(one):.3f}".replace(".", ",")).right


def test_the_right_answer_comes_before_a_mistake_and_the_nearer_mistake_before_another(mine):
    one = mine("profit")
    value = right(one)
    assert mark(one, f"{value + 0.49:.3f}").found == "right"
    assert mark(one, f"{value + 0.51:.3f}").found == "wrong"
    assert marking._nearest([("far", 10.0), ("near", 10.4), ("none", float("nan"))], [10.3], 0.5) == "near"
    wrong = dict(marking.mistakes(one))
    assert mark(one, f"{wrong['margin_forgotten'] - 0.3:.3f}").mistake == "margin_forgotten"


def test_a_table_names_the_mistake_behind_every_row_that_is_off(mine):
    one = mine("three_years")
    first, second, growth = marking.answer(one)
    for raw in (
        f"{first}\n{second}\n{growth * 100}",
        f"{first}; {second}; 25%",
        f"[{first}, {second}, 25]",
        f"{first}\t{second}\t1/4",
        f"two: {second}\nOne = {first}\ngrowth: 25",
        json.dumps({"growth": "25%", "two": second, "one": first}),
    ):
        assert mark(one, raw).right, raw
    verdict = mark(one, f"{first}\n{first}\n25")
    assert (verdict.found, verdict.mistake, verdict.values["rows_off"]) == (
        "mistake",
        "nobody_leaves",
        ("two",),
    )
    assert verdict.score == pytest.approx(2 / 3)
    assert mark(one, f"{first + 77}\n{first}\n25").found == "wrong", (
        "one of the two rows follows from no mistake"
    )
    assert mark(one, f"{first}\n{second}\n0.25").slip == "share_for_percent"
    assert mark(one, f"{first}\n{second}\n77").found == "wrong"
    for raw, reason in (
        (f"{first}\n\n25", "row_unreadable"),
        ("1\n2", "rows_expected"),
        ("1\n2\nx", "row_unreadable"),
    ):
        verdict = mark(one, raw)
        assert (verdict.found, verdict.reason) == ("unreadable", reason)
    said = words(one.exercise, "zh-Hans").feedback(one, mark(one, "1\n2\nx"))
    assert said == "3：答案里没有读得出来的数。用数字写，比如 12.5。"


def test_a_ranking_is_read_in_many_ways(mine):
    one = mine("best_channel")
    order = marking.answer(one)
    english, chinese = words(one.exercise, "en").options(one), words(one.exercise, "zh-Hant").options(one)
    ways = [
        " > ".join(order),
        ",".join(order),
        " ".join(order),
        "、".join(order),
        "→".join(order),
        "\n".join(order),
    ]
    ways += [
        json.dumps(order),
        " ＞ ".join(order).upper(),
        "\n".join(f"{at}. {name}" for at, name in enumerate(order, 1)),
    ]
    ways += [" > ".join(english[code] for code in order), "、".join(chinese[code] for code in order)]
    for raw in ways:
        assert mark(one, raw).right, raw
    assert list(marking.items(one)) == sorted(order), "the order in which they stand must not tell"
    for raw, reason in (
        ("shop > web", "ranking_missing"),
        ("shop > web > shop", "ranking_twice"),
        ("shop > web > fax", "ranking_unknown"),
        ("shop > web = phone", "ranking_tie"),
    ):
        assert mark(one, raw).reason == reason


def test_a_choice_is_its_code_its_letter_or_its_place(mine):
    one = mine("keep_or_drop")
    place = one.exercise.module.OPTIONS.index(marking.answer(one))
    for raw in (
        marking.answer(one),
        "abc"[place],
        "ABC"[place] + ")",
        str(place + 1),
        f" {marking.answer(one).upper()} ",
        "１２３"[place],
    ):
        assert mark(one, raw).right, raw
    for language in LANGUAGES:
        assert mark(one, words(one.exercise, language).options(one)["wait"]).mistake == "afraid"
    assert mark(one, "wait").mistake == "afraid"
    unknown = mark(one, "d")
    assert unknown.reason == "option_unknown"
    assert words(one.exercise, "zh-Hans").feedback(one, unknown).endswith("start、stop、wait。")


# ---- decisions and scores


def book(frame: pd.DataFrame) -> bytes:
    out = io.BytesIO()
    frame.to_excel(out, index=False, engine="openpyxl")
    return out.getvalue()


def test_a_decision_is_read_from_text_and_from_files(mine):
    one = mine("whom")
    best = marking.answer(one)
    frame = pd.DataFrame({"customer_id": best})
    noted = one.given["customers"].set_index("customer_id").loc[best].reset_index()
    ways: list[str | bytes] = [
        sign.join(best) for sign in ("\n", ",", " ", ";", "、", "；", "\t", "\r\n", " , ")
    ]
    ways += [
        json.dumps(best),
        "customer_id\n" + "\n".join(best),
        "\n".join([*best, *best]),
        "\n".join(f"{one}.0" for one in best),
    ]
    ways += [frame.to_csv(index=False).encode(encoding) for encoding in ("utf-8", "utf-8-sig", "utf-16")]
    ways += [noted.to_csv(index=False).encode(), noted.to_csv(index=False, sep=";").encode(), book(noted)]
    ways += [book(pd.DataFrame({"客户编号": [int(one) for one in best], "备注": "选"}))]
    ways += [
        pd.DataFrame({"客户编号": best, "备注": "选"}).to_csv(index=False).encode("gb18030"),
        "\n".join(best).encode(),
    ]
    for raw in ways:
        verdict = mark(one, raw)
        assert verdict.right, (raw[:80], verdict)


def test_a_decision_that_cannot_be_counted_is_told_by_name(mine):
    one = mine("whom")
    best, everybody = marking.answer(one), one.given["customers"]["customer_id"].tolist()
    others = [name for name in everybody if name not in best]
    for raw, reason, part in (
        ("\n".join([*best, others[0]]), "too_many", "41"),
        ("\n".join(best[1:]), "too_few", "39"),
        ("nobody", "ids_unknown", "nobody"),
        ("\n".join([*best[:-3], "1", "2", "3"]), "ids_unknown", "3"),
        ("\n".join(["4.7130E+14", *best[1:]]), "ids_rounded", "4.7E+14"),
        (b"name,city\nann,here\n", "ids_not_found", "customer_id"),
    ):
        verdict = mark(one, raw)
        assert (verdict.found, verdict.reason) == ("unreadable", reason), raw[:60]
        for language in LANGUAGES:
            assert part in words(one.exercise, language).feedback(one, verdict)


def test_a_decision_is_marked_by_its_true_worth_and_not_by_its_list(mine):
    one = mine("whom")
    task, customers = one.exercise.module, one.given["customers"]
    truth = task.true_profit(customers)
    ideal = customers.loc[truth.nlargest(40).index, "customer_id"].tolist()
    assert set(ideal) != set(marking.answer(one))
    verdict = mark(one, "\n".join(ideal))
    assert verdict.right and verdict.score == 1 and verdict.values["worth"] >= verdict.values["best"]
    worst = customers.loc[truth.nsmallest(40).index, "customer_id"].tolist()
    assert mark(one, "\n".join(worst)).score == 0
    assert mark(one, "\n".join(worst)).found in ("mistake", "wrong")


def test_the_bar_of_a_decision_lies_where_the_tolerance_puts_it(mine):
    """By hand: chance 0, best 100, tolerance 0.2: 80 is right, 79 is not."""
    from types import SimpleNamespace

    from exercises.marking import _by_worth

    task = SimpleNamespace(
        worth=lambda submitted: float(submitted),
        chance=lambda: 0.0,
        answer=lambda: 100,
        MISTAKES={},
        TOLERANCE=0.2,
    )
    stub: Any = type("Stub", (), {"module": task})()
    one = core.Variant(
        exercise=stub,
        learner="",
        course="",
        number=1,
        seed=1,
        engine="",
        given={},
    )
    assert [_by_worth(one, worth, lambda _: 0, 1).right for worth in (100, 80, 79.9, 0)] == [
        True,
        True,
        False,
        False,
    ]
    assert _by_worth(one, 50, lambda _: 0, 1).score == 0.5
    assert _by_worth(one, 130, lambda _: 0, 1).score == 1


def test_scores_are_read_from_files_of_any_kind(mine):
    one = mine("who_leaves")
    scores = marking.answer(one)
    frame = pd.DataFrame({"customer_id": scores.index, "score": scores.to_numpy()})
    shuffled = frame.sample(frac=1, random_state=1)
    ways = [
        frame.to_csv(index=False).encode(),
        shuffled.to_csv(index=False, sep=";").encode("utf-16"),
        book(shuffled),
    ]
    ways += [
        frame.to_csv(index=False, header=False, sep=";"),
        shuffled.to_csv(index=False, header=False, sep=" "),
    ]
    ways += [
        frame.assign(score=(frame["score"] / 10).map("{:.1f}".format).str.replace(".", ","))
        .to_csv(index=False, sep=";")
        .encode()
    ]
    ways += [
        frame.rename(columns={"customer_id": "编号", "score": "流失概率"})
        .to_csv(index=False)
        .encode("gb18030")
    ]
    ways += [frame.assign(rank=range(300))[["rank", "score", "customer_id"]].to_csv(index=False).encode()]
    ways += [
        pd.concat([frame, pd.DataFrame({"customer_id": ["7"], "score": [1]})]).to_csv(index=False).encode()
    ]
    ways += [
        frame.astype({"customer_id": "int64"})
        .assign(score=frame["score"] / 200)
        .to_csv(index=False)
        .encode("utf-8-sig")
    ]
    for raw in ways:
        verdict = mark(one, raw)
        assert verdict.right, (raw[:60], verdict)


def test_scores_that_cannot_be_used_are_told_by_name(mine):
    one = mine("who_leaves")
    scores = marking.answer(one)
    frame = pd.DataFrame({"customer_id": scores.index, "score": scores.to_numpy().astype(object)})

    def spoiled(value: str) -> bytes:
        other = frame.copy()
        other.loc[:2, "score"] = value
        return other.to_csv(index=False).encode()

    twice = pd.concat([frame, frame.head(2).assign(score=-5)])
    for raw, reason, part in (
        (frame.iloc[5:].to_csv(index=False).encode(), "scores_missing", "5"),
        (twice.to_csv(index=False).encode(), "scores_twice", "2"),
        (spoiled("high"), "scores_unreadable", "3"),
        (spoiled("nan"), "scores_unreadable", "3"),
        (spoiled("inf"), "scores_unreadable", "3"),
        (spoiled("1e300"), "scores_unreadable", "3"),
        (frame[["customer_id"]].assign(city="here").to_csv(index=False).encode(), "no_scores", "score"),
        (b"PK\x03\x04broken", "file_unreadable", "CSV"),
        (b"\0" * 100, "empty", ""),
        (b"x" * 6_000_000, "file_too_large", "5"),
    ):
        verdict = mark(one, raw)
        assert (verdict.found, verdict.reason) == ("unreadable", reason), raw[:60]
        assert part in words(one.exercise, "en").feedback(one, verdict)


def test_scores_upside_down_and_scores_that_are_all_alike(mine):
    one = mine("who_leaves")
    scores = marking.answer(one)
    upside_down = pd.DataFrame({"customer_id": scores.index, "score": -scores.to_numpy()})
    assert mark(one, upside_down.to_csv(index=False).encode()).slip == "reversed"
    verdict = mark(one, upside_down.assign(score=1).to_csv(index=False).encode())
    assert (verdict.found, verdict.score) == ("wrong", 0.0)


# ---- whatever is typed


@settings(max_examples=300, deadline=None)
@tried_with(
    st.one_of(
        st.text(max_size=60), st.binary(max_size=60), st.text("0123456789.,%-+/() eE万kM¥$", max_size=14)
    )
)
def test_nothing_that_is_typed_raises(raw):
    for name in small_exercises.TASKS:
        one = variant(find(name, _root()), learner="ann")
        verdict = mark(one, raw)
        assert verdict.found in ("right", "mistake", "slip", "wrong", "unreadable")
        for language in ("en", "zh-Hant"):
            promises.told(words(one.exercise, language).feedback(one, verdict))


def _root() -> Path:
    """The small exercises for a test that Hypothesis calls many times."""
    import tempfile

    if not _KEPT:
        folder = tempfile.TemporaryDirectory()
        _KEPT.append((folder, small_exercises.write(Path(folder.name))))
    return _KEPT[0][1]


_KEPT: list = []


HUGE = ["9" * 10**7, b"9" * 10**7, "1," * 10**6, "[" * 10**6, "(" * 10**5, b"\xff\xfe" * 10**6, None, 12.5]


@pytest.mark.parametrize("raw", HUGE, ids=lambda raw: str(raw)[:9])
def test_huge_and_odd_answers_come_back_at_once(mine, raw):
    for name in small_exercises.TASKS:
        assert mark(mine(name), raw).found in ("unreadable", "wrong", "slip", "mistake")


def test_every_reason_and_every_slip_has_its_sentence_in_every_language():
    for language in LANGUAGES:
        shared = read(core.ROOT, language)
        assert set(shared["unreadable"]) == set(answers.reasons())
        assert set(shared["slips"]) == set(marking.SLIPS)
        assert set(shared["kinds"]) == set(core.KINDS)
        assert set(shared["how"]) == {*core.KINDS, "money", "percent", "table_percent"}
        assert {"right", "mistake", "slip", "wrong", "unreadable"} <= set(shared["terminal"])


def test_the_shared_words_say_the_same_in_both_languages():
    one, other = (promises.strings(read(core.ROOT, language)) for language in ("en", "zh-Hans"))
    assert len(one) > 70
    assert one.keys() == other.keys()
    assert {key: promises.places(said) for key, said in one.items()} == {
        key: promises.places(said) for key, said in other.items()
    }


def test_what_the_company_sees_has_a_heading_in_every_language():
    from datasets.world import load_scenario
    from exercises.customers import seen

    now = seen("tea_shops", policy=load_scenario("tea_shops").policy, at_week=30, customers=100)
    for language in LANGUAGES:
        assert {"customer_id", *now.columns} <= set(read(core.ROOT, language)["columns"])
    assert not set(now.columns) & promises.TRUTH


# ---- what is taken home


def test_the_files_hold_what_is_shown_and_never_the_answer(mine, tmp_path):
    for name in small_exercises.TASKS:
        one = mine(name)
        for language in LANGUAGES:
            assert files.notebook_bytes(one, language) == files.notebook_bytes(mine(name), language)
        assert files.xlsx_bytes(one) == files.xlsx_bytes(mine(name))
        whole = files.csv_bytes(one) + files.notebook_bytes(one, "en")
        for hidden in (b"worth", b"answer(", b"MISTAKES", b"chance"):
            assert hidden not in whole
        sheets = openpyxl.load_workbook(io.BytesIO(files.xlsx_bytes(one))).worksheets
        assert {sheet.title for sheet in sheets} == set(files.data(one))
    ids = one.given["customers"]["customer_id"]
    assert files.csv_bytes(one).decode("utf-8-sig").splitlines()[1].startswith(ids[0])
    assert files.csv_bytes(one).decode("utf-8-sig").splitlines()[0] == "customer_id,days,spent"


def test_a_csv_that_was_downloaded_can_be_handed_in_with_a_score(mine):
    one = mine("who_leaves")
    frame = pd.read_csv(io.BytesIO(files.csv_bytes(one)))
    frame["score"] = frame["days"]
    assert mark(one, frame.to_csv(index=False).encode()).right


@pytest.mark.parametrize("name", ["profit", "whom", "best_channel"])
def test_the_notebook_runs_alone(mine, name):
    document = json.loads(files.notebook_bytes(mine(name), "zh-Hans"))
    code = "\n".join(cell["source"] for cell in document["cells"] if cell["cell_type"] == "code")
    code += "\nassert len(table) and (table['customer_id'].map(type) == str).all()" if name == "whom" else ""
    code += "\nassert given['price'] > 0" if name == "profit" else ""
    run = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


def test_the_words_are_written_by_the_units(root):
    one = variant(find("kept", root), learner="ann")
    assert words(one.exercise, "en").ask(one).startswith(f"{one.given['before']} {one.given['after']}")
    assert words(one.exercise, "en").answer(one) == f"{right(one) * 100:.1f}%"
    table = variant(find("three_years", root), learner="ann")
    assert words(table.exercise, "en").answer(table).endswith("3: 25%")
    channels = words(find("best_channel", root), "zh-Hant").tables(
        variant(find("best_channel", root), learner="a")
    )
    assert set(channels["channels"]["K"]) == {"門市", "網路商店", "電話"}


# ---- the command line


def run(*arguments: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            status = main(list(arguments))
        except SystemExit as left:
            status = int(left.code or 0)
    return status, out.getvalue(), err.getvalue()


@pytest.fixture
def small(root, monkeypatch):
    """The command line over the small exercises."""
    monkeypatch.setattr(core, "exercises", lambda _=None: exercises(root))
    monkeypatch.setattr(core, "find", lambda name: find(name, root))


def test_a_terminal_lists_gives_and_checks(small, mine):
    status, out, err = run("list")
    assert (status, err) == (0, "") and "keep_or_drop" in out
    status, out, err = run("give", "profit", "--learner", "ann", "--hints", "1")
    assert (status, err) == (0, "") and "¥3,400" in out and "Hint 1: 1" in out and "Hint 2" not in out
    status, out, err = run("give", "whom", "--learner", "ann", "--lang", "zh-Hant")
    assert status == 0 and "顧客" in out and "300" in out
    assert run("check", "profit", "--learner", "ann", "--answer", "1428")[0] == 0
    status, out, err = run("check", "profit", "--learner", "ann", "--answer", "-3%")
    assert (status, err) == (1, "") and out.startswith("Not yet.")
    assert run("check", "profit", "--learner", "ann", "--answer", "")[0] == 1
    assert run("check", "profit", "--learner", "ann", "--variant", "2", "--answer", "1428")[0] == 1


def test_json_is_one_line_without_clock_path_or_answer(small):
    first, second = (run("give", name, "--learner", "ann", "--json") for name in ("whom", "whom"))
    assert first == second
    told = json.loads(first[1])
    assert first[1].count("\n") == 1 and "answer" not in promises.all_keys(told)
    assert len(told["given"]["customers"]["rows"]) == 300
    assert told["seed"] == hmac.new(b"local", b'["whom", "ann", 1]', hashlib.sha256).hexdigest()
    verdict = json.loads(run("check", "three_years", "--learner", "ann", "--answer", "1;2;x", "--json")[1])
    assert (verdict["found"], verdict["reason"], verdict["right"]) == ("unreadable", "row_unreadable", False)


def test_files_are_written_whole_and_read_back(small, mine, tmp_path):
    out = tmp_path / "new" / "folder"
    status, printed, _ = run("give", "whom", "--learner", "ann", "--out", str(out), "--json")
    names = ["whom-1-customers.csv", "whom-1-given.csv", "whom-1.ipynb", "whom-1.xlsx"]
    assert (
        status == 0 and sorted(file.name for file in out.iterdir()) == names == json.loads(printed)["files"]
    )
    assert str(tmp_path) not in printed
    best = out / "best.csv"
    best.write_text("customer_id\n" + "\n".join(marking.answer(mine("whom"))))
    for answer in (str(best), "@" + str(best)):
        assert run("check", "whom", "--learner", "ann", "--answer", answer)[0] == 0
    number = tmp_path / "1428"
    number.write_text("7")
    assert run("check", "profit", "--learner", "ann", "--answer", "@" + str(number))[0] == 1


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("nothing",),
        ("give",),
        ("give", "nope", "--learner", "a"),
        ("give", "profit"),
        ("give", "profit", "--learner", ""),
        ("give", "profit", "--learner", "a", "--variant", "x"),
        ("give", "profit", "--learner", "a", "--variant", "0"),
        ("give", "profit", "--learner", "a", "--lang", "fr"),
        ("give", "profit", "--learner", "a", "--out", "/dev/null/x"),
        ("check", "profit", "--learner", "a"),
        ("check", "profit", "--learner", "a", "--answer", "@/no/such/file"),
        ("check", "profit", "--learner", "a", "--answer", "@/dev/zero"),
        ("check", "profit", "--learner", "a", "--answer", "@\0"),
        ("check", "profit", "--learner", "a", "--answer", "@" + "x" * 5000),
        ("check", "profit", "--learner", "\udcff", "--answer", "1"),
        ("give", "profit", "--learner", "   "),
        ("give", "profit", "--learner", "林" * 201),
        ("give", "profit", "--learner", "a", "--variant", "-1"),
        ("give", "profit", "--learner", "a", "--variant", "1.5"),
        ("give", "profit", "--learner", "a", "--hints", "-1"),
        ("give", "profit", "--learner", "a", "--out", ""),
        ("check", "whom", "--learner", "a", "--answer", "@"),
        ("check", "whom", "--learner", "a", "--answer", "/"),
        ("check", "whom", "--learner", "a", "--answer", "no/such.XLSX"),
        ("check", "profit", "--learner", "a", "--answer", "@/"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line_and_as_json(small, arguments):
    status, out, err = run(*arguments)
    assert (status, out) == (2, "")
    assert err.count("\n") == 1 and err.startswith("python -m exercises") and "Traceback" not in err
    assert "invalid int" not in err
    again, out, same = run(*arguments, "--json")
    if arguments:
        assert (again, same) == (2, err)
    assert json.loads(out)["error"] in same and out.count("\n") == 1


def test_a_name_in_chinese_is_read_where_the_locale_knows_no_chinese(small):
    """In a C locale Python hands over the bytes of a terminal as lone surrogates."""
    shown = run("give", "profit", "--learner", "林 小明", "--json")
    assert (
        run("give", "profit", "--learner", "林 小明".encode().decode("ascii", "surrogateescape"), "--json")
        == shown
    )
    assert json.loads(shown[1])["learner"] == "林 小明"


def test_a_broken_exercise_prints_no_stack(tmp_path, monkeypatch):
    one = broken(tmp_path, "profit", task=("def given(rng):", "def given(rng):\n    1 / 0"))
    monkeypatch.setattr(core, "find", lambda name: one)
    status, out, err = run("give", "profit", "--learner", "a")
    assert (status, out) == (2, "") and "broken (ZeroDivisionError" in err


def test_help_shows_every_option():
    for command in ("list", "give", "check"):
        status, out, _ = run(command, "--help")
        assert status == 0 and "examples:" in out and "exit status" in out
    assert all(
        option in run("check", "--help")[1]
        for option in ("--learner", "--variant", "--course", "--answer", "--json")
    )


# ---- the customers of the exercises


def test_what_the_company_sees_is_what_counting_row_by_row_in_a_longer_history_gives():
    """The longer history holds a future, which must not be seen."""
    from datasets.world import live, load_scenario
    from exercises.customers import seen

    scenario, weeks = load_scenario("tea_shops"), 60
    now = seen("tea_shops", policy=scenario.policy, at_week=weeks, customers=400, seed=7)
    world = live(scenario, customers=400, seed=7, weeks=104)
    until = world.start + timedelta(weeks=weeks)
    rows = {name: world.tables[name].to_pylist() for name in world.tables}

    def of(table: str, when: str, who: str = "customer_id") -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = {}
        for row in rows[table]:
            if row[when] is not None and row[when] < until:
                found.setdefault(str(row[who]), []).append(row)
        return found

    orders, talks, surveys = (
        of("orders", "ordered_at"),
        of("interactions", "started_at"),
        of("surveys", "answered_at"),
    )
    contacts, points = of("contacts", "assigned_at"), of("loyalty_ledger", "posted_at")
    joined = {str(row["customer_id"]): row["joined_at"] for row in rows["customers"]}
    brought = [row for row in rows["referrals"] if joined[str(row["customer_id"])] < until]
    assert set(now.index) == set(orders)
    assert len(now) > 380
    for name, seen_row in now.iterrows():
        mine = orders[str(name)]
        assert seen_row["orders"] == len(mine)
        assert seen_row["spent"] == pytest.approx(sum(row["amount_cents"] for row in mine) / 100)
        assert seen_row["days_since_last_order"] == (until - max(row["ordered_at"] for row in mine)).days
        assert seen_row["tenure_days"] == (until - joined[str(name)]).days
        complaints = [row for row in talks.get(str(name), []) if row["kind"] == "complaint"]
        assert seen_row["complaints"] == len(complaints)
        open_ones = [row for row in complaints if row["answered_at"] is None or row["answered_at"] >= until]
        assert seen_row["unanswered_complaints"] == len(open_ones)
        answered = sorted(surveys.get(str(name), []), key=lambda row: row["answered_at"])
        assert seen_row["surveys"] == len(answered)
        if answered:
            assert seen_row["last_satisfaction"] == answered[-1]["satisfaction"]
        else:
            assert pd.isna(seen_row["last_satisfaction"])
        assert seen_row["contacts"] == sum(row["contacted"] for row in contacts.get(str(name), []))
        assert seen_row["points"] == sum(row["points"] for row in points.get(str(name), []))
        assert seen_row["referrals"] == sum(str(row["referrer_id"]) == name for row in brought)


def test_a_replay_touches_nobody_before_its_week_and_its_profits_add_up():
    from dataclasses import replace

    from datasets.world import live, load_scenario
    from exercises.customers import replayed, seen

    usual = load_scenario("tea_shops").policy
    after = replace(usual, answered_share=1.0, from_week=52)
    both = replayed("tea_shops", before=usual, after=after, customers=400)
    cents = (
        live(load_scenario("tea_shops"), customers=400, seed=7)
        .truth_customers.to_pandas()["profit_cents"]
        .sum()
    )
    assert both["profit_before"].sum() == pytest.approx(cents / 100, abs=1)
    assert both["incremental_profit"].sum() == pytest.approx(
        (both["profit_after"] - both["profit_before"]).sum()
    )
    assert (both["incremental_profit"] != 0).any()
    one, other = (seen("tea_shops", policy=policy, at_week=52, customers=400) for policy in (usual, after))
    pd.testing.assert_frame_equal(one, other)
    assert set(one.index) <= set(both.index)
    one.loc[:, "orders"] = 0
    assert (seen("tea_shops", policy=usual, at_week=52, customers=400)["orders"] > 0).all(), (
        "written into another's"
    )


def test_no_screen_and_no_heavy_library_is_waited_for():
    code = (
        "import sys; import exercises.words, exercises.files, exercises.customers, exercises.__main__\n"
        "print({'streamlit', 'plotly', 'sklearn', 'scipy', 'statsmodels', 'lessons.frame'} & set(sys.modules))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=core.ROOT.parent, capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "set()"
