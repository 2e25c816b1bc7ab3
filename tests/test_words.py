"""Are the words of all pages complete, and do both languages say the same things?"""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from lessons import chapters
from lessons.traditional import traditional
from lessons.words import LANGUAGES, Text

LESSONS = Path(__file__).parent.parent / "lessons"
PLACEHOLDER = re.compile(r"\{[a-z_]+\}")
HAN = r"[\u3400-\u9fff]"
CHAPTERS = [chapter.folder for chapter in chapters()]
GLOSSARY = tomllib.loads((LESSONS / "glossary.toml").read_text("utf-8"))


def _strings(table: Any, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(table, dict):
        for key, value in table.items():
            yield from _strings(value, f"{path}.{key}" if path else key)
    elif isinstance(table, list):
        for number, value in enumerate(table):
            yield from _strings(value, f"{path}.{number}")
    elif isinstance(table, str):
        yield path, table


def _front(file: Path) -> dict[str, Any]:
    """The TOML of a file of words: all of it, or what stands between its two lines +++."""
    content = file.read_text("utf-8")
    return tomllib.loads(content if file.suffix == ".toml" else content.split("+++\n")[1])


def _prose(file: Path) -> str:
    return file.read_text("utf-8").split("+++\n", 2)[2] if file.suffix == ".md" else ""


def _words(file: Path) -> dict[str, str]:
    return {**dict(_strings(_front(file))), "(prose)": _prose(file)}


ENGLISH = sorted([LESSONS / "en.toml", *LESSONS.rglob("en.md")])
CHINESE = sorted([LESSONS / "zh.toml", *LESSONS.rglob("zh.md")])
SHARED = [LESSONS / "en.toml", LESSONS / "zh.toml"]
OWN = [*SHARED, *(folder / name for folder in CHAPTERS for name in ("en.md", "zh.md"))]


def _name(file: Path) -> str:
    return str(file.relative_to(LESSONS))


def test_shared_words_have_the_same_keys_and_placeholders() -> None:
    english, chinese = (dict(_strings(_front(file))) for file in SHARED)
    assert english.keys() == chinese.keys()
    assert {key: set(PLACEHOLDER.findall(words)) for key, words in english.items()} == {
        key: set(PLACEHOLDER.findall(words)) for key, words in chinese.items()
    }


@pytest.mark.parametrize("file", OWN, ids=_name)
def test_no_string_is_empty(file: Path) -> None:
    assert [key for key, words in _strings(_front(file)) if not words.strip()] == []


@pytest.mark.parametrize("file", OWN, ids=_name)
def test_nobody_shouts_or_begs(file: Path) -> None:
    words = "\n".join(_words(file).values())
    assert not re.search(r"[!！请]|\b[Pp]lease\b|\b[Ww]rong\b(?! on our side)", words)


BUTTONS = """home.start home.continue home.open topic.lock topic.answer topic.begin topic.next topic.back
    topic.present topic.leave topic.download_csv topic.download_xlsx topic.download_notebook
    file.template_csv file.template_xlsx file.download_rejects file.remove"""


@pytest.mark.parametrize("key", re.findall(r"\S+", BUTTONS))
def test_a_button_is_short(key: str) -> None:
    english, chinese = (dict(_strings(_front(file)))[key] for file in SHARED)
    assert len(english.split()) <= 4
    assert len(re.findall(HAN, chinese)) <= 8


@pytest.mark.parametrize("folder", CHAPTERS, ids=lambda folder: folder.name)
def test_a_chapter_opens_in_both_languages(folder: Path) -> None:
    english, chinese = _front(folder / "en.md"), _front(folder / "zh.md")
    assert english.keys() == chinese.keys() >= {"title", "short", "question", "aim"}
    assert english["planned_topics"] == chinese["planned_topics"] >= 1
    assert len(english["short"]) <= 22
    assert len(chinese["short"]) <= 11
    assert english["question"].endswith("?")
    assert chinese["question"].endswith("？")
    assert re.findall(r"\{#\w+\}", _prose(folder / "en.md")) == re.findall(
        r"\{#\w+\}", _prose(folder / "zh.md")
    )


def test_there_are_twelve_chapters_in_order() -> None:
    assert [chapter.facts["order"] for chapter in chapters()] == list(range(1, 13))


def _chinese_prose(file: Path) -> str:
    """All Chinese of a file without code, formulas, addresses and lists of names that a program splits."""
    words = "\n".join(words for key, words in _words(file).items() if not key.endswith("names"))
    return re.sub(r"`[^`]*`|\$\$.*?\$\$|\$[^$\n]*\$|\]\([^)]*\)|:[a-z/_-]+\[", "", words, flags=re.DOTALL)


@pytest.mark.parametrize("file", CHINESE, ids=_name)
def test_chinese_has_full_width_punctuation(file: Path) -> None:
    assert re.findall(rf"{HAN}[,.;:?()\"']{HAN}|{HAN}[,;:?]\s", _chinese_prose(file)) == []


@pytest.mark.parametrize("file", CHINESE, ids=_name)
def test_chinese_and_latin_stand_apart(file: Path) -> None:
    assert re.findall(rf"\S*(?:{HAN}[A-Za-z0-9]|[A-Za-z0-9%]{HAN})\S*", _chinese_prose(file)) == []


@pytest.mark.parametrize("file", CHINESE, ids=_name)
def test_bold_chinese_does_not_end_in_punctuation(file: Path) -> None:
    for line in "\n".join(_words(file).values()).splitlines():
        parts = line.split("**")
        for bold, then in zip(parts[1::2], parts[2::2], strict=False):
            assert not (bold.endswith(tuple("。，！？：；")) and re.match(HAN, then)), line


def _filled(words: str, number: str) -> str:
    """Fill placeholders: by a word where one touches Chinese, since a number would keep a space."""
    words = re.sub(rf"(?<={HAN})(\**){PLACEHOLDER.pattern}", r"\1字", words)
    words = re.sub(rf"{PLACEHOLDER.pattern}(\**)(?={HAN})", r"字\1", words)
    return PLACEHOLDER.sub(number, words)


@pytest.mark.parametrize("file", [*ENGLISH, *CHINESE], ids=_name)
def test_no_asterisks_are_left_on_the_page(file: Path) -> None:
    """Numbers end in % and begin with ¥, which decides whether `**` beside a letter is bold."""
    markdown = MarkdownIt().enable("table")
    for key, words in _words(file).items():
        without_formulas = re.sub(r"\$\$.*?\$\$|\$[^$\n]+\$", "x", words, flags=re.DOTALL)
        for number in ("50%", "¥12"):
            filled = _filled(without_formulas, number)
            for made in {filled, traditional(filled)} if file in CHINESE else {filled}:
                texts = [part for block in markdown.parse(made) for part in block.children or []]
                left = [part.content for part in texts if part.type == "text" and "**" in part.content]
                assert left == [], key


@pytest.mark.parametrize("file", [*ENGLISH, *CHINESE], ids=_name)
def test_terms_stand_in_the_glossary(file: Path) -> None:
    assert set(_front(file).get("terms", {})) <= GLOSSARY.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_shared_words_can_be_asked_for(language: str) -> None:
    text = Text(language)
    assert text.shared("home.of_done", done=1, all=4) in {"1 of 4 done", "已完成 1 / 4"}
    assert text.shared("app.name") in {"CRM Lab", "客户关系管理实验室", "顧客關係管理實驗室"}
