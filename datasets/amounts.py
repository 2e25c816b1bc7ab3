"""How much money does a text mean?  Amounts of any common writing, a whole column at a time, in integer cents.

Whether 1.234 is one thousand or one and a bit is decided per column: 9,99 and 1.234,50 say decimal comma, 9.99 and
1,234.50 say decimal point, and the more frequent kind wins. Where nothing settles it the point is the decimal sign.

    1,234.50 · 1.234,50 · 1 234,50 · 1'234.50 · ¥1,234 · $12.5 · 9,99 € · 12.5元 · NT$ 300 · 1.2万
    (12.50) · −12.50 · 12.50- are negative · full-width １２ counts as 12 · 1.5E+3 is 1500

Rules: a negative amount is a refund, which is no purchase: its row is set aside (`refund`). Zero is kept: a free
order is an order. More than two decimals are rounded half away from zero. Above 1e12 is refused.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pyarrow as pa

from datasets.shapes import MISSING, Shapes, is_readable

LARGEST = 10**12
CURRENCY = (
    r"(?:(?:nt|us|hk|au|a|ca|c|sg|s|nz|r|mx|mop)?\$|¥|€|£|₩|₹|฿|₽|₫|₱|zł|kč|kr\.?|rm|rp|"
    r"cny|rmb|usd|eur|gbp|jpy|twd|ntd|hkd|mop|sgd|aud|cad|nzd|chf|sek|nok|dkk|pln|czk|inr|krw|brl|mxn|zar|thb|idr|"
    r"myr|php|vnd|rub|try|ils|aed|sar|"
    r"人民币|人民幣|新台币|新台幣|新臺幣|港币|港幣|美元|欧元|歐元|元整?|圆|圓|块|塊|円|원)"
)
WHOLE = re.compile(
    r"^\s*(?P<open>\()?\s*(?P<sign>[-+])?\s*(?:" + CURRENCY + r"\s*)?(?P<sign2>[-+])?"
    r"(?P<body>0[0.,' ]*|[.,]0+)(?P<exponent>e[-+]?0{1,3})?\s*(?P<unit>万|萬|亿|億)?"
    r"\s*(?:" + CURRENCY + r")?\s*(?P<tail>-)?(?P<close>\))?\s*$"
)
UNITS = {None: 0, "万": 4, "萬": 4, "亿": 8, "億": 8}
POINT = re.compile(r"^(?:0+|0{1,3}(?:,0{2,3})*,000)?(?:\.0*)?$")
COMMA = re.compile(r"^(?:0+|0{1,3}(?:\.0{2,3})*\.000)?(?:,0*)?$")
SPACED = re.compile(r"^0{1,3}(?:([ '])000)(?:\1000)*(?:[.,]0*)?$")
# shapes that can only be read one way: both signs, a group that is not of three digits, a sign that repeats
SAYS_POINT = re.compile(r",000\.0|^[0,]*\.(?:0{1,2}|0{4,})$|^0{4,}\.000$|^0{1,3}(?:,0{2,3})+,000$")
SAYS_COMMA = re.compile(r"\.000,0|^[0.]*,(?:0{1,2}|0{4,})$|^0{4,},000$|^0{1,3}(?:\.000){2,}$")
UNDECIDED = re.compile(r"^0{1,3}[.,]000$")


@dataclass(frozen=True, kw_only=True)
class Amounts:
    """A column of amounts, read.

    cents     int64, 0 where a value could not be used
    reasons   per value: "" or amount_missing, amount_unreadable, amount_decimal_sign, amount_too_large, refund
    decimal   the column's decimal sign, "." or ","
    ambiguous True where 1.234 or 1,234 occurs and nothing in the column settles what it means
    """

    cents: np.ndarray
    reasons: np.ndarray
    decimal: str
    ambiguous: bool


def read_amounts(texts: Sequence[str] | pa.Array, *, in_cents: bool = False) -> Amounts:
    """Read a column of texts; with ``in_cents`` the numbers are cents already.

    >>> read_amounts(["1.234,50", "9,99 €", "1.234"]).cents.tolist()
    [123450, 999, 123400]
    >>> read_amounts(["¥1,234", "12.5元", "1.2万", "(3.00)"]).reasons.tolist()
    ['', '', '', 'refund']
    """
    shapes = Shapes(texts)
    cents = np.zeros(shapes.size, dtype=np.int64)
    reasons = np.full(shapes.size, "amount_unreadable", dtype=object)
    matches: list[tuple[int, re.Match[str], str]] = []
    says_point = says_comma = undecided = 0
    for shape, text in enumerate(shapes.plain):
        if text.strip() in MISSING:
            reasons[shapes.entries(shape)] = "amount_missing"
        elif (
            is_readable(text) and (match := WHOLE.match(text)) and bool(match["open"]) == bool(match["close"])
        ):
            body = match["body"].strip()
            if SPACED.match(body):
                body = body.replace(" ", "").replace("'", "")
            matches.append((shape, match, body))
            weight = int(shapes.weights[shapes.entries(shape)].sum())
            says_point += weight * bool(SAYS_POINT.search(body))
            says_comma += weight * bool(SAYS_COMMA.search(body))
            undecided += weight * bool(UNDECIDED.match(body))

    decimal = "," if says_comma > says_point else "."
    for shape, match, body in matches:
        entries = shapes.entries(shape)
        if (POINT if decimal == "." else COMMA).match(body):
            cents[entries], reasons[entries] = _cents(shapes, shape, match, decimal, 0 if in_cents else 2)
        elif (COMMA if decimal == "." else POINT).match(body):
            reasons[entries] = "amount_decimal_sign"
    return Amounts(
        cents=shapes.spread(cents, 0),
        reasons=shapes.spread(reasons, "amount_missing"),
        decimal=decimal,
        ambiguous=undecided > 0 and says_point == says_comma,
    )


def _cents(
    shapes: Shapes, shape: int, match: re.Match[str], decimal: str, shift: int
) -> tuple[np.ndarray, np.ndarray]:
    """The texts of one shape times 10**shift, by their digits (no float between), and reasons."""
    entries = shapes.entries(shape)
    shift += UNITS[match["unit"]]
    start, stop = match.span("body")
    comma = match["body"].rfind(decimal)
    point = stop if comma < 0 else start + comma
    whole_digits = match["body"][: point - start].count("0")
    fraction_digits = min(match["body"][point - start :].count("0"), shift + 1)
    if match["exponent"] or whole_digits + shift > 17:
        # rare: one at a time, with all digits
        values = [_decimal(shapes.text(entry), match, point, shift) for entry in entries]
        too_large = np.array([value > LARGEST * 100 for value in values])
        exact = [
            0 if value > LARGEST * 100 else int(value.quantize(Decimal(1), ROUND_HALF_UP)) for value in values
        ]
        cents = np.array(exact, dtype=np.int64)
    else:
        cents = shapes.number(shape, start, point) * 10**shift
        fraction = shapes.number(shape, point + 1, point + 1 + fraction_digits)
        cents = cents + (fraction * 10 ** (shift + 1 - fraction_digits) + 5) // 10
        too_large = cents > LARGEST * 100
    reasons = np.full(len(entries), "", dtype=object)
    if match["open"] or match["tail"] or "-" in (match["sign"], match["sign2"]):
        reasons[cents > 0] = "refund"
    reasons[too_large] = "amount_too_large"
    return np.where(reasons == "", cents, 0), reasons


def _decimal(text: str, match: re.Match[str], point: int, shift: int) -> Decimal:
    start, stop = match.span("body")
    whole = "".join(filter(str.isdecimal, text[start:point])) or "0"
    fraction = "".join(filter(str.isdecimal, text[point:stop])) or "0"
    begin, end = match.span("exponent")
    exponent = int(text[begin + 1 : end]) if match["exponent"] else 0
    return Decimal(f"{whole}.{fraction}").scaleb(exponent + shift)
