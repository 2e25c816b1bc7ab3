"""Does every table say what it is, in both languages?"""

import pytest

from datasets.tables import TABLES, words
from datasets.world import scenarios


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_table_column_and_scenario_has_its_words(language: str) -> None:
    said = words(language)
    assert set(said["tables"]) == set(TABLES)
    for name, table in TABLES.items():
        assert said["tables"][name]["title"]
        assert said["tables"][name]["meaning"]
        assert set(said["tables"][name]["columns"]) == {column.name for column in table.columns}
    assert set(said["scenarios"]) == set(scenarios())
    assert all(entry["title"] and entry["about"] for entry in said["scenarios"].values())


def test_every_meaning_is_one_sentence() -> None:
    for language, stop in (("en", "."), ("zh", "。")):
        for table in words(language)["tables"].values():
            for meaning in (table["meaning"], *table["columns"].values()):
                assert meaning.endswith(stop)
                assert meaning.count(stop) == 1


def test_chinese_is_written_in_chinese() -> None:
    for table in words("zh")["tables"].values():
        for meaning in table["columns"].values():
            assert sum("\u4e00" <= letter <= "\u9fff" for letter in meaning) >= 4


def test_keys_and_foreign_keys_name_columns() -> None:
    for table in TABLES.values():
        names = table.schema.names
        assert table.key in names
        for column, other in table.foreign_keys.items():
            assert column in names
            assert column == TABLES[other].key


def test_units_are_said_where_a_name_ends_in_one() -> None:
    for table in TABLES.values():
        for column in table.columns:
            assert (column.unit == "cents") == column.name.endswith("_cents")
            assert (column.unit == "UTC") == column.name.endswith("_at")


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="language 'fr'"):
        words("fr")
