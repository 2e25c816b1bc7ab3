"""Does every table say what it is, in both languages, and do the keys hold?"""

from functools import cache

import pytest

from datasets.tables import TABLES, words
from datasets.world import live, load_scenario, scenarios

LANGUAGES = ("en", "zh")
# What the program says in these columns is a code, and a reader gets words for it.
CODED = ("gender", "household", "locale", "business", "channel", "kind", "topic")
CODED += ("segment", "response_type", "stage", "departure_reason")
each_language = pytest.mark.parametrize("language", LANGUAGES)
each_scenario = pytest.mark.parametrize("scenario", scenarios())


@cache
def lived(scenario: str):
    return live(load_scenario(scenario), customers=2_000, seed=3).tables


@each_language
def test_every_table_column_and_scenario_has_its_words(language: str) -> None:
    said = words(language)
    assert set(said["tables"]) == set(TABLES)
    for name, table in TABLES.items():
        assert said["tables"][name]["title"]
        assert said["tables"][name]["meaning"]
        assert set(said["tables"][name]["columns"]) == {column.name for column in table.columns}
    assert set(said["scenarios"]) >= set(scenarios())
    assert all(entry["title"] and entry["about"] for entry in said["scenarios"].values())


@each_language
def test_every_unit_and_every_type_has_its_words(language: str) -> None:
    said, columns = words(language), [column for table in TABLES.values() for column in table.columns]
    assert set(said["units"]) == {column.unit for column in columns if column.unit}
    assert set(said["types"]) == {str(column.arrow_type) for column in columns}


def test_every_meaning_is_one_sentence() -> None:
    for language, stop in (("en", "."), ("zh", "。")):
        for table in words(language)["tables"].values():
            for meaning in (table["meaning"], *table["columns"].values()):
                assert meaning.endswith(stop)
                assert meaning.count(stop) == 1


def test_no_two_tables_have_one_title() -> None:
    for language in LANGUAGES:
        titles = [table["title"] for table in words(language)["tables"].values()]
        assert len(titles) == len(set(titles)) == len(TABLES)


def test_chinese_is_written_in_chinese() -> None:
    for table in words("zh")["tables"].values():
        for meaning in table["columns"].values():
            assert sum("\u4e00" <= letter <= "\u9fff" for letter in meaning) >= 4


def test_codes_have_words_in_both_languages() -> None:
    english, chinese = (words(language)["values"] for language in LANGUAGES)
    assert set(english) == set(CODED)
    assert {column: set(codes) for column, codes in english.items()} == {
        column: set(codes) for column, codes in chinese.items()
    }
    for codes in (*english.values(), *chinese.values()):
        assert len(set(codes.values())) == len(codes), "Two codes would look alike to a reader."


@each_scenario
def test_every_code_that_a_company_writes_has_its_words(scenario: str) -> None:
    known, seen = words("en")["values"], 0
    for name, table in lived(scenario).items():
        for column in set(CODED) & set(table.column_names):
            found = set(table[column].unique().to_pylist()) - {None}
            assert found <= set(known[column]), f"{name}.{column} holds {found - set(known[column])}"
            seen += len(found)
    assert seen > 20


def test_keys_and_foreign_keys_name_columns() -> None:
    for table in TABLES.values():
        names = table.schema.names
        assert table.key
        assert set(table.key) <= set(names)
        for column, other in table.foreign_keys.items():
            assert column in names
            (key,) = TABLES[other].key
            # A column may have another name than the key that it holds: a referrer is a customer.
            assert column == key or not column.startswith(key)
            assert table.schema.field(column).type == TABLES[other].schema.field(key).type


def test_what_names_a_row_of_another_table_points_at_it() -> None:
    keys = {
        table.key[0]: name for name, table in TABLES.items() if len(table.key) == 1 and not table.is_truth
    }
    for table in TABLES.values():
        for column in table.schema.names:
            if column in keys and keys[column] != table.name:
                assert table.foreign_keys.get(column) == keys[column], f"{table.name}.{column}"


def test_a_key_is_never_missing() -> None:
    for table in TABLES.values():
        assert not [column.name for column in table.columns if column.name in table.key and column.nullable]


@each_scenario
def test_in_a_lived_company_keys_name_one_row_and_foreign_keys_find_one(scenario: str) -> None:
    tables, found = lived(scenario), 0
    assert list(tables) == list(TABLES)
    for name, table in TABLES.items():
        rows = tables[name]
        assert rows.schema.equals(table.schema), name
        assert rows.group_by(list(table.key)).aggregate([]).num_rows == rows.num_rows, name
        for column, other in table.foreign_keys.items():
            given = set(rows[column].drop_null().to_pylist())
            assert given <= set(tables[other][TABLES[other].key[0]].to_pylist()), f"{name}.{column}"
            found += len(given)
    assert found > 10_000


def test_units_are_said_where_a_name_ends_in_one() -> None:
    for table in TABLES.values():
        for column in table.columns:
            assert (column.unit == "cents") == column.name.endswith("_cents")
            assert (column.unit == "UTC") == column.name.endswith("_at")


def test_an_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="language 'fr'"):
        words("fr")
