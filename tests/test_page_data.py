"""Do pages get their customers as they are: ids whole, tables as the world made them?"""

from __future__ import annotations

import pytest

from datasets.tables import TABLES
from lessons.frame import data as page_data


@pytest.mark.parametrize("name", TABLES)
def test_every_id_of_a_table_is_the_worlds_own(name):
    company = page_data.company()
    rows, truth = page_data.table(company, name), company.world.tables[name]
    assert len(rows) == truth.num_rows
    ids = [column for column in rows.columns if column.endswith("_id")]
    assert ids
    for column in ids:
        expected = [None if one is None else str(one) for one in truth[column].to_pylist()]
        found = [None if one != one else one for one in rows[column].tolist()]
        assert found == expected, column


def test_some_ids_are_missing_so_that_the_gap_is_tried():
    tables = page_data.company().world.tables
    assert tables["loyalty_ledger"]["order_id"].null_count > 0


def test_customers_who_are_no_company_have_no_tables():
    with pytest.raises(ValueError, match="no tables"):
        page_data.table(page_data.published(), "orders")
