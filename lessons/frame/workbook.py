"""How does a learner get a spreadsheet that calculates?  Sheets whose cells may be live formulas."""

from __future__ import annotations

import pandas as pd

from datasets.exports import Formula, xlsx_bytes

__all__ = ["Formula", "xlsx"]


def xlsx(sheets: dict[str, pd.DataFrame]) -> bytes:
    """Return a workbook; a cell that is a `Formula(text, value)` stays alive in it."""
    return xlsx_bytes(sheets)
