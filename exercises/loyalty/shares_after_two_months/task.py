"""Where do the shares of three coffee roasters stand after two months of switching?"""

import numpy as np
import pandas as pd

from lessons.loyalty.brand_switching.model import shares_over_time

KIND = "table"
CONCEPTS = ("brand-switching",)
ORDER = 1
BRANDS = ("lighthouse", "mill", "corner")
ROWS = BRANDS
COLUMNS = tuple(f"to_{brand}" for brand in BRANDS)
UNITS = dict.fromkeys((*ROWS, *COLUMNS, "now"), "percent:1")
UNITS |= dict.fromkeys((f"next_{brand}" for brand in BRANDS), "percent:2")
TOLERANCE = 0.005


def given(rng: np.random.Generator) -> dict:
    """Draw a small newcomer, and a table by which it grows; everything in whole per cent."""
    now = int(rng.integers(6, 16)), int(rng.integers(45, 61))
    rows = []
    for own in range(3):
        stay, first = int(rng.integers(55, 81)), float(rng.uniform(0.35, 0.65))
        one = round((100 - stay) * first)
        others = iter((one, 100 - stay - one))
        rows.append([stay if place == own else next(others) for place in range(3)])
    table = {"bought_last": BRANDS, "now": np.array([*now, 100 - sum(now)]) / 100}
    return {"switches": pd.DataFrame(table | dict(zip(COLUMNS, np.array(rows).T / 100, strict=True)))}


def _shares(switches: pd.DataFrame) -> np.ndarray:
    matrix = switches[list(COLUMNS)].to_numpy()
    return shares_over_time(start=switches["now"].to_numpy(), matrix=matrix, periods=2)


def answer(*, switches: pd.DataFrame) -> list[float]:
    """Return the shares after two months."""
    return _shares(switches)[2].tolist()


def steps(*, switches: pd.DataFrame) -> dict:
    """Return the shares after one month."""
    return {f"next_{brand}": share for brand, share in zip(BRANDS, _shares(switches)[1], strict=True)}


def _read_down(switches: pd.DataFrame) -> list[float]:
    shares = switches["now"].to_numpy()
    for _ in range(2):
        shares = switches[list(COLUMNS)].to_numpy() @ shares
    return shares.tolist()


MISTAKES = {
    "one_month": lambda switches: _shares(switches)[1].tolist(),
    "same_change_again": lambda switches: (2 * _shares(switches)[1] - _shares(switches)[0]).tolist(),
    "read_across": _read_down,
}
