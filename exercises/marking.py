"""Is the answer right, and if not: which known mistake leads to it?

The mistakes are computed on the learner's own numbers. First the right answer, then the named mistakes, the nearest
first, then slips of unit, and only then a plain "wrong", to which the exercise's words still say something.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd

from exercises import Variant, Verdict
from exercises import answers as reading
from exercises.answers import Reading, Unreadable

SLIPS = (
    "share_for_percent",
    "percent_for_share",
    "percent_for_number",
    "cents",
    "hundred",
    "thousand",
    "ten_thousand",
    "reversed",
)
SLIP_MISS = 0.005  # a slip may be rounded: 12.3 thousand for 12,345
SAME_LIST, SAME_ORDER = 0.8, 0.95


def marked(variant: Variant, raw: str | bytes) -> Verdict:
    """Return the verdict on an answer; `raw` is text, or the bytes of a file."""
    task = variant.exercise.module
    if not isinstance(raw, str | bytes):
        raw = "" if raw is None else str(raw)
    try:
        return _MARKS[task.KIND](variant, raw if task.KIND in ("decision", "scores") else _text(raw))
    except Unreadable as error:
        return Verdict(right=False, found="unreadable", reason=error.reason, values=error.values)


def _text(raw: str | bytes) -> str:
    if isinstance(raw, bytes):
        if len(raw) > reading.LONGEST_TEXT:
            raise Unreadable("too_long", most=reading.LONGEST_TEXT)
        return reading.decoded(raw) or raw.decode("utf-8", "replace")
    return raw


@functools.lru_cache(maxsize=16)
def answer(variant: Variant) -> Any:
    """Return the exercise's own answer on this variant's numbers. Shared: never write into it."""
    return variant.exercise.module.answer(**variant.given)


@functools.lru_cache(maxsize=16)
def mistakes(variant: Variant) -> tuple[tuple[str, Any], ...]:
    """Return each known mistake's name and what it leads to on this variant's numbers. Shared, too."""
    found = []
    for name, follow in variant.exercise.module.MISTAKES.items():
        try:
            found.append((name, follow(**variant.given)))
        except (ArithmeticError, ValueError):  # one way to err that leads nowhere here is no mistake here
            continue
    return tuple(found)


def near(one: float, other: float, tolerance: float) -> bool:
    """Say whether two numbers agree, to the tolerance and what rounding adds to it."""
    return abs(one - other) <= tolerance * (1 + 1e-9) + 1e-12 * abs(other)


def tolerance_of(task: Any, row: str = "answer") -> float:
    """Return how far off a number may be: one for all rows, or one by row."""
    return float(task.TOLERANCE[row] if isinstance(task.TOLERANCE, dict) else task.TOLERANCE)


def unit_of(task: Any, name: str) -> str:
    """Return the unit of a given, an answer or a row: money, percent, number or text."""
    units = task.UNITS
    return units.get(name, units.get("answer", "number")).partition(":")[0]


# ---- numbers


def _number(variant: Variant, raw: str) -> Verdict:
    task = variant.exercise.module
    right, unit, tolerance = float(answer(variant)), unit_of(task, "answer"), tolerance_of(task)
    readings = reading.numbers(raw)
    meant = [_meant(one, unit) for one in readings]
    values: dict[str, Any] = {"read": meant[0]}
    if len(meant) > 1:
        values["also"] = meant[1]
    for value in meant:
        if near(value, right, tolerance):
            return Verdict(right=True, found="right", score=1.0, values={"read": value})
    wrong_ways = [(name, float(value)) for name, value in mistakes(variant)]
    name, slip = _nearest(wrong_ways, meant, tolerance), _slip(readings, unit, right, tolerance)
    if unit == "percent":
        as_share = _nearest(wrong_ways, [one.value for one in readings], tolerance)
        ways = dict(wrong_ways)
        other = right if slip == "share_for_percent" else ways[as_share] if as_share else None
        # 0.6 may be 0.6% and six tenths: what it misses by the smaller part is meant.
        if not name or (other is not None and _part(readings[0].value, other) < _part(meant[0], ways[name])):
            name = None if slip else as_share
    if name:
        return Verdict(right=False, found="mistake", mistake=name, values=values)
    if slip:
        return Verdict(right=False, found="slip", slip=slip, values=values)
    return Verdict(right=False, found="wrong", values=values)


def _part(value: float, target: float) -> float:
    """By which part of the target a value misses it."""
    return abs(value - target) / abs(target) if target else math.inf


def _meant(one: Reading, unit: str) -> float:
    """The value of a reading where shares are asked for in percent: a bare 12.5 is 12.5%."""
    return one.value / 100 if unit == "percent" and one.bare else one.value


def _nearest(ways: Sequence[tuple[str, float]], values: Sequence[float], tolerance: float) -> str | None:
    found = [
        (abs(value - wrong), name)
        for name, wrong in ways
        for value in values
        if math.isfinite(wrong) and near(value, wrong, tolerance)
    ]
    return min(found, key=lambda pair: pair[0])[1] if found else None


def _slip(readings: Sequence[Reading], unit: str, right: float, tolerance: float) -> str | None:
    """The slip of unit by which one of the readings becomes the right answer; none where one is nearly right."""
    miss = max(tolerance, SLIP_MISS * abs(right))
    if abs(right) <= miss or any(near(_meant(one, unit), right, miss) for one in readings):
        return None
    for one in readings:
        value, usual = _meant(one, unit), abs(one.value) == abs(readings[0].value)
        if unit == "percent":
            factors = [("share_for_percent", 100.0), *([("percent_for_share", 0.01)] if usual else [])]
        elif not usual:
            continue  # 1,232 is no 1.232 thousand: another reading is no other unit
        else:
            # More than one mistyped digit: the miss grows with the factor, as the typed number's rounding does.
            factors = [("percent_for_number", 100.0)] if not one.bare else []
            factors += [("cents" if unit == "money" else "hundred", 0.01), ("hundred", 100.0)]
            factors += [("thousand", 1e3), ("thousand", 1e-3), ("ten_thousand", 1e4), ("ten_thousand", 1e-4)]
        for name, factor in factors:
            if near(value * factor, right, miss):
                return name
    return None


# ---- tables


def _table(variant: Variant, raw: str) -> Verdict:
    task = variant.exercise.module
    rows, right = task.ROWS, [float(one) for one in answer(variant)]
    typed: list[tuple[Reading, ...]] = []
    for row, text in zip(rows, reading.texts(raw, rows=rows), strict=True):
        try:
            typed.append(reading.numbers(text))
        except Unreadable as error:
            raise Unreadable("row_unreadable", row=row, why=error.reason, **error.values) from error
    units = [unit_of(task, row) for row in rows]
    tolerances = [tolerance_of(task, row) for row in rows]
    places = range(len(rows))

    def holds(place: int, target: float) -> bool:
        meant = (_meant(one, units[place]) for one in typed[place])
        return math.isfinite(target) and any(near(value, target, tolerances[place]) for value in meant)

    off = [place for place in places if not holds(place, right[place])]
    score = 1 - len(off) / len(rows)
    values = {
        "rows_right": len(rows) - len(off),
        "rows": len(rows),
        "rows_off": tuple(rows[at] for at in off),
    }
    if not off:
        return Verdict(right=True, found="right", score=1.0, values=values)
    for name, wrong in mistakes(variant):
        if all(holds(place, float(wrong[place])) for place in off):
            return Verdict(right=False, found="mistake", mistake=name, score=score, values=values)
    slips = {_slip(typed[place], units[place], right[place], tolerances[place]) for place in off}
    if len(slips) == 1 and (slip := slips.pop()):
        return Verdict(right=False, found="slip", slip=slip, score=score, values=values)
    return Verdict(right=False, found="wrong", score=score, values=values)


# ---- choices and orders


def _choice(variant: Variant, raw: str) -> Verdict:
    from exercises.words import names_of

    options, right = variant.exercise.module.OPTIONS, answer(variant)
    in_words = names_of(variant).get(reading.fold(raw)) if len(raw) <= reading.LONGEST_CHOICE else None
    picked = in_words or reading.choice(raw, options=options)
    values = {"read": picked}
    if picked == right:
        return Verdict(right=True, found="right", score=1.0, values=values)
    for name, wrong in mistakes(variant):
        if picked == wrong:
            return Verdict(right=False, found="mistake", mistake=name, values=values)
    return Verdict(right=False, found="wrong", values=values)


def items(variant: Variant) -> tuple[str, ...]:
    """Return the codes of what is to be ranked, in an order that tells nothing."""
    task = variant.exercise.module
    return tuple(getattr(task, "OPTIONS", None) or sorted(answer(variant)))


def _ranking(variant: Variant, raw: str) -> Verdict:
    from exercises.words import names_of

    ranked, right = reading.ranking(raw, names=names_of(variant)), list(answer(variant))
    place = {code: at for at, code in enumerate(right)}
    pairs = [place[one] < place[other] for at, one in enumerate(ranked) for other in ranked[at + 1 :]]
    score, values = sum(pairs) / max(len(pairs), 1), {"read": tuple(ranked)}
    if ranked == right:
        return Verdict(right=True, found="right", score=1.0, values=values)
    for name, wrong in mistakes(variant):
        if ranked == list(wrong):
            return Verdict(right=False, found="mistake", mistake=name, score=score, values=values)
    if ranked == right[::-1]:
        return Verdict(right=False, found="slip", slip="reversed", score=score, values=values)
    return Verdict(right=False, found="wrong", score=score, values=values)


# ---- decisions and scores, marked by what they are truly worth


def _decision(variant: Variant, raw: str | bytes) -> Verdict:
    known = set(variant.given["customers"]["customer_id"])
    ids = reading.chosen(raw, known=known, picks=int(variant.given["picks"]))
    held = set(ids)

    def same(wrong: Sequence[str]) -> float:
        return len(held & set(wrong)) / max(len(held), len(set(wrong)), 1)

    return _by_worth(variant, ids, same, SAME_LIST)


def _scores(variant: Variant, raw: str | bytes) -> Verdict:
    customers = list(variant.given["customers"]["customer_id"])
    columns = [str(name) for name in variant.given["customers"].columns]
    scores = reading.scores(raw, known=customers, given=columns)
    order = scores.rank()

    def same(wrong: pd.Series) -> float:
        other = pd.Series(wrong).reindex(customers).rank()
        if order.nunique() < 2 or other.nunique() < 2:
            return 0.0
        return float(order.corr(other))

    verdict = _by_worth(variant, scores, same, SAME_ORDER)
    if verdict.found == "wrong" and same(answer(variant)) <= -SAME_ORDER:
        return Verdict(right=False, found="slip", slip="reversed", score=verdict.score, values=verdict.values)
    return verdict


def _by_worth(variant: Variant, submitted: Any, same: Callable[[Any], float], enough: float) -> Verdict:
    task, given = variant.exercise.module, variant.given
    worth = float(task.worth(submitted, **given))
    best, chance = float(task.worth(answer(variant), **given)), float(task.chance(**given))
    share = (worth - chance) / (best - chance) if best > chance else float(worth >= best)
    values = {"worth": worth, "best": best, "chance": chance}
    score = min(max(share, 0.0), 1.0)
    if share >= 1 - float(task.TOLERANCE) - 1e-9:
        return Verdict(right=True, found="right", score=1.0 if share >= 1 else score, values=values)
    alike = [(same(wrong), name) for name, wrong in mistakes(variant)]
    closest, name = max(alike, key=lambda pair: pair[0], default=(0.0, ""))
    if closest >= enough:
        return Verdict(right=False, found="mistake", mistake=name, score=score, values=values)
    return Verdict(right=False, found="wrong", score=score, values=values)


_MARKS: dict[str, Callable[[Variant, Any], Verdict]] = {
    "number": _number,
    "choice": _choice,
    "table": _table,
    "ranking": _ranking,
    "decision": _decision,
    "scores": _scores,
}
