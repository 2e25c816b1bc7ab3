"""Which real customers come with the course?  Each data set is a CSV file and a TOML file with its source."""

from __future__ import annotations

import datetime as dt
import tomllib
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

FOLDER = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class RealData:
    """Real orders and where they come from.

    orders             DataFrame: customer_id str, ordered_at datetime64[us], amount_cents Int64
    currency           ISO code
    calibration_until  last day of the period that models learn from
    holdout_until      last day of the period that they are judged by
    """

    orders: pd.DataFrame
    title: str
    source: str
    licence: str
    currency: str
    calibration_until: dt.date
    holdout_until: dt.date


def names() -> list[str]:
    """The data sets that are here, found by looking.

    >>> names()
    ['cdnow']
    """
    return sorted(file.stem for file in FOLDER.glob("*.toml"))


def load(name: str) -> RealData:
    """Read a data set. Raises ValueError for a name that is not there.

    >>> cdnow = load("cdnow")
    >>> len(cdnow.orders), cdnow.orders["customer_id"].nunique(), cdnow.currency
    (6919, 2357, 'USD')
    """
    from datasets.uploads import read

    if name not in names():
        raise ValueError(f"there is no data set {name!r}; there are: {', '.join(names())}")
    about = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    orders = read(FOLDER / about.pop("file")).good
    return RealData(orders=orders, **about)
