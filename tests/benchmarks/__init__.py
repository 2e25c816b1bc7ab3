"""How fast is it?  Each module here has `rows()`, which measures and yields what it found, a Row at a time.

    uv run --group peers python -m tests.benchmarks [--only fits] [--markdown FILE]

Speed is never a timed test: a busy machine would fail it. Ratios hold anywhere, since the peer runs beside us.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


class CannotRun(RuntimeError):
    """Something that this benchmark needs is missing; the message is one sentence that says what."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One thing measured: ours and, where there is one, the peer's, all runs of both in the same unit.

    `at_least` or `at_most` is what the ratio has to reach, or our median where there is no ratio. `ratio` is how many
    times we are better, or how many times as long we take: the module says which by the bound it gives.
    """

    what: str
    unit: str
    ours: Sequence[float]
    peer: Sequence[float] = ()
    ratio: float | None = None
    at_least: float | None = None
    at_most: float | None = None

    @property
    def reached(self) -> bool:
        """Say whether the figure is good enough; one without a bound is only told."""
        found = median(self.ours) if self.ratio is None else self.ratio
        low = self.at_least is None or found >= self.at_least
        return low and (self.at_most is None or found <= self.at_most)
