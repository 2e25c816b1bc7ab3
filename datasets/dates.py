"""Which day does a text mean?  Dates and times of any common writing, a whole column at a time.

Whether 03/05/24 is the third of May or the fifth of March is decided per column: one value with a part above 12
settles it, and the more frequent kind wins where both occur. Where nothing settles it the day comes first
(`DEFAULT_ORDER`) and the result says that it is ambiguous. All other writings may be mixed freely.

    2024-03-05 · 2024/3/5 · 20240305 · 2024年3月5日 · 民國113年3月5日 · 113/03/05 (Taiwan's calendar; beside such
    dates, 99/12/31 counts in it too)
    05.03.2024 · 3/5/24 · 5 Mar 2024 · March 5, 2024 · Tue, 5-Mar-24
    each with or without a time: 14:05 · 2:05:30 PM · 下午2:05 · T14:05:00.123Z · 14:05+08:00

A zone or offset is turned into UTC; a time without one is taken as it stands. Two-digit years: 69–99 are 19xx, 00–68
are 20xx (the rule of POSIX). Years outside 1900–2200 are refused, and so are numbers such as Unix seconds.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from datasets.shapes import MISSING, Shapes, is_readable

DEFAULT_ORDER = "dmy"
ORDERS = ("dmy", "mdy", "ymd")
FIRST_YEAR, LAST_YEAR = 1900, 2200
MONTHS = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}

WEEKDAY = (
    r"(?:(?:mon|tue|tues|wed|thu|thur|thurs|fri|sat|sun)(?:day|sday|nesday|rsday|urday)?\.?,?\s+|"
    r"(?:星期|周|週|礼拜|禮拜)[一二三四五六日天]\s*,?\s*)?"
)
WEEKDAY_AFTER = r"(?:\s*\(?(?:星期|周|週|礼拜|禮拜)?[一二三四五六日天]\)?)?"
MONTH = r"(?P<mon>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)(?:uary|ruary|ch|il|e|y|ust|t|tember|ober|ember)?\.?"
TIME = (
    r"(?:(?:t|\s*,?\s*)(?P<half1>am|pm|上午|早上|凌晨|清晨|下午|晚上|中午|傍晚)?\s*(?P<hour>\d{1,2})(?:[:h時时点點]\s*(?P<minute>\d{1,2})分?"
    r"(?::?(?P<second>\d{1,2})秒?(?:[.,](?P<fraction>\d{1,9}))?)?)(?:\s*(?P<half2>[ap]\.?m\.?))?"
    r"\s*(?P<zone>z|utc|gmt|(?:utc|gmt)?[+-]\d{2}(?::?\d{2})?)?)?$"
)
NUMERIC = r"^" + WEEKDAY + r"(?P<a>\d{1,2})\s*[-/.]\s*(?P<b>\d{1,2})\s*[-/.]\s*(?P<c>\d{4}|\d{2})\.?" + TIME
WRITTEN = (
    r"^" + WEEKDAY + r"(?P<y>\d{4})\s*[-/.]\s*(?P<m>\d{1,2})\s*[-/.]\s*(?P<d>\d{1,2})" + WEEKDAY_AFTER + TIME,
    r"^(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})" + TIME,
    r"^(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})t?(?P<hour>\d{2})(?P<minute>\d{2})(?P<second>\d{2})(?P<zone>z)?$",
    r"^(?P<y>\d{4})\s*年\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*[日号號]" + WEEKDAY_AFTER + TIME,
    r"^" + WEEKDAY + r"(?P<d>\d{1,2})(?:st|nd|rd|th)?(?:\s*of\s*)?[-/.\s]*" + MONTH
    + r",?[-/.\s]*(?P<y>\d{4}|\d{2})" + TIME,
    r"^" + WEEKDAY + MONTH + r"[-/.\s]*(?P<d>\d{1,2})(?:st|nd|rd|th)?(?:\s*,\s*|[-/.\s]+)(?P<y>\d{4})" + TIME,
    r"^(?P<y>\d{4})[-/.\s]+" + MONTH + r"[-/.\s]+(?P<d>\d{1,2})" + TIME,
    r"^(?:民[国國]|中[华華]民[国國])\s*(?P<roc>\d{1,3})\s*年\s*(?P<m>\d{1,2})\s*月\s*(?P<d>\d{1,2})\s*日"
    + WEEKDAY_AFTER + TIME,
    r"^(?:民[国國]\s*)?(?P<roc>\d{3})\s*[-/.年]\s*(?P<m>\d{1,2})\s*[-/.月]\s*(?P<d>\d{1,2})\s*日?" + TIME,
)  # fmt: skip
ALL = [re.compile(r"^\s*" + pattern[1:-1] + r"\s*$", re.ASCII) for pattern in (*WRITTEN, NUMERIC)]
MORNING = ("am", "a.m", "a.m.", "上午", "早上", "凌晨", "清晨")


@dataclass(frozen=True, kw_only=True)
class Dates:
    """A column of dates, read.

    at          datetime64[us], NaT where a value could not be used
    reasons     per value: "" or date_missing, date_unreadable, date_impossible, date_order, date_out_of_range
    order       dmy, mdy or ymd: how the parts of 03/05/24 were read ("ymd" too where the column has no such value)
    ambiguous   True where the order matters and nothing in the column settles it
    """

    at: np.ndarray
    reasons: np.ndarray
    order: str
    ambiguous: bool


def read_dates(texts: Sequence[str] | pa.Array, *, order: str | None = None) -> Dates:
    """Read a column of texts. ``order`` (dmy, mdy, ymd) is what the user says; None decides by the column.

    >>> read_dates(["05/03/2024", "25/03/2024", "2024年3月5日"]).at.astype("datetime64[D]").tolist()[0]
    datetime.date(2024, 3, 5)
    >>> read_dates(["03/25/24", "03/05/24"]).order, read_dates(["03/05/24"]).ambiguous
    ('mdy', True)
    """
    if order is not None and order not in ORDERS:
        raise ValueError(f"order is {order!r}; use one of {', '.join(ORDERS)}")
    shapes = Shapes(texts)
    at = np.full(shapes.size, np.datetime64("NaT", "us"))
    reasons = np.full(shapes.size, "date_unreadable", dtype=object)
    numeric: list[tuple[int, re.Match[str]]] = []
    of_taiwan = False
    for shape, text in enumerate(shapes.plain):
        if text.strip() in MISSING:
            reasons[shapes.entries(shape)] = "date_missing"
        elif is_readable(text):
            match = next(filter(None, (pattern.match(text) for pattern in ALL)), None)
            if match and "a" in match.groupdict():
                numeric.append((shape, match))
            elif match:
                entries = shapes.entries(shape)
                at[entries], reasons[entries] = _written(shapes, shape, match)
                of_taiwan = of_taiwan or "roc" in match.groupdict()
    if numeric:
        order, ambiguous = _decide_order(shapes, numeric, order)
        for shape, match in numeric:
            entries = shapes.entries(shape)
            at[entries], reasons[entries] = _numeric(shapes, shape, match, order, of_taiwan)
    else:
        ambiguous = False
    return Dates(
        at=shapes.spread(at, np.datetime64("NaT", "us")),
        reasons=shapes.spread(reasons, "date_missing"),
        order=order or "ymd",
        ambiguous=ambiguous,
    )


def serial_text(serial: float, *, since_1904: bool = False) -> str | None:
    """The ISO text of a spreadsheet's day number, or None where it lies outside 1900–2200.

    Spreadsheets count 29 February 1900, a day that never was, so numbers below 60 are one day short.

    >>> serial_text(45356.5), serial_text(1), serial_text(1.7e9)
    ('2024-03-05T12:00:00', '1900-01-01T00:00:00', None)
    """
    if not math.isfinite(serial) or not 1 <= serial < 109_940 or (60 <= serial < 61 and not since_1904):
        return None
    epoch = dt.datetime(1904, 1, 1) if since_1904 else dt.datetime(1899, 12, 31 if serial < 60 else 30)
    seconds = round(serial * 86_400, 3)  # a day's fraction in a double is exact to about a microsecond
    return (epoch + dt.timedelta(seconds=seconds)).isoformat()


def _part(shapes: Shapes, shape: int, match: re.Match[str], name: str) -> np.ndarray:
    """The numbers under a named group; 0 where the pattern or the text has none."""
    start, stop = match.span(name) if name in match.groupdict() else (0, 0)
    return shapes.number(shape, max(start, 0), max(stop, 0))


def _written(shapes: Shapes, shape: int, match: re.Match[str]) -> tuple[np.ndarray, np.ndarray]:
    """Moments and reasons where year, month and day are beyond doubt."""
    groups = match.groupdict()
    if "roc" in groups:
        year = _part(shapes, shape, match, "roc") + 1911
    else:
        year = _full_year(_part(shapes, shape, match, "y"), len(match["y"]))
    month = np.full(len(year), MONTHS[match["mon"]]) if "mon" in groups else _part(shapes, shape, match, "m")
    return _moments(year, month, _part(shapes, shape, match, "d"), shapes, shape, match)


def _possible(a: np.ndarray, b: np.ndarray, c: np.ndarray, year_digits: int) -> dict[str, np.ndarray]:
    """Which orders three numbers allow; a year can come first only if it may be short."""
    return {
        "dmy": (a >= 1) & (a <= 31) & (b >= 1) & (b <= 12),
        "mdy": (a >= 1) & (a <= 12) & (b >= 1) & (b <= 31),
        "ymd": (b >= 1) & (b <= 12) & (c >= 1) & (c <= 31) & (year_digits == 2),
    }


def _decide_order(
    shapes: Shapes, numeric: list[tuple[int, re.Match[str]]], order: str | None
) -> tuple[str, bool]:
    """The order in which the parts of 03/05/24 are read, and whether it is a guess."""
    if order is not None:
        return order, False
    votes = dict.fromkeys(ORDERS, 0)
    matters, year_may_lead = False, True
    firsts: set[int] = set()
    lasts: set[int] = set()
    for shape, match in numeric:
        a, b, c = (_part(shapes, shape, match, name) for name in "abc")
        dmy, mdy, ymd = _possible(a, b, c, len(match["c"])).values()
        weights = shapes.weights[shapes.entries(shape)]
        votes["dmy"] += int(weights[dmy & ~mdy].sum())
        votes["mdy"] += int(weights[mdy & ~dmy].sum())
        votes["ymd"] += int(weights[ymd & ~dmy & ~mdy].sum())
        matters = matters or bool((dmy & mdy & (a != b)).any())
        year_may_lead = year_may_lead and bool(ymd.all())
        firsts.update(a.tolist())
        lasts.update(c.tolist())
    if year_may_lead and votes["ymd"]:
        return "ymd", False
    most = max(votes.values())
    leaders = [name for name in ORDERS if votes[name] == most]
    order = DEFAULT_ORDER if DEFAULT_ORDER in leaders else leaders[0]
    if year_may_lead and len(firsts) < len(lasts):
        # 24/03/05, 24/03/31 …: the first part varies less than the last, which runs over the days of a month
        days_last = 4 * len(firsts) <= len(lasts) and min(lasts) <= 5 and max(lasts) >= 27
        return ("ymd" if days_last else order), True
    return order, len(leaders) > 1 and (matters or most > 0)


def _numeric(
    shapes: Shapes, shape: int, match: re.Match[str], order: str, of_taiwan: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Moments and reasons of 03/05/24 and its like under an order; 99/12/31 is 2010 in Taiwan's calendar."""
    a, b, c = (_part(shapes, shape, match, name) for name in "abc")
    digits = len(match["c"])
    possible = _possible(a, b, c, digits)
    year, month, day = {
        "dmy": (_full_year(c, digits), b, a),
        "mdy": (_full_year(c, digits), a, b),
        "ymd": (a + 1911 if of_taiwan else _full_year(a, 2), b, c),
    }[order]
    moments, reasons = _moments(year, month, day, shapes, shape, match)
    misfit = ~possible[order] & (possible["dmy"] | possible["mdy"] | possible["ymd"])
    moments[misfit] = np.datetime64("NaT")
    reasons[misfit] = "date_order"
    return moments, reasons


def _full_year(year: np.ndarray, digits: int) -> np.ndarray:
    return year + np.where(year < 69, 2000, 1900) if digits == 2 else year


def _moments(
    year: np.ndarray, month: np.ndarray, day: np.ndarray, shapes: Shapes, shape: int, match: re.Match[str]
) -> tuple[np.ndarray, np.ndarray]:
    """UTC moments and reasons from the parts of dates and the groups of `TIME`."""
    groups = match.groupdict()
    sane = (month >= 1) & (month <= 12) & (day >= 1) & (day <= 31)
    in_range = (year >= FIRST_YEAR) & (year <= LAST_YEAR)
    usable = sane & in_range
    months = (np.where(usable, year, 1970) - 1970) * 12 + np.where(usable, month, 1) - 1
    start = months.astype("datetime64[M]")
    days = start.astype("datetime64[D]") + (np.where(usable, day, 1) - 1)
    exists = days.astype("datetime64[M]") == start

    hour, minute, second = (_part(shapes, shape, match, name) for name in ("hour", "minute", "second"))
    half = groups.get("half1") or groups.get("half2")
    if half:
        on_dial = (hour >= 1) & (hour <= 12)
        turned = hour % 12 if half in MORNING else hour % 12 + 12
        hour = np.where(on_dial, turned, hour)
    exists &= (hour <= 23) & (minute <= 59) & (second <= 59)
    fraction = np.zeros(len(year), dtype=np.int64)
    if groups.get("fraction"):
        begin, stop = match.span("fraction")
        digits = min(stop - begin, 6)
        fraction = shapes.number(shape, begin, begin + digits) * 10 ** (6 - digits)
    offset = np.zeros(len(year), dtype=np.int64)  # minutes east of UTC
    if groups.get("zone"):
        sign = re.search("[-+]", match["zone"])
        if sign:
            begin = match.start("zone") + sign.end()
            offset = shapes.number(shape, begin, begin + 2) * 60
            offset = offset + shapes.number(shape, begin + 2, match.end("zone"))
            offset = -offset if sign[0] == "-" else offset
    exists &= np.abs(offset) <= 18 * 60
    seconds = ((hour * 60 + minute) - offset) * 60 + second
    moments = days.astype("datetime64[us]") + (seconds * 1_000_000 + fraction).astype("timedelta64[us]")
    reasons = np.full(len(year), "", dtype=object)
    reasons[~(sane & exists)] = "date_impossible"
    reasons[sane & ~in_range] = "date_out_of_range"
    moments[reasons != ""] = np.datetime64("NaT")
    return moments, reasons
