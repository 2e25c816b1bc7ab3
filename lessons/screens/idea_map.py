"""What belongs to what?  A chapter's map: a few boxes on a grid of three columns, and arrows between them.

Where each box stands is said in chapter.toml, its words in en.md and zh.md. The picture is narrow, since it is read
on a phone too, and each box has its own ground, since it is read on paper and in the dark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

WIDTH, COLUMNS, ROW, BOX = 360, 3, 74, 46
_GAP = 18
_CELL = (WIDTH - (COLUMNS - 1) * _GAP - 2) / COLUMNS
_LINE = 15
_FONT = "'Source Sans 3','Source Sans Pro','PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif"
# Ground, ink, border: what a topic lets you move, what is only read, and what it all leads to.
LOOKS = {
    "topic": ("#0B5F78", "#FFFFFF", "#3F8BA1"),
    "idea": ("#E6F1F4", "#18262C", "#3F8BA1"),
    "outcome": ("#EEF1F0", "#18262C", "#56646B"),
}
_ARROW = "#7C898F"


@dataclass(frozen=True, kw_only=True)
class Box:
    """One box: its name, its look, its upper left corner and its width, in pixels."""

    name: str
    look: str
    x: float
    y: float
    width: float

    @property
    def middle(self) -> tuple[float, float]:
        """Where its middle is."""
        return self.x + self.width / 2, self.y + BOX / 2


def boxes(facts: Sequence[Mapping[str, Any]]) -> tuple[Box, ...]:
    """Give each box its place: `at` is (column, row) from 0, `wide` the columns that it spans.

    >>> boxes([{"name": "a", "at": [0, 0], "wide": 3, "look": "idea"}])[0].middle
    (180.0, 23.5)
    """
    made = []
    for fact in facts:
        column, row = fact["at"]
        wide = fact.get("wide", 1)
        if not 0 <= column <= COLUMNS - wide:
            raise ValueError(f"{fact['name']}: column {column} and width {wide} leave the map.")
        made.append(
            Box(
                name=fact["name"],
                look=fact["look"],
                x=1 + column * (_CELL + _GAP),
                y=0.5 + row * ROW,
                width=wide * _CELL + (wide - 1) * _GAP,
            )
        )
    return tuple(made)


def svg(
    facts: Sequence[Mapping[str, Any]],
    arrows: Sequence[Mapping[str, str]],
    words: Mapping[str, str],
    *,
    language: str,
) -> str:
    """Return the map as SVG; `arrows` go `from` one box `to` another, `words` break their lines at a `|`.

    `language` is the words' code, by which a browser chooses the shapes of Chinese letters and their punctuation.
    """
    placed = {box.name: box for box in boxes(facts)}
    height = max(box.y for box in placed.values()) + BOX + 1
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" lang="{language}" viewBox="0 0 {WIDTH} {height:g}" '
        f'width="{WIDTH}" height="{height:g}" role="img"><defs><marker id="tip" viewBox="0 0 8 8" refX="7" '
        f'refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L8 4L0 8z" fill="{_ARROW}"/>'
        "</marker></defs>"
    ]
    for arrow in arrows:
        one, two = placed[arrow["from"]], placed[arrow["to"]]
        (x1, y1), (x2, y2) = _ends(one, two)
        parts.append(
            f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke="{_ARROW}" stroke-width="1.6" '
            'marker-end="url(#tip)"/>'
        )
    for box in placed.values():
        ground, ink, border = LOOKS[box.look]
        parts.append(
            f'<rect x="{box.x:g}" y="{box.y:g}" width="{box.width:g}" height="{BOX}" rx="6" fill="{ground}" '
            f'stroke="{border}" stroke-width="1.2"/>'
        )
        lines = words[box.name].split("|")
        x, y = box.middle
        top = y - (len(lines) - 1) * _LINE / 2 + 4.5
        parts += [
            f'<text x="{x:g}" y="{top + number * _LINE:g}" text-anchor="middle" font-size="13" '
            f'font-weight="600" font-family="{_FONT}" fill="{ink}">{escape(line)}</text>'
            for number, line in enumerate(lines)
        ]
    return "".join([*parts, "</svg>"])


def _ends(one: Box, two: Box) -> tuple[tuple[float, float], tuple[float, float]]:
    """Return where an arrow leaves the first box and meets the second: at the sides that face each other."""
    if one.y == two.y:
        rightwards = one.x < two.x
        y = one.middle[1]
        return (one.x + one.width if rightwards else one.x, y), (
            two.x if rightwards else two.x + two.width,
            y,
        )
    downwards = one.y < two.y
    # Between boxes that overlap in breadth the arrow stands upright.
    low, high = max(one.x, two.x), min(one.x + one.width, two.x + two.width)
    x1, x2 = ((low + high) / 2,) * 2 if low < high else (one.middle[0], two.middle[0])
    return (
        (x1, one.y + BOX if downwards else one.y),
        (x2, two.y if downwards else two.y + BOX),
    )
