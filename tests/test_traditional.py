"""Does a reader in Taiwan read the right words?  The expected texts were written out and read by a person."""

import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from lessons.traditional import convert, overrides, traditional

LESSONS = Path(__file__).parent.parent / "lessons"
GLOSSARY = tomllib.loads((LESSONS / "glossary.toml").read_text("utf-8"))

SENTENCES = tomllib.loads(Path(__file__).with_name("traditional_sentences.toml").read_text("utf-8"))

# What OpenCC alone makes of the course's terms, or what a mainland reader says.
WRONG = [
    "營銷",
    "渠道",
    "呼叫中心",
    "定製",
    "投訴",
    "計劃",
    "計算機",
    "置信",
    "支援度",
    "問卷專案",
    "部落格",
    "個人資訊保護法",
    "資料包告",
    "引數",
    "型別",
    "價效比",
    "迴圈",
    "擴充套件",
    "許可權",
    "客戶關係",
    "最大似然",
    "擬合",
    "釋出",
    "永珍",
    "區域性",
    "物件",
]


@pytest.mark.parametrize("slug", GLOSSARY)
def test_every_term_of_the_glossary_is_made_exactly(slug: str) -> None:
    assert traditional(GLOSSARY[slug]["zh"]) == GLOSSARY[slug]["hant"]


@pytest.mark.parametrize("sentence", SENTENCES)
def test_sentence_reads_as_in_taiwan(sentence: str) -> None:
    assert traditional(sentence) == SENTENCES[sentence]


def test_every_override_is_needed_by_a_sentence_or_a_term() -> None:
    """Take each override out in turn: some text must then come out wrong, or the override is idle."""
    words, needed = overrides(), set()
    for text in [*SENTENCES, *(row["zh"] for row in GLOSSARY.values())]:
        held = {word: instead for word, instead in words.items() if word in text}
        for word in held:
            without = {other: instead for other, instead in held.items() if other != word}
            if convert(text, without) != traditional(text):
                needed.add(word)
    assert set(words) - needed == set()


def test_no_word_stands_in_two_tables() -> None:
    tables = tomllib.loads((LESSONS / "traditional.toml").read_text("utf-8"))
    assert sum(len(table) for table in tables.values()) == len(overrides())


@pytest.mark.parametrize(
    "text",
    [
        "{guess} of {all_customers}",
        "{#why}",
        r"$p_i \cdot m > c$",
        r"$$\frac{\Gamma(r + x)}{\Gamma(r)}$$",
        "`客户 = 计算机['名']`",
        "```python\n客户 = 1  # 计算机\n```",
        "https://example.com/客户?名=1",
        ":material/lock: **Lock** _my_ [prediction](https://example.com) – 50%",
        r"\$5 and $x$",
    ],
)
def test_what_is_no_prose_stays_as_it_is(text: str) -> None:
    assert traditional(text) == text


def test_prose_around_what_stays_is_converted() -> None:
    text = "## 为什么会拐弯 {#why}\n你猜的是 **{guess}**，见 `客户`：$\\text{客户数} = n_{x}$，\\$5 与 \\$6 之间的客户"
    made = "## 為什麼會拐彎 {#why}\n你猜的是 **{guess}**，見 `客户`：$\\text{顧客數} = n_{x}$，\\$5 與 \\$6 之間的顧客"
    assert traditional(text) == made
    assert traditional("[链接](https://example.com/客户)") == "[連結](https://example.com/客户)"


def _chinese_of_the_lessons() -> list[Path]:
    practised = (LESSONS.parent / "exercises").rglob("zh.toml")
    return sorted([*LESSONS.rglob("zh.md"), *LESSONS.rglob("zh.toml"), *practised])


@pytest.mark.parametrize(
    "file", _chinese_of_the_lessons(), ids=lambda file: str(file.relative_to(LESSONS.parent))
)
def test_no_wrong_word_in_what_is_read(file: Path) -> None:
    made = traditional(file.read_text("utf-8"))
    assert [word for word in WRONG if word in made] == []
    assert "客戶" not in made.replace("批發客戶", "")


def test_no_wrong_word_in_the_terms() -> None:
    made = "\n".join(traditional(row["zh"]) for row in GLOSSARY.values())
    assert [word for word in WRONG if word in made] == []
    assert "客戶" not in made


def test_the_wrong_words_are_what_opencc_alone_would_write() -> None:
    alone = "".join(convert(text, {}) for text in [*SENTENCES, *(row["zh"] for row in GLOSSARY.values())])
    assert [word for word in WRONG if word not in alone] == []


def test_threads_read_the_same() -> None:
    texts = [f"第 {number} 位客户的投诉" for number in range(200)]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(traditional, texts)) == [f"第 {n} 位顧客的客訴" for n in range(200)]


def test_the_cache_is_bounded() -> None:
    assert traditional.cache_info().maxsize
