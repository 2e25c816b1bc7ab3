"""How do we read numbers from a file so that a wrong one is named?

Each number of a scenario is a field of a frozen dataclass that says its bounds, its unit and its meaning. One
function reads a TOML table into such a dataclass and refuses what does not fit, naming the field. The bounds
also tell a property test which companies it may invent.
"""

import math
from dataclasses import MISSING, field, fields
from datetime import date
from typing import Any


def number(meaning: str, unit: str, *, low: float, high: float, default: Any = MISSING) -> Any:
    """A field that holds a number from `low` to `high`, both allowed."""
    return field(
        default=default,
        metadata={"kind": "number", "meaning": meaning, "unit": unit, "low": low, "high": high},
    )


def whole(meaning: str, unit: str, *, low: int, high: int, default: Any = MISSING) -> Any:
    """A field that holds a whole number."""
    return field(
        default=default,
        metadata={"kind": "whole", "meaning": meaning, "unit": unit, "low": low, "high": high},
    )


def choice(meaning: str, *options: str, default: Any = MISSING) -> Any:
    """A field that holds one of some words."""
    return field(
        default=default, metadata={"kind": "choice", "meaning": meaning, "unit": "", "options": options}
    )


def switch(meaning: str, *, default: Any = MISSING) -> Any:
    """A field that is true or false."""
    return field(default=default, metadata={"kind": "switch", "meaning": meaning, "unit": ""})


def numbers(
    meaning: str, unit: str, *, length: int, low: float, high: float, adds_up_to_one: bool = False
) -> Any:
    """A field that holds so many numbers, each from `low` to `high`."""
    about = {"kind": "numbers", "meaning": meaning, "unit": unit, "low": low, "high": high, "length": length}
    return field(metadata={**about, "adds_up_to_one": adds_up_to_one})


def read(kind: type, table: Any, where: str) -> Any:
    """A dataclass of `kind` from a TOML table. Raises ValueError, naming the field, for what does not fit.

    `where` names the place, such as "scenario tea_shops: businesses.shop".
    """
    if not isinstance(table, dict):
        raise ValueError(f"{where} must be a table")
    known = {one.name: one for one in fields(kind)}
    if unknown := sorted(set(table) - set(known)):
        raise ValueError(f"{where}: {unknown[0]} is not one of its fields")
    for name, one in known.items():
        if name not in table and one.default is MISSING:
            raise ValueError(f"{where}: {name} is missing")
    values = {name: tuple(value) if isinstance(value, list) else value for name, value in table.items()}
    result = kind(**values)
    check(result, where)
    return result


def check(values: Any, where: str) -> None:
    """Hold a dataclass against the bounds of its own fields. Raises ValueError, naming the field."""
    for one in fields(values):
        about, value = one.metadata, getattr(values, one.name)
        if "kind" not in about:
            continue
        rule = _broken(about, value)
        if rule:
            raise ValueError(f"{where}: {one.name} {rule}, not {value!r}")


def _broken(about: Any, value: Any) -> str:
    """The rule that a value breaks, or nothing."""
    kind = about["kind"]
    if kind == "choice":
        return "" if value in about["options"] else f"must be one of {', '.join(about['options'])}"
    if kind == "switch":
        return "" if isinstance(value, bool) else "must be true or false"
    if kind == "numbers":
        right = isinstance(value, tuple) and len(value) == about["length"]
        if not right or any(_outside(about, one) for one in value):
            return f"must be {about['length']} numbers from {about['low']:g} to {about['high']:g}"
        whole_share = not about["adds_up_to_one"] or math.isclose(sum(value), 1, abs_tol=1e-6)
        return "" if whole_share else "must add up to 1"
    if kind == "whole" and (type(value) is not int or _outside(about, value)):
        return f"must be a whole number from {about['low']} to {about['high']}"
    if _outside(about, value):
        return f"must be a number from {about['low']:g} to {about['high']:g}"
    return ""


def _outside(about: Any, value: Any) -> bool:
    plain = type(value) in (int, float) and math.isfinite(value)
    return not plain or not about["low"] <= value <= about["high"]


def is_day(value: Any) -> bool:
    """Whether this is a date a company may start on, from 1970 to 2200."""
    return type(value) is date and 1970 <= value.year <= 2200
