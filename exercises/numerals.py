"""Which number do Chinese numerals mean?  Written out in plain digits, wherever they stand in what was typed.

    三十五 · 一百零二 · 两千 · 二〇二六 · 壹万贰仟 · 十二点五 · 一点二万 · 3万5千 · 2千5百
    一万二 and 3万5: a last digit counts the next place, 12,000 and 35,000; 一万零二 is 10,002
    三成 · 三成五 · 百分之十二点五 · 千分之三 · 三分之一 · 一半 · 12块5 · 3元5角

What is no numeral, or not one alone (三五 may be 35 or three to five), is left as it stands.
"""

from __future__ import annotations

import re
from decimal import Decimal

_SIGNS = ("零〇○", "一壹壱", "二贰貳两兩", "三叁參参", "四肆", "五伍", "六陆陸", "七柒", "八捌", "九玖")
_DIGITS = {one: value for value, ones in enumerate(_SIGNS) for one in ones}
_UNITS = {"十": 1, "拾": 1, "百": 2, "佰": 2, "千": 3, "仟": 3, "万": 4, "萬": 4, "亿": 8, "億": 8}
_RANKS = ("亿億", "万萬", "千仟", "百佰", "十拾")
_CHINESE, _UNIT = "".join(_DIGITS), "".join(_UNITS)
_ARABIC = r"[0-9]+(?:\.[0-9]+)?"
# Digits and units in turn, blanks between them; a blank between two plain numbers parts them.
_RUN = (
    rf"(?:{_ARABIC}|[{_CHINESE}点點{_UNIT}])"
    rf"(?:\s*[{_CHINESE}点點{_UNIT}]|(?<=[点點{_UNIT}零〇○])\s*{_ARABIC})*"
)
# Part of a number with thousands signs is no run: 12万3,456.
_WHOLE = re.compile(rf"(?<![0-9.,'])({_RUN})(?![0-9.,']*[0-9])")
_PARTS = re.compile(rf"(?<![0-9.,'])({_RUN})\s*分\s*之\s*({_RUN})")
_TENTHS = re.compile(rf"(?<![0-9.,'])({_RUN})\s*成\s*(半|[{_CHINESE}1-9](?![0-9.]))?")
_COINS = re.compile(
    r"(?<![0-9.,'])([0-9]+(?:,[0-9]{3})*)\s*[元块塊圆圓]\s*([0-9]{1,2})(?:\s*[角毛])?(?:\s*(?<=[角毛])([0-9])\s*分)?"
    r"(?=\s*(?:钱|錢)?$)"
)
_PER = {"百": "百分之", "千": "千分之", "万": "万分之", "萬": "万分之"}


def in_digits(text: str) -> str:
    """Return the text with its Chinese numerals as digits; shares as a sign in front (百分之) or as a fraction.

    >>> in_digits("亏 3万5千元"), in_digits("百分之十二点五"), in_digits("三成五"), in_digits("12块5")
    ('亏 35000元', '百分之12.5', '百分之35', '12.5元')
    """
    text = _PARTS.sub(_share, text)
    text = _TENTHS.sub(_tenths, text)
    text = re.sub(r"一半|(?<![\w.])半(?!\w)", "1/2", text)
    text = _WHOLE.sub(lambda found: _plainly(found[0]) or found[0], text)
    return _COINS.sub(lambda found: f"{found[1]}.{found[2]}{found[3] or ''}元", text)


def _share(found: re.Match[str]) -> str:
    below, above = found[1].strip(), found[2]
    if below in _PER:
        number = "100" if above.strip() == "百" else _plainly(above) or _arabic(above)
        return found[0] if number is None else f"{_PER[below]}{number}"
    parts = [_plainly(one) or _arabic(one) for one in (above, below)]
    return found[0] if None in parts else "/".join(filter(None, parts))


def _tenths(found: re.Match[str]) -> str:
    number = _plainly(found[1]) or _arabic(found[1])
    if number is None:
        return found[0]
    more = {None: 0, "半": 5}.get(found[2], _DIGITS.get(found[2] or "", found[2]))
    return f"百分之{_written(Decimal(number) * 10 + Decimal(more))}"


def _arabic(run: str) -> str | None:
    return run.strip() if re.fullmatch(_ARABIC, run.strip()) else None


def _plainly(run: str) -> str | None:
    """The digits of a run that is one Chinese or mixed numeral; None where it is none, or digits already."""
    run = re.sub(r"\s+", "", run)
    if run in ("十", "拾"):
        return "10"
    if not re.search(rf"[{_CHINESE}]|[{_UNIT}].*[{_UNIT}0-9]|[点點]", run):
        return None  # 1.2万 is read where all powers are
    value = _value(run)
    return None if value is None else _written(value)


def _written(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _value(run: str) -> Decimal | None:
    """What a run without blanks means; None where it breaks the rules of numerals."""
    for rank in _RANKS:
        place = max(run.rfind(one) for one in rank)
        if place >= 0:
            return _counted(run[:place], Decimal(10) ** _UNITS[run[place]], run[place + 1 :])
    whole, point, digits = run.replace("點", "点").partition("点")
    above, behind = _leaf(whole), _behind(digits) if point else Decimal(0)
    return None if above is None or behind is None else above + behind


def _behind(digits: str) -> Decimal | None:
    """Digits behind the point, at least one."""
    plain = "".join(str(_DIGITS.get(one, one)) for one in digits)
    return Decimal(f"0.{plain}") if plain.isdecimal() else None


def _counted(many: str, unit: Decimal, rest: str) -> Decimal | None:
    """`many` times the unit, and the rest that is smaller."""
    count = Decimal(1) if not many and unit == 10 else _value(many)
    if not count:
        return None
    if unit < 10_000 and len(many) > 1 and not re.fullmatch(_ARABIC, many) and not re.search("[点點]", many):
        return None  # 十五百
    if not rest:
        return count * unit
    if count != int(count):
        return None  # 1.2万5
    if rest[0] in "点點":
        behind = _behind(rest[1:])
        return None if behind is None else count * unit + behind
    if rest in _DIGITS or re.fullmatch("[1-9]", rest):
        digit = Decimal(_DIGITS.get(rest, rest))
        if not digit or (unit > 1000 and re.search("[千仟百佰]", many)):
            return None  # 一千万二 may be anything
        # After ten a digit counts ones; after a larger unit it counts the next place.
        return count * unit + digit * (1 if unit == 10 else unit / 10)
    zero = rest[0] in "零〇○"
    small = _value(rest[1:] if zero else rest)
    if small is None or not 0 < small < unit:
        return None
    if small != int(small) and small < unit / 10 and not zero:
        return None  # 一百二点五
    return count * unit + small


def _leaf(run: str) -> Decimal | None:
    """Digits without a unit: 12.5, 五, 二〇二六. Two Chinese digits side by side may be a range (三五)."""
    if re.fullmatch(_ARABIC, run):
        return Decimal(run)
    if not run or any(one not in _DIGITS for one in run):
        return None
    if len(run) == 2 and not set(run) & set("零〇○"):
        return None
    return Decimal("".join(str(_DIGITS[one]) for one in run))
