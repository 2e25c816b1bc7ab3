"""Does the page on the company's data show every table, filter it rightly, answer SQL, and keep the truth closed?"""

from __future__ import annotations

import io
import re
from datetime import date, datetime
from xml.etree import ElementTree

import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from streamlit.testing.v1 import AppTest

from datasets import sql_box
from datasets.exports import csv_bytes, xlsx_bytes
from datasets.tables import TABLES, Column
from datasets.world import scenarios
from lessons import topics
from lessons.frame.data import COMPANY
from lessons.screens import company_sql, company_tables, company_truth, rows
from lessons.screens.company_world import Company, open_tables, truth_tables, words, world
from lessons.screens.star import star, svg
from lessons.words import LANGUAGES, Text
from tests.test_pages import UNFILLED
from tests.test_traditional import WRONG

each_language = pytest.mark.parametrize("language", LANGUAGES)
each_company = pytest.mark.parametrize("name", scenarios())


def the_page(language: str, tab: str, chosen: str) -> None:
    """The page with one of its tabs open, among the pages that it links to."""
    import streamlit as st

    import lessons
    from lessons.screens import company
    from lessons.words import Text

    text = Text(language)
    label = text.shared("topic.truth" if tab == "truth" else f"company.{tab}")
    st.session_state.setdefault(f"company.tabs.{language}", label)
    if chosen:
        st.session_state.setdefault("company", chosen)
    pages = {topic.path: st.Page(lambda: None, url_path=topic.name) for topic in lessons.topics()}
    here = st.Page(lambda: company.page(code=language, pages=pages), title="x", default=True)
    st.navigation([here, *pages.values()], position="hidden").run()


def opened(tab: str, *, language: str = "en", name: str = COMPANY, **query: str) -> AppTest:
    page = AppTest.from_function(the_page, args=(language, tab, name), default_timeout=300)
    for key, value in query.items():
        page.query_params[key] = value
    page.run()
    sound(page)
    return page


def sound(page: AppTest) -> None:
    assert not page.exception, [item.value for item in page.exception]
    assert not page.error, [item.value for item in page.error]
    for item in (*page.markdown, *page.info):
        assert not UNFILLED.search(item.value), item.value


def company(name: str = COMPANY, language: str = "en") -> Company:
    return Company(name=name, text=Text(language), words=words(language), world=world(name))


# The picture of the tables.


def test_the_picture_has_every_table_once_and_every_foreign_key():
    picture = star(TABLES)
    assert sorted(box.table for box in picture.boxes) == sorted(TABLES)
    drawn = {(line.table, line.column, line.other) for line in picture.lines}
    keys = {(name, column, other) for name, t in TABLES.items() for column, other in t.foreign_keys.items()}
    assert drawn == keys
    assert len(picture.lines) == len(keys) > 15


def test_each_line_joins_the_two_boxes_that_it_names_and_crosses_no_other():
    picture = star(TABLES)
    boxes = {box.table: box for box in picture.boxes}
    for line in picture.lines:
        for name, x in ((line.table, line.x1), (line.other, line.x2)):
            box = boxes[name]
            assert x in (box.x, box.x + box.width), f"{line} does not touch {name}"
            assert box.y <= line.y <= box.y + box.height, f"{line} passes {name} by"
        left, right = sorted((line.x1, line.x2))
        for box in boxes.values():
            between = box.x + box.width > left + 1 and box.x < right - 1
            assert not (between and box.y < line.y < box.y + box.height), f"{line} runs through {box.table}"


def test_boxes_lie_apart_and_inside_the_picture():
    picture = star(TABLES)
    for box in picture.boxes:
        assert box.x >= 0
        assert box.x + box.width <= 360
        assert box.y >= 0
        assert box.y + box.height <= picture.height
        for other in picture.boxes:
            apart = (
                box is other
                or box.x + box.width <= other.x
                or other.x + other.width <= box.x
                or box.y + box.height < other.y
                or other.y + other.height < box.y
            )
            assert apart, f"{box.table} lies on {other.table}"


@each_language
def test_the_picture_is_an_svg_whose_words_fit_their_boxes(language):
    said = {name: words(language)["tables"][name]["title"] for name in TABLES}
    picture = star(TABLES)
    drawn = ElementTree.fromstring(svg(picture, said))
    texts = ["".join(part.itertext()) for part in drawn.iter("{http://www.w3.org/2000/svg}text")]
    assert sorted(texts) == sorted(said[name] + name for name in TABLES)
    for box in picture.boxes:
        # A Chinese character is as wide as it is high, a Latin letter a little more than half of that.
        wide = sum(12.5 if letter > "\u2e80" else 7 for letter in said[box.table])
        assert max(wide, 5.7 * len(box.table)) < box.width, said[box.table]


# The dictionary.


@each_company
@each_language
def test_the_dictionary_says_everything_of_every_column(name, language):
    one = company(name, language)
    for table in TABLES.values():
        said = company_tables.dictionary(one, table)
        for column in table.columns:
            assert f"`{column.name}`" in said
            assert one.meaning(table.name, column.name) in said
        for other in table.foreign_keys.values():
            assert one.text.shared("company.points_at", table=one.title(other)) in said
        assert "**" not in re.sub(r"\*\*`\w+`\*\*", "", said)


def test_the_dictionary_marks_keys_and_what_may_be_empty():
    said = company_tables.dictionary(company(), TABLES["order_lines"])
    assert said.count("part of the key") == 2
    said = company_tables.dictionary(company(), TABLES["orders"])
    assert said.count("· key]") == 1
    assert said.count("may be empty") == sum(column.nullable for column in TABLES["orders"].columns) == 1


def test_words_of_datasets_read_well_in_traditional_chinese():
    made = str(words("zh-Hant"))
    assert [word for word in WRONG if word in made] == []
    assert "客戶" not in made.replace("批發客戶", "")
    about_tables = re.sub("銀行|行銷|履行", "", str(words("zh-Hant")["tables"]))
    assert "行" not in about_tables, "In Taiwan a table's 行 is 列."


# Filters, against rows counted by hand and by pandas.

LETTERS = pa.table(
    {
        "city": ["Hangzhou", "hang zhou", None, "杭州市", "Taipei"],
        "cents": pa.array([5, 100, None, 99, 101], pa.int64()),
        "at": pa.array(
            [
                datetime(2024, 1, 31, 23, 59),
                datetime(2024, 2, 1),
                None,
                datetime(2024, 2, 29, 12),
                datetime(2024, 3, 1),
            ],
            pa.timestamp("us"),
        ),
    }
)


@pytest.mark.parametrize(
    ("column", "way", "values", "kept"),
    [
        ("city", "contains", ["HANG"], [0, 1]),
        ("city", "contains", ["杭州"], [3]),
        ("city", "contains", ["."], []),
        ("city", "equals", [" hangzhou "], [0]),
        ("city", "among", ["Taipei", "杭州市"], [3, 4]),
        ("city", "empty", [], [2]),
        ("cents", "between", [99, 100], [1, 3]),
        ("cents", "between", [None, 99.5], [0, 3]),
        ("cents", "between", [101, 5], []),
        ("cents", "equals", ["100"], [1]),
        ("at", "between", [date(2024, 2, 1), date(2024, 2, 29)], [1, 3]),
        ("at", "between", [date(2024, 2, 1), None], [1, 3, 4]),
        ("at", "empty", [], [2]),
    ],
)
def test_a_filter_keeps_the_rows_that_one_would_keep_by_hand(column, way, values, kept):
    found = rows.filtered(LETTERS, column=column, way=way, values=values)
    assert found.equals(LETTERS.take(pa.array(kept, pa.int64())))


def test_an_unknown_way_is_refused():
    with pytest.raises(ValueError, match="way 'nearly'"):
        rows.filtered(LETTERS, column="city", way="nearly")


@pytest.mark.parametrize("descending", [False, True])
def test_missing_values_are_last_in_either_order(descending):
    assert rows.ordered(LETTERS, column="cents", descending=descending)["cents"].to_pylist()[-1] is None


def test_every_column_of_every_table_can_be_filtered_in_each_way():
    seen = set()
    for name, table in world(COMPANY).tables.items():
        assert table.num_rows, f"{name} is empty, and nothing of it was tested."
        for column in TABLES[name].columns:
            kind = rows.kind_of(column, table[column.name])
            for way in rows.ways(column, kind):
                some = table[column.name].drop_null()[len(table[column.name].drop_null()) // 2].as_py()
                values = {"between": [some, some], "empty": []}.get(way, [some])
                found = rows.filtered(table, column=column.name, way=way, values=values)
                cells = table[column.name].to_pandas()
                wanted = cells.isna() if way == "empty" else cells == some
                if way != "contains":
                    assert found.num_rows == int(wanted.sum()), f"{name}.{column.name} {way}"
                assert found.num_rows
                seen.add((kind, way))
    assert len(seen) >= 11


# What leaves the app.

LONG = pa.table(
    {"order_id": [9223325116459976101, 7], "score": pa.array([None, 3], pa.int8()), "sum": [2**53 + 1, 1]}
)


def test_long_ids_keep_their_digits_in_a_spreadsheet_and_whole_numbers_stay_whole():
    book = openpyxl.load_workbook(io.BytesIO(xlsx_bytes({"orders": rows.frame(LONG)})))
    assert [[cell.value for cell in row] for row in book["orders"].iter_rows(min_row=2)] == [
        ["9223325116459976101", None, "9007199254740993"],
        ["7", 3, "1"],
    ]
    text = csv_bytes(rows.frame(LONG), mark=False).decode()
    assert text == "order_id,score,sum\n9223325116459976101,,9007199254740993\n7,3,1\n"


def test_a_parquet_file_is_the_table_as_it_is_stored():
    table = world(COMPANY).tables["surveys"]
    assert pq.read_table(io.BytesIO(rows.parquet_bytes(table))).equals(table)


def test_a_reader_sees_money_in_units_and_codes_in_words():
    columns = (Column("amount_cents", pa.int64(), "cents"), Column("channel", pa.string()))
    table = pa.table({"amount_cents": [1250, 5], "channel": ["web", "owl"]})
    seen = rows.shown(table, columns, {"channel": {"web": "网店"}})
    assert seen["amount_cents"].tolist() == [12.5, 0.05]
    assert seen["channel"].tolist() == ["网店", "owl"]


# The page.


# Every company in English, and one of them in every language: the words do not differ by company.
EACH = [("en", name) for name in scenarios()] + [(code, COMPANY) for code in LANGUAGES if code != "en"]
each_company_or_language = pytest.mark.parametrize(("language", "name"), EACH)


@each_company_or_language
@pytest.mark.parametrize("tab", ["tables", "browse", "sql", "truth"])
def test_every_tab_stands_for_every_company_and_in_every_language(tab, language, name):
    page = opened(tab, language=language, name=name)
    assert len(page.title) == 1
    assert len(page.tabs) == 4
    about = words(language)["scenarios"][name]["about"]
    assert any(about in item.value for item in page.markdown)


def test_the_url_names_the_company_and_nonsense_is_not_believed():
    for raw in ("", "nobody", "../tea_shops", "9" * 400):
        page = AppTest.from_function(the_page, args=("en", "browse", ""), default_timeout=300)
        page.query_params["company"] = page.query_params["table"] = raw
        page.run()
        sound(page)
        assert page.selectbox(key="company").value == COMPANY
        assert page.selectbox(key="table.table").value == "customers"
    assert opened("browse", table="orders").selectbox(key="table.table").value == "orders"
    last = sorted(scenarios())[-1]
    assert opened("browse", name="", company=last).selectbox(key="company").value == last


def test_browsing_offers_the_company_s_own_tables_and_none_of_the_truth():
    page = opened("browse")
    offered = page.selectbox(key="table.table").options
    assert len(offered) == len(open_tables()) == len(TABLES) - 2
    assert not [label for label in offered if "truth" in label]


def test_at_most_a_thousand_rows_are_sent_and_all_are_counted():
    page = opened("browse", table="orders")
    assert len(page.dataframe[0].value) == 1000
    all_rows = Text("en").number(world(COMPANY).tables["orders"].num_rows)
    assert any(f"{all_rows} rows · the first 1,000" in item.value for item in page.markdown)


def test_a_filter_and_an_order_work_together():
    page = opened("browse", table="orders")
    key = f"table.{COMPANY}.orders"
    page.selectbox(key=f"{key}.filter").set_value("business").run()
    page.pills(key=f"{key}.business.among").set_value(["wholesale"]).run()
    page.selectbox(key=f"{key}.sort").set_value("amount_cents").run()
    sound(page)
    orders = world(COMPANY).tables["orders"].to_pandas()
    wanted = orders[orders["business"] == "wholesale"].sort_values("amount_cents", ascending=False)
    shown = page.dataframe[0].value
    assert shown["amount_cents"].tolist() == pytest.approx((wanted["amount_cents"] / 100).tolist()[:1000])
    assert set(shown["order_id"]) <= set(wanted["order_id"].astype(str))
    counted = f"{Text('en').number(len(wanted))} of {Text('en').number(len(orders))} rows"
    assert any(counted in item.value for item in page.markdown)


def test_money_is_filtered_in_the_currency_s_units():
    page = opened("browse", table="products")
    key = f"table.{COMPANY}.products"
    page.selectbox(key=f"{key}.filter").set_value("list_price_cents").run()
    page.number_input(key=f"{key}.list_price_cents.low").set_value(100.0).run()
    shown, prices = page.dataframe[0].value, world(COMPANY).tables["products"]["list_price_cents"]
    assert len(shown) == sum(price >= 10_000 for price in prices.to_pylist()) > 0


def test_a_filter_that_nothing_fits_says_so():
    page = opened("browse", table="customers")
    key = f"table.{COMPANY}.customers"
    page.selectbox(key=f"{key}.filter").set_value("name").run()
    page.text_input(key=f"{key}.name.contains").set_value("<b>nobody</b>").run()
    sound(page)
    assert Text("en").shared("company.no_rows") in [item.value for item in page.info]
    assert not page.dataframe


# SQL.


@each_language
def test_every_reason_of_the_box_is_said_in_the_reader_s_language(language):
    text, own = Text(language), Text("en")
    assert len(sql_box.REASONS) >= 10
    for reason, english in sql_box.REASONS.items():
        sentence = text.shared(f"refused.{reason}")
        holes = set(re.findall(r"\{(\w+)", english))
        assert set(re.findall(r"\{(\w+)", sentence)) == holes, reason
        assert language == "en" or sentence != own.shared(f"refused.{reason}")


@each_company
def test_every_example_has_an_answer(name):
    listed = company_sql.examples(name)
    assert 3 <= len(listed) <= 4
    for example in listed:
        found = company_sql.ask(company(name), company_sql.example(example, "en"))
        assert isinstance(found, sql_box.Answer), f"{example}: {found}"
        assert found.frame.num_rows, f"{example} of {name} finds nothing"


def test_products_have_their_names_in_the_reader_s_language():
    assert "one.name_en" in company_sql.example("bought_together", "en")
    query = company_sql.example("bought_together", "zh-Hant")
    assert "name_en" not in query
    assert company_sql.ask(company(), query).frame.num_rows


def test_every_example_belongs_to_a_company_and_every_title_to_an_example():
    queries = company_sql.queries()
    assert {name for query in queries.values() for name in query["companies"]} >= set(scenarios())
    assert set(queries) == set(Text("en")._shared["query"])


def test_an_example_is_written_run_and_answered():
    page = opened("sql")
    box = page.text_area(key=f"company.sql.{COMPANY}")
    assert box.value == company_sql.example("orders_by_month", "en")
    page.button(key="company.example.bought_together").click().run()
    assert "baskets" in str(page.text_area(key=f"company.sql.{COMPANY}").value)
    page.button(key="company.run").click().run()
    sound(page)
    assert list(page.dataframe[0].value.columns) == ["product", "and_product", "baskets"]
    # Against pandas: how often the most frequent pair lies in one basket.
    lines = world(COMPANY).tables["order_lines"].to_pandas()[["order_id", "product_id"]]
    pairs = lines.merge(lines, on="order_id").query("product_id_x < product_id_y")
    most = pairs.groupby(["product_id_x", "product_id_y"]).size().max()
    assert page.dataframe[0].value["baskets"].max() == most


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("", "empty"),
        ("SELECT 1; SELECT 2", "several_statements"),
        ("DROP TABLE orders", "not_select"),
        ("SELECT * FROM truth_customers", "unknown_table"),
        ("SELECT * FROM truth_encounters", "unknown_table"),
        ("SELECT secret FROM orders", "unknown_column"),
        ("SELECT * FROM read_csv('/etc/passwd')", "forbidden"),
        ("SELECT * FROM '/etc/passwd'", "unknown_table"),
        ("SELEC 1", "syntax"),
    ],
)
def test_what_is_refused_is_said_in_a_sentence(query, reason):
    page = opened("sql", language="zh-Hans")
    page.text_area(key=f"company.sql.{COMPANY}").set_value(query).run()
    page.button(key="company.run").click().run()
    sound(page)
    assert not page.dataframe
    (said,) = [item.value for item in page.info]
    assert max(re.split(r"\{\w+\}", Text("zh-Hans").shared(f"refused.{reason}")), key=len) in said


def test_what_was_typed_is_never_read_as_markdown():
    refused = sql_box.Refused("unknown_column", column="**bold** [a](javascript:1) <b> $x^2$ :red[x]")
    said = company_sql.refusal(company(), refused)
    for sign in ("**bold", "[a]", "<b>", " $x", ":red["):
        assert sign not in said


def test_the_answer_to_one_company_is_not_shown_with_another():
    if len(scenarios()) < 2:
        pytest.skip("There is only one company.")
    page = opened("sql")
    page.button(key="company.run").click().run()
    assert page.dataframe
    page.selectbox(key="company").set_value(next(name for name in scenarios() if name != COMPANY)).run()
    sound(page)
    assert not page.dataframe


# The truth.


@each_company
def test_before_the_lock_no_tab_gives_the_truth_away(name):
    truth = world(name).tables["truth_customers"]
    left = Text("en").percent(1 - truth["alive"].to_pandas().mean())
    for tab in ("tables", "browse", "sql", "truth"):
        page = opened(tab, name=name)
        hidden = set(truth.column_names) - {"customer_id"}
        for frame in page.dataframe:
            assert not hidden & set(frame.value.columns)
        assert not page.metric
        assert not any(f"**{left}**" in item.value for item in page.markdown)
    assert Text("en").shared("topic.truth_opens") in " ".join(item.value for item in page.markdown)


@each_company_or_language
def test_a_locked_prediction_opens_the_truth_and_is_held_against_it(name, language):
    page = opened("truth", language=language, name=name)
    page.slider(key=f"company.guess.{name}").set_value(20).run()
    page.button(key="company.lock").click().run()
    sound(page)
    text = Text(language)
    left = 1 - world(name).tables["truth_customers"].to_pandas()["alive"].mean()
    assert 0.05 < left < 0.98
    assert [metric.value for metric in page.metric] == [text.percent(0.2), text.percent(left)]
    assert set(page.dataframe[0].value.columns) == set(TABLES["truth_customers"].schema.names)
    assert len(page.selectbox(key="truth.table").options) == len(truth_tables()) == 2
    # Locked means locked.
    assert not page.slider
    page.selectbox(key="truth.table").set_value("truth_encounters").run()
    sound(page)
    assert "disconfirmation" in page.dataframe[0].value.columns


def test_a_lock_opens_one_company_and_no_other(monkeypatch):
    from lessons.frame import memory

    progress = memory.Progress()
    monkeypatch.setattr(memory, "progress", lambda: progress)
    assert not company_truth.is_open(COMPANY)
    progress.predictions["company/telecom"] = 30
    assert company_truth.is_open("telecom")
    assert not company_truth.is_open(COMPANY)
    progress.predictions[topics()[-1].path] = 10
    assert company_truth.is_open(COMPANY)
    assert not company_truth.is_open("retail_bank")


def test_the_prediction_is_recorded_as_topics_record_theirs(monkeypatch):
    import streamlit as st

    from lessons.frame import memory

    heard, state = [], {}
    monkeypatch.setattr(st, "session_state", state)
    memory.install(recorder=lambda *event: heard.append(event), progress=memory.Progress(), shelf={})
    state["slider"] = 35
    company_truth._lock("telecom", "slider")
    company_truth._lock("telecom", "slider")
    assert heard == [("predicted", "company/telecom", "", 35)]


def test_reasons_add_up_to_everyone_who_left():
    figure = company_truth._reasons(company())
    bars = figure["data"][0]
    reasons = pd.Series(world(COMPANY).tables["truth_customers"]["departure_reason"].to_pylist()).dropna()
    assert sum(bars["x"]) == pytest.approx(1)
    assert len(bars["y"]) == reasons.nunique() >= 4
    assert max(bars["x"]) == pytest.approx(reasons.value_counts(normalize=True).max(), abs=1e-4)
