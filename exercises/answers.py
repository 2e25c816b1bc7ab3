"""What did the learner mean?  Numbers, lists, choices and files of customers, as people type and upload them.

    12.5 · 12,5 · 1,234.50 · 1.234,50 · 1 234,5 · 1'234.5 · 1.2万 · 3亿 · 1.2k · 2.5M · １２．５％ · 12.5% · 3‰
    ¥1,234 · $12.5 · NT$ 300 · 12.5元 · 12块5 · 1/3 · 1 3/4 · ½ · 1.5e3 · ≈12.5 · ±7.6 · 100 左右
    −12.5 · (12.5) · 12.5- · 负12.5 · 亏损 100 元 · minus 3 · a loss of 3
    三十五 · 一万二 · 3万5千 · 三成 · 百分之十二点五 (numerals.py says how)

A comma or a point before exactly three digits has two meanings (1,234): both readings are returned, the usual one
first, and whoever marks takes either where it is right. Everything is bounded: text that is too long is not read at
all. What cannot be read raises `Unreadable` with the key of a sentence in exercises/en.toml and zh.toml.
"""

from __future__ import annotations

import functools
import json
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from datasets.amounts import CURRENCY
from exercises.numerals import in_digits

LONGEST_NUMBER = 120  # characters
LONGEST_TEXT = 500_000
LONGEST_CHOICE = 500
LARGEST_FILE = 5_000_000  # bytes
MOST_ROWS = 50_000
LARGEST = 1e15
_MINUS = dict.fromkeys(map(ord, "−–—‒―﹣－‐‑⁻˗"), "-")
_LIKE = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "٫": ".", "∕": "/", "÷": "/"})
_POWERS = {
    "十": 1,
    "百": 2,
    "千": 3,
    "仟": 3,
    "w": 4,
    "万": 4,
    "萬": 4,
    "亿": 8,
    "億": 8,
    "k": 3,
    "thousand": 3,
    "m": 6,
    "mn": 6,
    "mio": 6,
    "million": 6,
    "b": 9,
    "bn": 9,
    "billion": 9,
}
# What is counted may stand behind the number.
_COUNTED = (
    r"customers?|members?|subscribers?|guests?|learners?|orders?|people|persons?|calls?|agents?|units?|pieces?|points?|"
    r"pts?|times?|days?|weeks?|months?|dollars?|euros?|"
    r"years?|hours?|minutes?|seconds?|min|x|位|名|人|个|個|家|单|單|笔|筆|次|通|件|分|天|日|周|週|个月|個月|月|年|小时|小時|"
    r"分钟|分鐘|秒|倍|岁|歲|份|张|張|"
    r"(?:[个個位名] ?)?(?:客户|客戶|顾客|顧客|会员|會員|学员|學員|订户|訂戶|用户|用戶|客人)|"
    r"(?:[个個张張] ?)?(?:订单|訂單)|yuan"
)
_LOSS = r"亏损|虧損|亏|虧|净亏|淨虧|损失|損失|赔|賠|(?:an? )?(?:net )?loss (?:of )?|minus |negative "
_CURRENCY = rf"(?:{CURRENCY}|块钱|塊錢|元钱|圓|renminbi|yuan)"
_NUMBER = re.compile(
    r"(?:(?:[=≈~≒约約近]|大约|大約|大概|大致|差不多|接近|将近|將近|about|around|roughly|approx(?:\.|imately)?|circa|ca\.?)"
    r"(?:\s*[为為是])?|±|\+/-|正负|正負|plus or minus)?"
    rf"\s*(?P<open>\()?\s*(?P<loss>{_LOSS})?\s*[约約]?\s*(?P<sign>[-+]|负|負)?\s*"
    rf"(?P<share>[百千万]分之)?\s*{_CURRENCY}?\s*(?P<sign2>[-+])?\s*"
    r"(?:(?P<wholes>[0-9]{1,9}) (?=[0-9]+\s*/))?"
    r"(?P<body>[0-9][0-9.,' ]*|[.,][0-9]+)"
    r"(?P<over>\s*/\s*[0-9][0-9.,' ]*)?"
    r"(?P<exponent>(?:e|\s*[x×*]\s*10\s*(?:\^|\*\*))[-+]?[0-9]{1,3})?\s*"
    r"(?P<power>(?:thousand|million|billion|mio|mn|bn|k|m|b|w|[十百千仟]?[万萬亿億]|[十百千仟])(?![a-z]))?\s*"
    r"(?P<percent>%|‰|percent(?:age points?)?|per cent|pct|pp|[个個]?百分[点點]|[个個][点點])?\s*"
    rf"(?:{_CURRENCY}(?:人民币|人民幣)?)?[整]?\s*(?P<counted>{_COUNTED})?\s*"
    rf"(?:(?:/|每|per |an? |each )\s*(?:{_COUNTED}))?\s*"
    r"(?P<tail>-)?\s*(?:左右|上下|or so|in (?:all|total)|of all)?\s*(?P<close>\))?\s*[.。;；]?",
    re.IGNORECASE,
)
_LEAD = re.compile(
    r"^(?:(?:the |my )?(?:answer|result)(?: is)?:?|it(?: is|'s)|我的?答案|答案|结果|結果|一共|总共|總共|合计|合計|"
    r"共计|共計|共)\s*(?:是|为|為|等于|等於)?\s*",
    re.IGNORECASE,
)
_LABEL = re.compile(r"^(?:[^0-9=:()]|\([^0-9=:()]{0,20}\)){1,40}[=:]\s*(?=\S)")  # CLV = 12.5, P(alive) = 12%
_GROUPS = re.compile(r"[0-9]{1,3}(?:(?P<sign>[,. '])[0-9]{3})(?:(?P=sign)[0-9]{3})*")
_INDIAN = re.compile(r"[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}")


class Unreadable(ValueError):
    """An answer that cannot be read: `reason` is the key of a sentence, `values` fill its places."""

    def __init__(self, reason: str, **values: Any) -> None:
        """Keep why, and what the sentence names."""
        self.reason = reason
        self.values = values
        super().__init__(reason)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """One thing that a typed number can mean.

    `value` is as typed, with its % or ‰ taken into account. `bare` where no such sign stood there and it was no
    fraction, so that 12.5 may mean 12.5%.
    """

    value: float
    bare: bool = True


def plain(text: str) -> str:
    """Write a text as it would be typed on a plain keyboard: no full width, one kind of minus, blanks as blanks.

    >>> plain("１２．５％ –３")
    '12.5% -3'
    """
    if text.isascii():
        return text.replace("`", "'").strip()
    text = unicodedata.normalize("NFKC", text.translate(_MINUS).translate(_LIKE)).translate(_MINUS)
    text = "".join(
        str(unicodedata.decimal(one)) if one.isdecimal() and not one.isascii() else one for one in text
    )
    return "".join(one for one in text if unicodedata.category(one) not in ("Cf", "Cs")).strip()


def numbers(text: str) -> tuple[Reading, ...]:
    """Read one number: everything that it can mean, the usual meaning first. Raises Unreadable.

    >>> [one.value for one in numbers("1,234")], [one.value for one in numbers("0,125")]
    ([1234.0, 1.234], [0.125])
    >>> numbers("1.2万")[0].value, numbers("１２．５％"), numbers("1/4")
    (12000.0, (Reading(value=0.125, bare=False),), (Reading(value=0.25, bare=False),))
    """
    if len(text) > LONGEST_NUMBER:
        raise Unreadable("too_long", most=LONGEST_NUMBER)
    text = "".join(map(_fraction, text))
    if any(unicodedata.category(one) == "No" for one in text):  # 10² would become another number
        raise Unreadable("number_unreadable")
    text = re.sub(r"(?<=[0-9])[。·・](?=[0-9])", ".", plain(text).replace("\u2044", "/"))
    if not text:
        raise Unreadable("empty")
    if label := _LABEL.match(text):
        text = ("- " if re.search(_LOSS, label[0], re.IGNORECASE) else "") + text[label.end() :]
    text = in_digits(_LEAD.sub("", text))
    match = _NUMBER.fullmatch(text)
    if match is None:
        found = re.findall(r"[0-9][0-9.,']*", text)
        if not found:
            raise Unreadable("no_number")
        raise Unreadable("several_numbers" if len(found) > 1 else "number_unreadable")
    minus = [match["sign"] in ("-", "负", "負"), match["sign2"] == "-", bool(match["tail"])]
    if bool(match["open"]) != bool(match["close"]) or sum(minus) > 1:
        raise Unreadable("number_unreadable")
    values = _bodies(match["body"])
    if match["over"]:
        below = _bodies(match["over"].strip(" /"))[0]
        if not below:
            raise Unreadable("divided_by_zero")
        values = [float(match["wholes"] or 0) + values[0] / below]
    scale = float(f"1e{_power(match['power'])}")
    if match["exponent"]:
        scale *= float("1e" + re.split(r"e|\^|\*\*", match["exponent"], flags=re.IGNORECASE)[-1])
    signs = [-1.0 if any(minus) or match["loss"] else 1.0]
    if match["open"] and signs == [1.0]:
        signs = [-1.0, 1.0]  # an accountant's minus, or only brackets
    if match["share"] and match["percent"]:
        raise Unreadable("number_unreadable")
    share = match["share"] or match["percent"]
    part = {None: 1.0, "‰": 1e3, "千分之": 1e3, "万分之": 1e4}.get(share, 100.0)
    readings = []
    for sign in signs:
        for value in values:
            meant = sign * value * scale / part
            if not math.isfinite(meant) or abs(meant) > LARGEST:
                raise Unreadable("too_large")
            readings.append(Reading(value=meant + 0.0, bare=not (share or match["over"])))
    return tuple(readings)


def _fraction(sign: str) -> str:
    """½ as 1/2; any other sign as it is."""
    if unicodedata.category(sign) != "No" or "\u2044" not in unicodedata.normalize("NFKC", sign):
        return sign
    return " " + unicodedata.normalize("NFKC", sign)


def _power(word: str | None) -> int:
    word = (word or "").lower()
    if word in _POWERS:
        return _POWERS[word]
    return sum(_POWERS[one] for one in word)


def _bodies(body: str) -> list[float]:
    """What digits with points, commas, blanks and apostrophes can mean, the usual meaning first."""
    body = body.strip().removesuffix(".")  # a full stop
    kinds = set(re.sub(r"[0-9]", "", body))
    if not kinds:
        return [float(body)]
    last = max(body.rfind(","), body.rfind("."))
    whole, fraction = (body[:last], body[last + 1 :]) if last >= 0 else (body, "")
    grouping = kinds - {body[last]} if last >= 0 else kinds
    if kinds & set(" '") or len(kinds) == 2:
        # Two kinds of sign: the last comma or point is the decimal sign, if it stands there once.
        if len(grouping) != 1 or not (_GROUPS.fullmatch(whole) or _INDIAN.fullmatch(whole)):
            raise Unreadable("several_numbers" if " " in kinds else "signs_unclear")
        if last >= 0 and (body.count(body[last]) > 1 or not fraction.isdigit()):
            raise Unreadable("signs_unclear")
        return [float(re.sub(r"[^0-9]", "", whole) + "." + (fraction or "0"))]
    grouped = bool(_GROUPS.fullmatch(body) or _INDIAN.fullmatch(body)) and not body.startswith("0")
    thousands = [float(re.sub(r"[^0-9]", "", body))] if grouped else []
    if body.count(body[last]) > 1:
        if not thousands:
            raise Unreadable("signs_unclear")
        return thousands
    decimal = [float(f"{whole or '0'}.{fraction or '0'}")]
    return thousands + decimal if body[last] == "," else decimal + thousands


def texts(raw: str, *, rows: Sequence[str]) -> list[str]:
    """Split what should be a value for each row: a line each, or separated by ; 、 | or blanks, or JSON.

    Lines and JSON may name their rows, which may then stand in any order. Raises Unreadable.

    >>> texts("12,5; 3", rows="ab"), texts("[1.5, 2]", rows="ab"), texts("b: 1 234,5\\na: 7", rows="ab")
    (['12,5', '3'], ['1.5', '2'], ['7', '1 234,5'])
    """
    count = len(rows)
    if len(raw) > LONGEST_NUMBER * max(count, 1) * 2:
        raise Unreadable("too_long", most=LONGEST_NUMBER * max(count, 1) * 2)
    raw = raw.strip("\ufeff\r\n")
    if not raw.strip():
        raise Unreadable("empty")
    listed = _json(raw)
    if isinstance(listed, dict):
        named = {fold(str(name)): one for name, one in listed.items()}
        listed = (
            [named[fold(row)] for row in rows]
            if set(named) == set(map(fold, rows))
            else list(listed.values())
        )
    if isinstance(listed, list):
        if len(listed) != count:
            raise Unreadable("rows_expected", found=len(listed), rows=count)
        return ["" if one is None else str(one) for one in listed]
    lines = raw.splitlines()
    if len(lines) == 1:
        for split in (r"\t", r"[;；]", r"[、|]", r",\s+|，", r"\s+", r","):
            parts = re.split(split, raw.strip())
            if len(parts) == count:
                lines = parts
                break
    while len(lines) > count and not lines[-1].strip():
        lines.pop()
    if len(lines) != count:
        raise Unreadable("rows_expected", found=len([line for line in lines if line.strip()]), rows=count)
    pairs = [re.split(r"[:：=\t]", line) for line in lines]
    labels = {fold(pair[0]): pair[-1].strip() for pair in pairs if len(pair) > 1}
    if set(labels) == set(map(fold, rows)):
        return [labels[fold(row)] for row in rows]
    return [pair[-1].strip() for pair in pairs]


def _json(raw: str) -> Any:
    raw = raw.strip()
    if raw[:1] not in ("[", "{"):
        return None
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return None


def choice(raw: str, *, options: Sequence[str]) -> str:
    """Read which option is meant: its code, its letter or its place. Raises Unreadable.

    >>> choice(" B ", options=("keep", "drop")), choice("2", options=("keep", "drop"))
    ('drop', 'drop')
    """
    if len(raw) > LONGEST_NUMBER:
        raise Unreadable("too_long", most=LONGEST_NUMBER)
    typed = plain(raw).casefold().strip("().'\"")
    if not typed:
        raise Unreadable("empty")
    for code in options:
        if typed == code.casefold():
            return code
    place = int(typed) - 1 if re.fullmatch(r"[0-9]{1,2}", typed) else -1
    if re.fullmatch(r"[a-z]", typed):
        place = ord(typed) - ord("a")
    if 0 <= place < len(options):
        return options[place]
    raise Unreadable("option_unknown", options=tuple(options))


def ranking(raw: str, *, names: Mapping[str, str]) -> list[str]:
    """Read an order, best first; `names` maps what may be written (folded) to codes. Raises Unreadable.

    >>> ranking("B＞a>C", names={"a": "A", "b": "B", "c": "C"})
    ['B', 'A', 'C']
    """
    if len(raw) > 5_000:
        raise Unreadable("too_long", most=5_000)
    codes = list(dict.fromkeys(names.values()))
    listed = _json(raw)
    if isinstance(listed, list):
        parts = [str(one) for one in listed]
    else:
        text = plain(raw).strip("[]()")
        if not text:
            raise Unreadable("empty")
        if "=" in text and ">=" not in text and "=>" not in text:
            raise Unreadable("ranking_tie")
        parts = [text]
        for split in (r"[>→]=?|->|=>", r"\n", r"[;]", r"[、|/]", r",", r"\s+"):
            parts = [part for part in re.split(split, text) if part.strip()]
            if len(parts) > 1:
                break
        if len(parts) == 1 and len(codes) > 1 and len(text) == len(codes) == len("".join(codes)):
            parts = list(text)  # BAC
    found = []
    for part in parts:
        name = fold(re.sub(r"^\s*[0-9]{1,2}\s*[.)]\s*(?=\D)", "", part))
        if name not in names:
            raise Unreadable("ranking_unknown", name=shown(part), items=tuple(codes))
        found.append(names[name])
    if twice := [code for code in codes if found.count(code) > 1]:
        raise Unreadable("ranking_twice", name=twice[0])
    if missing := [code for code in codes if code not in found]:
        raise Unreadable("ranking_missing", names=tuple(missing))
    return found


def fold(text: str) -> str:
    """Write a name so that case, width, surrounding signs and blanks do not matter."""
    return " ".join(plain(text).strip("'\"“”「」").casefold().split())


def shown(text: str) -> str:
    """Show a piece of what was typed, as text: without what could move a cursor or become markup, and short."""
    clean = "".join(one if one.isprintable() else " " for one in text)
    clean = re.sub(r"[`*_\[\]<>$\\{}|~#]", " ", clean)
    return " ".join(clean.split())[:40]


def chosen(raw: str | bytes, *, known: Iterable[str], picks: int) -> list[str]:
    """Read which customers were chosen: ids separated by anything, or a CSV or XLSX file's bytes. Raises Unreadable.

    An id that stands there twice counts once. Exactly `picks` are asked for: fewer or more are told, and none is left
    out in silence.
    """
    if isinstance(raw, bytes):
        found, _ = _columns(raw, known=known, scores=False)
    else:
        if len(raw) > LONGEST_TEXT:
            raise Unreadable("too_long", most=LONGEST_TEXT)
        found = re.findall(r"[^\s,;、|\[\](){}\"'，；]+", plain(raw))
    known = known if isinstance(known, set | frozenset) else set(known)
    ids = list(dict.fromkeys(_id(one) for one in found))
    if len(ids) > 1 and ids[0] not in known and not re.search(r"[0-9]", ids[0]):
        ids = ids[1:]  # a heading
    if not ids:
        raise Unreadable("empty")
    unknown = [one for one in ids if one not in known]
    if any(_ROUNDED.fullmatch(one) for one in unknown):
        raise Unreadable("ids_rounded")
    if unknown:
        raise Unreadable("ids_unknown", count=len(unknown), example=shown(unknown[0]))
    if len(ids) != picks:
        raise Unreadable("too_many" if len(ids) > picks else "too_few", count=len(ids), picks=picks)
    return ids


def scores(raw: str | bytes, *, known: Sequence[str], given: Iterable[str] = ()) -> pd.Series:
    """Read a score for each known customer, from a CSV or XLSX file's bytes or lines `id;score`. Raises Unreadable.

    The columns may have any names but those `given`: the ids are where the known ids stand. Rows of other customers
    are left alone.
    """
    if isinstance(raw, str):
        if len(raw) > LONGEST_TEXT:
            raise Unreadable("too_long", most=LONGEST_TEXT)
        raw = raw.encode("utf-8", "replace")
    ids, values = _columns(raw, known=known, scores=True, given=given)
    table = pd.DataFrame({"id": [_id(one) for one in ids], "score": values})
    table = table[table["id"].isin(set(known))].drop_duplicates()
    if missing := len(known) - table["id"].nunique():
        raise Unreadable("scores_missing", count=missing, customers=len(known))
    if table["id"].duplicated().any():
        raise Unreadable("scores_twice", count=int(table["id"].duplicated().sum()))
    read = _score_numbers(table["score"])
    if bad := int((~read.abs().le(LARGEST)).sum()):
        raise Unreadable("scores_unreadable", count=bad)
    return pd.Series(read.to_numpy(), index=table["id"].to_numpy()).reindex(list(known))


def _score_numbers(texts: pd.Series) -> pd.Series:
    cells = pd.Series([plain(str(one)[:60]).rstrip("% ") for one in texts], index=texts.index, dtype="str")
    read = pd.to_numeric(cells, errors="coerce")
    if read.isna().any():
        read = read.fillna(pd.to_numeric(cells.str.replace(",", ".", regex=False), errors="coerce"))
    return read.astype("float64")


def _id(text: str) -> str:
    text = plain(text[:200])
    return text[:-2] if re.fullmatch(r"[0-9]+\.0", text) else text


def _columns(
    raw: bytes, *, known: Iterable[str], scores: bool, given: Iterable[str] = ()
) -> tuple[list[str], list[str]]:
    """The column of ids, and where wanted that of scores, of a file's bytes."""
    from datasets import uploads

    if len(raw) > LARGEST_FILE:
        raise Unreadable("file_too_large", most=LARGEST_FILE // 10**6)
    if not raw.strip(b" \t\r\n\0\xef\xbb\xbf"):
        raise Unreadable("empty")
    if raw[:2] != b"PK" and raw.count(b"\n") + raw.count(b"\r") > 2 * MOST_ROWS:
        raise Unreadable("too_many_rows", most=MOST_ROWS)
    known = set(known)
    frame = None
    if raw[:2] != b"PK":
        frame = _lines(raw, known, scores=scores)
    if frame is None:
        try:
            frame = uploads.table(raw, name="file")
        except uploads.BadFile as error:
            raise Unreadable("file_unreadable") from error
        except Exception as error:  # a parser's own refusal of a damaged file must not reach the learner
            raise Unreadable("file_unreadable") from error
    if len(frame) > MOST_ROWS:
        raise Unreadable("too_many_rows", most=MOST_ROWS)
    where = _id_column(frame, known)
    ids = frame[where].tolist()
    if not scores:
        return ([where, *ids] if _id(where) in known else ids), []  # the first id, where there is no heading
    others = [name for name in frame.columns if name != where and name not in set(given)]
    numeric = [name for name in others if _score_numbers(frame[name].head(200)).notna().mean() > 0.5]
    if not numeric:
        raise Unreadable("no_scores")
    named = [name for name in numeric if _SCORE_NAME.search(str(name))]
    return ids, frame[(named or numeric)[-1]].tolist()


def _id_column(frame: pd.DataFrame, known: set[str]) -> str:
    """The column where the known ids stand."""
    for read in (lambda cells: cells, lambda cells: [_id(cell) for cell in cells]):
        hits = {name: sum(cell in known for cell in read(frame[name].tolist())) for name in frame.columns}
        if hits and max(hits.values()):
            return max(hits, key=lambda name: hits[name])
    if any(_ROUNDED.fullmatch(cell.strip()) for name in frame.columns for cell in frame[name].head(50)):
        raise Unreadable("ids_rounded")
    raise Unreadable("ids_not_found")


_ROUNDED = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+?[0-9]+")
_SCORE_NAME = re.compile(r"score|prob|pred|risk|uplift|分|概率|機率|几率|预测|預測|风险|風險", re.IGNORECASE)


def _lines(raw: bytes, known: set[str], *, scores: bool) -> pd.DataFrame | None:
    """A text without a header, or of one column: ids, or ids and scores, a line each; None where it is no such."""
    text = decoded(raw)
    if text is None:
        return None
    lines = [line for line in text.splitlines() if line.strip()]
    if not lines:
        return None
    split = re.compile(_separator(lines))
    cells = [row for line in lines if (row := [one for one in split.split(line.strip()) if one])]
    if not cells:
        return None
    first = [_id(one.strip("\"'")) for one in cells[0]]
    wide = 2 if scores else 1
    if not scores and max(map(len, cells)) > 1:
        return None
    if scores and not set(first) & known:
        return None  # a header: the table's own reader finds the columns
    if scores and any(len(row) != wide for row in cells):
        return None
    return pd.DataFrame(
        [[one.strip("\"'") for one in row] for row in cells], columns=[f"column {n + 1}" for n in range(wide)]
    )


def _separator(lines: Sequence[str]) -> str:
    for sign in ("\t", ";", "；", "|"):
        if sign in lines[0]:
            return re.escape(sign)
    return r"," if "," in lines[0] else r"\s+"


def decoded(raw: bytes) -> str | None:
    """Decode the bytes of a text as UTF-8, UTF-16 or GB18030; None where they are no text."""
    if b"\0" in raw[:200] and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return None
    for encoding in ("utf-8-sig", "utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


@functools.lru_cache(maxsize=1)
def reasons() -> tuple[str, ...]:
    """Return every reason for which an answer cannot be read, each a key of the shared words."""
    return (
        "empty",
        "too_long",
        "too_large",
        "no_number",
        "several_numbers",
        "number_unreadable",
        "signs_unclear",
        "divided_by_zero",
        "rows_expected",
        "row_unreadable",
        "option_unknown",
        "ranking_tie",
        "ranking_unknown",
        "ranking_twice",
        "ranking_missing",
        "ids_rounded",
        "ids_unknown",
        "ids_not_found",
        "too_many",
        "too_few",
        "scores_missing",
        "scores_twice",
        "scores_unreadable",
        "no_scores",
        "file_too_large",
        "too_many_rows",
        "file_unreadable",
    )
