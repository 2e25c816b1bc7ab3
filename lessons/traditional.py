"""What does a reader in Taiwan read?  Traditional Chinese, made from the Simplified of the course.

OpenCC (`s2twp`) converts characters and common phrases. The words that a field calls differently in
Taiwan, and those that OpenCC takes for others, stand in traditional.toml and come first. Code, formulas,
placeholders and addresses stay as they are; only the words inside a formula's \\text{…} are converted.
"""

import functools
import re
import threading
import tomllib
from collections.abc import Mapping
from pathlib import Path

from opencc import OpenCC

_AS_IT_IS = re.compile(
    r"""```.*?```              # a block of code
    | `[^`\n]*`                # code in a line
    | (?<!\\)\$\$.+?\$\$       # a formula in a block
    | (?<!\\)\$(?:\\.|[^$\\\n])+\$  # a formula in a line; \$ is money
    | \{[#\w.:,]+\}            # {placeholder}, {#id}
    | https?://[^\s)）」”]+
    """,
    re.VERBOSE | re.DOTALL,
)
_WORDS_IN_FORMULA = re.compile(r"(?<=\\text\{)[^{}]*(?=\})")
_ONE_AT_A_TIME = threading.Lock()


@functools.lru_cache(maxsize=256)
def traditional(text: str) -> str:
    """Return Simplified Chinese as a reader in Taiwan expects it; whatever is not Chinese is unchanged.

    >>> traditional("客户关系管理：用计算机估计置信区间")
    '顧客關係管理：用電腦估計信賴區間'
    """
    return convert(text, overrides())


def convert(text: str, words: Mapping[str, str]) -> str:
    """Convert `text`, taking `words` (简体 → 繁體) before OpenCC.

    >>> convert("客户，{name}", {}), convert("客户，{name}", {"客户": "顧客"})
    ('客戶，{name}', '顧客，{name}')
    """
    done, at = [], 0
    for kept in _AS_IT_IS.finditer(text):
        done.append(_prose(text[at : kept.start()], words))
        formula = kept[0].startswith("$")
        done.append(
            _WORDS_IN_FORMULA.sub(lambda inner: _prose(inner[0], words), kept[0]) if formula else kept[0]
        )
        at = kept.end()
    return "".join([*done, _prose(text[at:], words)])


@functools.lru_cache(maxsize=1)
def overrides() -> dict[str, str]:
    """Return the words of traditional.toml, of all its tables, the longest first."""
    tables = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
    words = {word: instead for table in tables.values() for word, instead in table.items()}
    return dict(sorted(words.items(), key=lambda pair: -len(pair[0])))


def _prose(text: str, words: Mapping[str, str]) -> str:
    if not words:
        return _opencc(text)
    pattern = _any_of(tuple(sorted(words, key=len, reverse=True)))
    done, at = [], 0
    for found in pattern.finditer(text):
        done += [_opencc(text[at : found.start()]), words[found[0]]]
        at = found.end()
    return "".join([*done, _opencc(text[at:])])


@functools.lru_cache(maxsize=8)
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(re.escape, words)))


def _opencc(text: str) -> str:
    if text.isascii():
        return text
    with _ONE_AT_A_TIME:
        return _converter().convert(text)


@functools.lru_cache(maxsize=1)
def _converter() -> OpenCC:
    return OpenCC("s2twp")
