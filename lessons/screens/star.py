"""How do the tables hang together?  A picture made of tables, keys and foreign keys alone.

Facts stand in the middle, one below the other; what they point at stands beside them as a bar that is as
high as the facts that point at it. So every foreign key is one level line, and no two lines cross. The
picture is narrow, since it is read on a phone too, and each box has its own ground, since it is read on paper
and in the dark.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from datasets.tables import Table

WIDTH, ROW, BOX = 360, 41, 34
_SIDE, _MIDDLE = 88, 132
_LEFT, _CENTRE, _RIGHT = 1, (WIDTH - _MIDDLE) / 2, WIDTH - _SIDE - 1
_APART, _OVER = 18, 6  # two lines at one box; how far a bar reaches beyond its last line
_FONT = "'Source Sans 3','Source Sans Pro','PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif"
# Ground, ink, border and its dashes: each pair can be read wherever it stands.
_LOOKS = {
    "dimension": ("#0B5F78", "#FFFFFF", "#3F8BA1", "none"),
    "fact": ("#E6F1F4", "#18262C", "#3F8BA1", "none"),
    "truth": ("#FBF0E4", "#9C4408", "#C4732C", "5 3"),
}


@dataclass(frozen=True, kw_only=True)
class Box:
    """A table in the picture: its look, its upper left corner and its size, in pixels."""

    table: str
    look: str
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, kw_only=True)
class Line:
    """One foreign key: from the table that has the column to the table that it points at."""

    table: str
    column: str
    other: str
    x1: float
    x2: float
    y: float


@dataclass(frozen=True, kw_only=True)
class Star:
    """The picture's boxes and lines, and its height in pixels."""

    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    height: float


def star(tables: Mapping[str, Table]) -> Star:
    """Give every table its place and every foreign key its line.

    The table at which most foreign keys point stands left, the others that are pointed at stand right.

    >>> from datasets.tables import TABLES
    >>> picture = star(TABLES)
    >>> len(picture.boxes) == len(TABLES), picture.boxes[0].table
    (True, 'customers')
    """
    keys = [(name, column, other) for name, t in tables.items() for column, other in t.foreign_keys.items()]
    pointed = [other for _, _, other in keys]
    hub, *right = sorted(set(pointed), key=lambda name: (-pointed.count(name), name))

    def bars_of(name: str) -> tuple[int, int]:
        # Sorted by these, the facts of a bar stand together, and one with two bars stands where they meet.
        at = [right.index(other) for other in tables[name].foreign_keys.values() if other in right]
        return (min(at), max(at)) if at else (len(right), len(right))

    middle = sorted((name for name in tables if name != hub and name not in right), key=bars_of)
    # The first level is left free for the bars' own lines to the table on the left.
    level = {name: (row + 1) * ROW + BOX / 2 for row, name in enumerate(middle)}
    lines = []
    for name, column, other in keys:
        at = level.get(name, BOX / 2)
        same_side = [key for key in keys if key[0] == name and (key[2] == hub) == (other == hub)]
        if name not in right:
            at += (same_side.index((name, column, other)) - (len(same_side) - 1) / 2) * _APART
            x1 = _CENTRE if other == hub else _CENTRE + _MIDDLE
        else:
            x1 = _RIGHT
        x2 = _LEFT + _SIDE if other == hub else _RIGHT
        lines.append(Line(table=name, column=column, other=other, x1=x1, x2=x2, y=at))
    height = (len(middle) + 1) * ROW - (ROW - BOX)
    boxes = [Box(table=hub, look="dimension", x=_LEFT, y=0, width=_SIDE, height=height)]
    for name in right:
        at = [line.y for line in lines if name in (line.table, line.other)]
        size = max(max(at) - min(at) + 2 * _OVER, BOX)
        # High enough for its words, where a single fact points at it.
        top = (min(at) + max(at) - size) / 2
        boxes.append(Box(table=name, look="dimension", x=_RIGHT, y=top, width=_SIDE, height=size))
    for name in middle:
        look = "truth" if tables[name].is_truth else "fact"
        y = level[name] - BOX / 2
        boxes.append(Box(table=name, look=look, x=_CENTRE, y=y, width=_MIDDLE, height=BOX))
    return Star(boxes=tuple(boxes), lines=tuple(lines), height=height)


def svg(picture: Star, titles: Mapping[str, str]) -> str:
    """Return the picture as SVG; `titles` are the tables' names in the reader's language."""
    height = picture.height + 1
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:g}" '
        f'width="{WIDTH}" height="{height:g}" role="img">'
    ]
    for line in picture.lines:
        parts.append(
            f'<line x1="{line.x1:g}" y1="{line.y:g}" x2="{line.x2:g}" y2="{line.y:g}" '
            f'stroke="#7C898F" stroke-width="1.5"/>'
        )
    for box in picture.boxes:
        ground, ink, border, dashes = _LOOKS[box.look]
        middle, centre = box.x + box.width / 2, box.y + box.height / 2
        parts.append(
            f'<rect x="{box.x:g}" y="{box.y + 0.5:g}" width="{box.width:g}" height="{box.height:g}" rx="5" '
            f'fill="{ground}" stroke="{border}" stroke-width="1.2" stroke-dasharray="{dashes}"/>'
            f'<text text-anchor="middle" font-family="{_FONT}" fill="{ink}">'
            f'<tspan x="{middle:g}" y="{centre - 1:g}" font-size="12.5" font-weight="600">'
            f"{escape(titles[box.table])}</tspan>"
            f'<tspan x="{middle:g}" y="{centre + 12:g}" font-size="10.5">{escape(box.table)}</tspan></text>'
        )
    # The end at which a key names one row has a dot.
    for line in picture.lines:
        parts.append(f'<circle cx="{line.x2:g}" cy="{line.y:g}" r="3" fill="#7C898F"/>')
    return "".join([*parts, "</svg>"])
