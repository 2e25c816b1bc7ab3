"""Does a typed number mean what its writer meant?  Chinese numerals, signs in words, money in every writing.

Chinese numerals are held against a table and a writer that stand here and know nothing of the reader.
"""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import exercises as core
from exercises import answers, find, mark, marking, variant
from exercises.words import read, words
from lessons.words import LANGUAGES
from tests import small_exercises

# By hand: numeral, what any Chinese reader takes it for.
CHINESE = """
零 0 · 〇 0 · 一 1 · 两 2 · 十 10 · 十五 15 · 二十 20 · 三十五 35 · 九十九 99 · 一百 100 · 一百零二 102 · 一百二 120
一百二十 120 · 一百一十二 112 · 三百五 350 · 三百零五 305 · 九百九十九 999 · 一千 1000 · 两千 2000 · 一千零一 1001
一千零一十 1010 · 一千零二十五 1025 · 三千五 3500 · 三千五百 3500 · 三千零五 3005 · 一万 10000 · 一万二 12000
一万零二 10002 · 一万零二百 10200 · 一万二千三百四十五 12345 · 十万 100000 · 十万五 105000 · 十二万 120000
十二万三千 123000 · 三十万五千 305000 · 一百万 1000000 · 一百万零三 1000003 · 一千二百三十四万五千六百七十八 12345678
一亿 100000000 · 一亿零一 100000001 · 一亿两千万 120000000 · 三亿五 350000000 · 十亿 1000000000 · 一万亿 1000000000000
二〇二六 2026 · 一二三四 1234 · 壹万贰仟叁佰 12300 · 貳拾伍 25 · 兩萬 20000 · 三點五 3.5 · 十二点五 12.5 · 零点零五 0.05
一点二万 12000 · 三点五亿 350000000 · 三万三千点五 33000.5 · 一百零二点五 102.5 · 十点五 10.5
3万5千 35000 · 3万5 35000 · 3万零5 30005 · 3万500 30500 · 3 万 5 千 35000 · 2千5 2500 · 2千5百 2500 · 3百5 350
1亿2千万 120000000 · 12万3千4百 123400 · 1.2万 12000 · 1,200万 12000000 · 3百万 3000000 · 5百 500
3w 30000 · 2.5W 25000
12块5 12.5 · 12块05 12.05 · 三块五 3.5 · 3元5角 3.5 · 3元5角2分 3.52 · 1,234块5 1234.5 · 一百二十块 120 · 12块5毛钱 12.5
"""
SHARES = """
12.5% of all 12.5 · 约为 12.5% 12.5
三成 30 · 三成五 35 · 两成半 25 · 3成 30 · 3.5成 35 · 十成 100 · 百分之十二点五 12.5 · 百分之三十五 35 · 百分之12.5 12.5
百分之百 100 · 百分之一百二十 120 · 百分之零点五 0.5 · 千分之三 0.3 · 千分之12 1.2 · 万分之五 0.05
三分之一 33.3333333333333
四分之三 75 · 4分之3 75 · 一半 50 · 十二点五% 12.5 · 三十五个百分点 35 · 12.5 个点 12.5 · 12.5 pp 12.5 · 12.5% 12.5
１２．５％ 12.5 · 125‰ 12.5 · ½ 50 · 1/8 12.5 · 1÷8 12.5 · 12½% 12.5
"""
SIGNED = """
亏 100 元 -100 · 亏100 -100 · 亏损100元 -100 · 亏损 3万5千元 -35000 · 虧損 100 圓 -100
净亏 1.2 万 -12000 · 损失100 -100
负100 -100 · 負一百 -100 · −100 -100 · －１００ -100 · (1,234.5) -1234.5 · （1,234.5） -1234.5
100- -100 · minus 100 -100
a loss of 100 -100 · Loss of ¥100 -100 · 亏损：100 -100 · 约亏100元 -100 · -三成 -0.3 · 负三分之二 -0.666666666666667
¥-5 -5 · -¥5 -5 · +7 7
"""
PLAIN = """
¥1,234.5 1234.5 · ￥１，２３４．５ 1234.5 · CNY 12.5 12.5 · 12.5 RMB 12.5 · 人民币 100 元 100 · NT$ 300 300 · 300 圓 300
300 塊 300 · 新台币 300 元 300 · US$9.99 9.99 · 9,99 € 9.99 · 100 元钱 100 · 壹万贰仟元整 12000 · 100 元/年 100
12.5 per customer 12.5 · 2千元 2000 · 1.2k 1200 · 1.2K元 1200 · 3亿元 300000000 · 2.5 million 2500000
about 5 5 · 约 5 5 · 大约5元左右 5 · 差不多 5 5 · ≈5 5 · ca. 5 5 · 答案是 12.5 12.5
The answer is 12.5 12.5 · 一共 35 元 35
1 234,5 1234.5 · 1\u2009234,5 1234.5 · 1\u00a0234\u202f567 1234567 · 1'234.50 1234.5 · 1’234.50 1234.5 · 1.234,50 1234.5
1.2e3 1200 · 1.2×10^3 1200 · 1.5×10^3 1500 · 12。5 12.5 · 12·5 12.5 · 3/4 0.75 · 1 3/4 1.75 · 12½ 12.5 · 14 位客户 14
385 subscribers 385 · 12.5 名学员 12.5 · 3 个订户 3 · 2 guests 2
±7.6 7.6 · ± 7.6 分 7.6 · 正负 7.6 7.6 · +/- 7.6 points 7.6 · plus or minus 7.6 7.6 · 7.6 pts 7.6 · +7.6 7.6
约为 12.5 12.5 · 大约是 12.5 元 12.5 · 12.5 元人民币 12.5 · 385 members in all 385 · 9.99 dollars 9.99
"""
NOT_ONE_NUMBER = {
    "三五": "no_number",  # 35, or three to five
    "三或四": "several_numbers",
    "3 到 5": "several_numbers",
    "12 13": "several_numbers",
    "1.2万5": "several_numbers",
    "12万3,456": "several_numbers",
    "一千万二": "no_number",
    "十五百": "no_number",
    "万": "no_number",
    "亏": "no_number",
    "一样多": "number_unreadable",
    "三千多": "number_unreadable",
    "10²": "number_unreadable",
    "--3": "number_unreadable",
    "负-5": "number_unreadable",
    "百分之12%": "number_unreadable",
    "12元500": "several_numbers",
    "1.234.5": "signs_unclear",
    "1,23,4": "signs_unclear",
    "1.2.3": "signs_unclear",
    "1/0": "divided_by_zero",
    "三分之零分之": "several_numbers",
    "一百二点五": "no_number",
}


def pairs(table: str) -> list[tuple[str, float]]:
    lines = [one.strip() for line in table.strip().splitlines() for one in line.split(" · ")]
    return [(text, float(value)) for text, value in (one.rsplit(" ", 1) for one in lines)]


@pytest.mark.parametrize(("text", "value"), pairs(CHINESE) + pairs(SIGNED) + pairs(PLAIN))
def test_a_number_is_read_as_a_table_by_hand_says(text, value):
    assert answers.numbers(text)[0].value == pytest.approx(value, rel=1e-14)


@pytest.mark.parametrize(("text", "percent"), pairs(SHARES))
def test_a_share_is_read_as_a_table_by_hand_says(text, percent):
    (reading,) = answers.numbers(text)
    assert reading.value * 100 == pytest.approx(percent, rel=1e-14)
    assert not reading.bare


@pytest.mark.parametrize("text", NOT_ONE_NUMBER)
def test_what_is_not_one_number_is_told(text):
    with pytest.raises(answers.Unreadable) as told:
        answers.numbers(text)
    assert told.value.reason == NOT_ONE_NUMBER[text]


def in_chinese(number: int, digits: str = "零一二三四五六七八九", units: str = "十百千万亿") -> str:
    """Write a whole number below 10**16 by the school rule: groups of four, one 零 for any gap."""

    def four(part: int, leads: bool) -> str:
        written, gap = "", False
        for place in (3, 2, 1, 0):
            digit = part // 10**place % 10
            if digit:
                written += (digits[0] if gap else "") + digits[digit] + (units[place - 1] if place else "")
                gap = False
            else:
                gap = bool(written) or not leads
        return written

    if number == 0:
        return digits[0]
    groups = [number // 10_000**at % 10_000 for at in (3, 2, 1, 0)]
    names = [units[3], units[4], units[3], ""]
    written = ""
    for part, name in zip(groups, names, strict=True):
        if part:
            written += four(part, leads=not written) + name
        elif written and name == units[4]:
            written += name  # 万亿 is counted in 亿
    return re.sub(rf"^{digits[1]}{units[0]}", units[0], written)


def test_the_writer_of_this_test_writes_as_schools_do():
    for number, numeral in (
        (10, "十"), (15, "十五"), (110, "一百一十"), (1_001, "一千零一"), (1_010, "一千零一十"), (10_002, "一万零二"),
        (10_200, "一万零二百"), (100_005, "十万零五"), (1_000_300, "一百万零三百"), (120_000_000, "一亿二千万"),
        (100_000_001, "一亿零一"), (12_345_678, "一千二百三十四万五千六百七十八"),
    ):  # fmt: skip
        assert in_chinese(number) == numeral


@pytest.mark.parametrize(
    ("digits", "units"),
    [
        ("零一二三四五六七八九", "十百千万亿"),
        ("〇一两三四五六七八九", "十百千萬億"),
        ("零壹贰叁肆伍陆柒捌玖", "拾佰仟万亿"),
        ("零0123456789"[0] + "123456789", "十百千万亿"),
    ],
    ids=["plain", "traditional", "cheque", "mixed"],
)
def test_every_numeral_that_a_school_rule_writes_is_read_back(digits, units):
    step = [*range(0, 1_200), *range(1_200, 120_000, 97), *(7**at * 11 for at in range(4, 12))]
    for number in step:
        numeral = in_chinese(number, digits, units)
        assert answers.numbers(numeral)[0].value == number, numeral
        if number:
            assert answers.numbers(f"亏损{numeral}元")[0].value == -number, numeral


@settings(max_examples=200, deadline=None)
@given(number=st.integers(0, 10**15 - 1))
@example(number=10**12)
@example(number=1_0001_0001_0001)
def test_any_numeral_comes_back(number):
    assert answers.numbers(in_chinese(number))[0].value == number
    if number < 10**13:
        assert answers.numbers(f"百分之{in_chinese(number)}")[0].value == pytest.approx(number / 100)


# ---- round trips of every writing

GROUPS = {"en": (",", "."), "de": (".", ","), "fr": ("\u202f", ","), "ch": ("’", "."), "blank": (" ", ".")}
ROUND = [
    ("{}", 1), ("¥{}", 1), ("{} 元", 1), ("人民币{}", 1), ("NT$ {}", 1), ("约{}", 1), ("about {}", 1), ("{}左右", 1),
    ("= {}", 1), ("{}%", 0.01), ("{}‰", 0.001), ("{} 个百分点", 0.01), ("百分之{}", 0.01), ("-{}", -1), ("−{}", -1),
    ("亏 {} 元", -1), ("loss of {}", -1), ("({})", -1), ("{}-", -1), ("{}万", 1e4),
    ("{}千", 1e3), ("{}k", 1e3), ("{} 亿元", 1e8),
]  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(
    cents=st.integers(0, 99_999_999),
    style=st.sampled_from(sorted(GROUPS)),
    around=st.sampled_from(ROUND),
    wide=st.booleans(),
)
def test_every_writing_of_a_number_comes_back(cents, style, around, wide):
    group, point = GROUPS[style]
    shown, factor = around
    text = f"{cents // 100:,}.{cents % 100:02d}".replace(",", "_").replace(".", point).replace("_", group)
    text = shown.format(text)
    if wide:
        text = "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in text)
    assert answers.numbers(text)[0].value == pytest.approx(cents / 100 * factor, rel=1e-12, abs=1e-15)


PIECES = st.sampled_from(
    [
        *"零一二三五九十百千万亿点成半两壹拾兩萬分之块元角亏负约%‰()-+.,/ '123e¥k",
        "百分之",
        "亏损",
        "minus ",
        "loss of ",
        "1,234",
    ]
)


@settings(max_examples=600, deadline=None)
@given(st.lists(PIECES, max_size=14).map("".join))
def test_any_pieces_of_numbers_are_read_or_told(text):
    reason, readings = "", ()
    try:
        readings = answers.numbers(text)
    except answers.Unreadable as told:
        reason = told.reason
    assert bool(readings) != (reason in answers.reasons())
    assert all(math.isfinite(one.value) for one in readings)
    assert not readings or re.search("[0-9零一二两三五九十百半壹兩拾]", text)


# ---- what the learner hears


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_exercises.write(tmp_path_factory.mktemp("numbers"))


def test_chinese_numerals_are_marked_like_digits(root):
    share = variant(find("kept", root), learner="ann")
    right = round(share.given["after"] / share.given["before"] * 1000)
    for text in (f"百分之{right / 10}", f"{right}‰", f"{right / 100}成"):
        assert mark(share, text).right, text
    assert mark(share, f"{right / 1000:.4f}").slip == "share_for_percent"
    money = variant(find("profit", root), learner="ann")
    assert money.given == {"price": 3400, "margin": 0.42}  # 1,428 is right
    for text in (
        "一千四百二十八",
        "1千4百28",
        "约 1,428 元",
        "壹仟肆佰贰拾捌元整",
        "1428块",
        "0.1428万",
        "1.428k",
    ):
        assert mark(money, text).right, text
    assert mark(money, "亏 1428 元").found == "wrong"
    assert mark(money, "一千四百二十八万").slip == "ten_thousand"
    assert mark(money, "1.428").slip is None and mark(money, "1.428").right  # 1.428 is 1,428 in Europe
    assert mark(money, "1.43").slip == "thousand"


def test_a_number_of_two_meanings_is_said_to_have_been_tried_as_both(root):
    one = variant(find("profit", root), learner="ann")
    for raw, both in (("7,777", ("¥7,777", "¥7.777")), ("(77)", ("-¥77", "¥77"))):
        verdict = mark(one, raw)
        assert verdict.found == "wrong"
        for language in LANGUAGES:
            said = words(one.exercise, language).feedback(one, verdict)
            assert all(part in said.replace("−", "-") for part in both), said
    assert "tried as" not in words(one.exercise, "en").feedback(one, mark(one, "7777"))


def test_a_second_reading_is_no_slip_of_unit(root):
    one = variant(find("profit", root), learner="ann")  # 1,428 is right
    for raw in ("1,431", "1.431", "(1,431)", "1431", "142.800", "14.280,00"):
        assert mark(one, raw).found == "wrong", raw
    assert mark(one, "142,800").slip == "cents"
    assert mark(one, "1428k").slip == "thousand" and mark(one, "1,428k").right
    share = variant(find("kept", root), learner="ann")
    right = share.given["after"] / share.given["before"]
    assert mark(share, f"{right:.3f}".replace(".", ",")).slip == "share_for_percent"


def test_a_share_is_a_slip_though_it_is_near_a_mistake_that_is_nearly_zero():
    exercise = find("still_alive")
    near = 0
    for number in range(1, 31):
        one = variant(exercise, learner="ann", number=number)
        right, wrong = marking.answer(one), dict(marking.mistakes(one))["silence_for_recency"]
        near += abs(right / 100 - wrong) < exercise.module.TOLERANCE
        assert mark(one, f"{right:.3f}").slip == "share_for_percent"
        if wrong > 0.002:
            assert mark(one, f"{wrong:.3%}").mistake == mark(one, f"{100 * wrong:.3f}").mistake
    assert near >= 5  # or this shows nothing


def test_what_cannot_be_read_as_a_number_is_told_in_one_sentence_with_an_example(root):
    one = variant(find("profit", root), learner="ann")
    for language in LANGUAGES:
        for text, reason in NOT_ONE_NUMBER.items():
            verdict = mark(one, text)
            assert (verdict.found, verdict.reason) == ("unreadable", reason)
            said = words(one.exercise, language).feedback(one, verdict)
            assert re.search(r"[0-9]", said), said
            assert len(re.findall(r"[.。](?:\s|$|(?<=。))", said)) <= 2, said
        assert set(read(core.ROOT, language)["unreadable"]) == set(answers.reasons())
