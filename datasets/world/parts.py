"""How is a company cut into parts, and how is one part written?

A plan says what is made and into how many parts it is cut. `write_part` lets the customers of one part live and
writes one Parquet file for each table. What it writes depends on the plan alone, and a file gets its name when it is
whole: any process of any machine may make any part, even twice, and a folder never holds half a file.
"""

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from datasets.tables import TABLES
from datasets.world import Scenario, live
from datasets.world.company import checked_tables, checked_weeks

# These two are the same for every customer.
IN_THE_FIRST_PART_ALONE = ("products", "campaigns")
LARGEST_PART = 1_000_000
_LEFTOVER = re.compile(r"\.(part-\d+\.parquet|manifest(\.started)?\.json)\.[0-9a-f]{16}\.writing")


class Unfinished(RuntimeError):
    """Making stopped before the end; the message is one sentence, and the parts that are whole remain."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is made, where, and in how many parts, which hold equally many customers, give or take one.

    Raises ValueError, one sentence, for what cannot be made.

    >>> from datasets.world import load_scenario
    >>> plan = Plan(scenario=load_scenario("tea_shops"), customers=10, parts=3, out=Path("company"))
    >>> [(plan.first(part), plan.roots(part)) for part in range(plan.parts)]
    [(1, 3), (4, 3), (7, 4)]
    >>> plan.files(2)["orders"].as_posix()
    'company/orders/part-00002.parquet'
    """

    scenario: Scenario
    customers: int
    parts: int
    out: Path
    weeks: int | None = None
    seed: int = 1
    tables: tuple[str, ...] = tuple(TABLES)
    textbook: bool = False

    def __post_init__(self) -> None:
        """Refuse what cannot be made, in the words of the command line."""
        checked_weeks(self.scenario, customers=self.customers, weeks=self.weeks, seed=self.seed, first=1)
        checked_tables(self.tables)
        if not 1 <= self.parts <= self.customers:
            raise ValueError(
                f"--partitions must be from 1 to {self.customers}, a customer in each, not {self.parts}"
            )
        if self.customers > self.parts * LARGEST_PART:
            least = -(-self.customers // LARGEST_PART)
            raise ValueError(
                f"--partitions {self.parts} is too few: a part holds {LARGEST_PART:,} customers at most, "
                f"so ask for {least:,} or more"
            )

    @property
    def company(self) -> Scenario:
        """The company that lives: the scenario, or its textbook case. All its customers join within its weeks."""
        company = self.scenario.textbook() if self.textbook else self.scenario
        return replace(company, joining_weeks=min(company.joining_weeks, self.lived_weeks))

    @property
    def lived_weeks(self) -> int:
        """The weeks of history."""
        return checked_weeks(
            self.scenario, customers=self.customers, weeks=self.weeks, seed=self.seed, first=1
        )

    def first(self, part: int) -> int:
        """The number of the part's first customer; the first of all is 1."""
        return part * self.customers // self.parts + 1

    def roots(self, part: int) -> int:
        """How many customers the part has, without those whom they refer."""
        return self.first(part + 1) - self.first(part)

    def files(self, part: int) -> dict[str, Path]:
        """The part's file of each table."""
        return {
            name: self.out / name / f"part-{part:05d}.parquet"
            for name in self.tables
            if part == 0 or name not in IN_THE_FIRST_PART_ALONE
        }


def write_part(plan: Plan, part: int) -> dict[str, int]:
    """Let the customers of a part live, write all its files, and return the rows of each table."""
    files = plan.files(part)
    world = live(
        plan.company,
        customers=plan.roots(part),
        first=plan.first(part),
        weeks=plan.weeks,
        seed=plan.seed,
        tables=tuple(files),
    )
    for name, path in files.items():
        _write(world.tables[name], path)
    return {name: world.tables[name].num_rows for name in files}


def rows_on_disk(plan: Plan, part: int) -> dict[str, int] | None:
    """The rows of each table of a part that is whole, as its files tell; None where one is missing or damaged."""
    try:
        return {name: pq.read_metadata(path).num_rows for name, path in plan.files(part).items()}
    except (OSError, pa.ArrowInvalid):
        return None


def is_leftover(path: Path) -> bool:
    """Whether a file is what `renamed` leaves behind where its process was killed.

    >>> is_leftover(Path(".part-00007.parquet.0123456789abcdef.writing")), is_leftover(Path("part-00007.parquet"))
    (True, False)
    """
    return _LEFTOVER.fullmatch(path.name) is not None


@contextmanager
def renamed(path: Path) -> Iterator[Path]:
    """A temporary name to write to, another one each time, renamed to `path` when all has gone well."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}.writing")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def _write(table: pa.Table, path: Path) -> None:
    """Write one table as plain columns; what arrives as a dictionary is read back as text."""
    dictionaries = [field.name for field in table.schema if _repeats(field.type)]
    with renamed(path) as temporary:
        pq.write_table(
            table,
            temporary,
            compression="zstd",
            compression_level=1,
            use_dictionary=dictionaries,  # pyright: ignore[reportArgumentType]
            store_schema=False,
        )


def _repeats(kind: pa.DataType) -> bool:
    """Whether values of this type come again and again: ids, times and measures do not, and only cost time."""
    text = pa.types.is_string(kind) or pa.types.is_dictionary(kind)
    return text or pa.types.is_date(kind) or (pa.types.is_integer(kind) and kind.bit_width <= 16)
