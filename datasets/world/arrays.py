"""How do numbers become the columns of a table?"""

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from datasets.tables import TABLES
from datasets.world.history import History
from datasets.world.ids import event_ids


def moments(
    history: History, microseconds: NDArray[Any], *, known: NDArray[np.bool_] | None = None
) -> pa.Array:
    """Times (n,) from microseconds since the company's start; missing where not `known`."""
    start = np.datetime64(history.company.scenario.start, "us").astype(np.int64)
    absolute = np.where(known, microseconds, 0) if known is not None else microseconds
    values = pa.array(absolute.astype(np.int64) + start, mask=None if known is None else ~known)
    return values.view(pa.timestamp("us"))


def public_ids(
    history: History, person: NDArray[Any], *, business: Any, number: Any, table: int, kind: Any = 0
) -> NDArray[np.int64]:
    """Public ids (n,) of events of these persons (n,), as `ids.event_ids` gives them."""
    return event_ids(
        history.persons.root[person],
        history.tag[person],
        business=business,
        number=number,
        kind=kind,
        table=table,
        seed=history.seed,
    )


def encounter_ids(history: History, place: Any, *, table: int) -> NDArray[np.int64]:
    """Public ids of what stands in `table` for the encounters at these places, once an encounter."""
    person, business = history.person[place], history.business[place]
    return public_ids(history, person, business=business, number=history.encounter[place], table=table)


def words(
    codes: NDArray[Any], names: tuple[str, ...] | list[str], *, known: NDArray[np.bool_] | None = None
) -> pa.Array:
    """Words (n,) from their numbers in `names`; missing where not `known`."""
    index = pa.array(codes.astype(np.int8), mask=None if known is None else ~known)
    return pa.DictionaryArray.from_arrays(index, pa.array(list(names), pa.string())).cast(pa.string())


def table(name: str, columns: dict[str, Any]) -> pa.Table:
    """A table with the schema of datasets/tables.py from arrays of any kind."""
    schema = TABLES[name].schema
    return pa.table([_column(columns[field.name], field.type) for field in schema], schema=schema)


def _column(values: Any, kind: pa.DataType) -> Any:
    if isinstance(values, pa.Array | pa.ChunkedArray):
        return values if values.type == kind else values.cast(kind)
    if values.dtype == bool:
        values = values.astype(np.int8)
    elif values.dtype.kind == "f" and pa.types.is_integer(kind):
        values = values.astype(np.int64)
    return pa.array(values, kind)
