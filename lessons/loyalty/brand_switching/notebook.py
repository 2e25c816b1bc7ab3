"""The cells of the notebook on brand switching: count the panel again, and follow the page's matrix."""

from __future__ import annotations

from typing import Any


def cells(numbers: dict[str, Any]) -> list[str]:
    """Return the code that repeats the page's steps on `table`, with the page's three chances."""
    return [
        """\
from lessons.loyalty.brand_switching import model as markov

brands = ["harbour", "pines", "kettle"]
wide = table.pivot(index="household_id", columns="occasion", values="brand")
bought = wide.apply(lambda column: column.map(brands.index)).to_numpy()
found = markov.estimate(markov.switches(brand=bought, brands=len(brands)))
pd.DataFrame(found.matrix, index=brands, columns=brands).round(3)
""",
        """\
# The long run of the counted matrix, with the interval that takes the household as its unit.
pd.DataFrame({"share": found.steady, "low": found.wide_low, "high": found.wide_high}, index=brands)
""",
        f"""\
matrix = markov.with_chances(found.matrix, brand=0, chances={numbers["chances"]!r})
markov.steady_state(matrix), markov.run_length(matrix), markov.first_passage(matrix)
""",
    ]
