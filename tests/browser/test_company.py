"""Can a person look around in the company's data, ask it in SQL, take tables home, and open the truth?"""

from __future__ import annotations

import re

import openpyxl
import pandas as pd
import pyarrow.parquet as pq
import pytest
from playwright.sync_api import expect

import lessons
from datasets.tables import TABLES
from datasets.world import scenarios
from lessons.frame.data import COMPANY
from lessons.screens.company_world import open_tables, words
from lessons.words import LANGUAGES, Text
from tests.browser.server import settle
from tests.browser.test_access import faults
from tests.browser.visit import (
    PHONE,
    WIDE,
    broken,
    drop_down,
    fits,
    keyed,
    lock,
    main,
    moved,
    opened,
    press,
    sidebar_link,
    slider,
    visitor,
)

TABS = 4
EN = Text("en")
each_language = pytest.mark.parametrize("language", LANGUAGES)


def tab(page, number: int) -> None:
    """Open a tab and wait until what is in it stands."""
    page.get_by_role("tab").nth(number).click()
    expect(page.get_by_role("tab").nth(number)).to_have_attribute("aria-selected", "true")
    expect(page.get_by_role("tabpanel")).not_to_be_empty()
    settle(page)


def choose(page, key: str, words: str) -> None:
    """Choose from a list by keyboard."""
    drop_down(keyed(page, key).locator("input"))
    page.get_by_role("option", name=words, exact=True).click()
    settle(page)


def run(page, query: str) -> None:
    box = keyed(page, f"company.sql.{COMPANY}").locator("textarea")
    box.fill(query)
    press(box, "Control+Enter")
    settle(page)
    keyed(page, "company.run").get_by_role("button").click()
    settle(page)


@each_language
def test_every_tab_stands_at_both_widths_and_nothing_is_cut(server, chromium, language):
    text = Text(language)
    with visitor(chromium, server, language=language) as page:
        opened(page, server)
        sidebar_link(page, text.shared("company.title")).click()
        expect(main(page).locator("h1")).to_have_text(text.shared("company.title"))
        expect(page.locator("html")).to_have_attribute("lang", language)
        for number in range(TABS):
            tab(page, number)
            assert not broken(page)
            fits(page, PHONE)
            fits(page, WIDE)
        keyed(page, "company.lock").get_by_role("button").click()
        expect(keyed(page, "company_truth_chart").locator(".bars path")).not_to_have_count(0)
        assert not broken(page)
        fits(page, PHONE)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_grave_fault_on_any_tab(server, chromium, scheme):
    with visitor(chromium, server, color_scheme=scheme) as page:
        opened(page, server, "company")
        keyed(page, "company.dictionary.orders").locator("summary").click()
        expect(main(page).get_by_text("ordered_at", exact=True)).to_be_visible()
        assert not faults(page)
        for number in range(1, TABS):
            tab(page, number)
            assert not faults(page)
            if number == 1:
                choose(page, f"table.{COMPANY}.customers.filter", "gender")
                keyed(page, f"table.{COMPANY}.customers.gender.among").get_by_text(
                    "female", exact=True
                ).click()
                settle(page)
                expect(main(page).get_by_text(re.compile(r"[\d,]+ of [\d,]+ rows"))).to_be_visible()
                assert not faults(page)
        keyed(page, "company.lock").get_by_role("button").click()
        expect(keyed(page, "company_truth_chart").locator(".bars path")).not_to_have_count(0)
        assert not faults(page)


def test_the_picture_has_its_words_for_those_who_cannot_see_it(server, chromium):
    with visitor(chromium, server) as page:
        opened(page, server, "company")
        picture = main(page).locator("img")
        expect(picture).to_have_count(1)
        said = picture.get_attribute("alt") or ""
        for name, table in TABLES.items():
            for column, other in table.foreign_keys.items():
                assert f"{name}.{column} → {other}" in said
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("image => image.naturalWidth > 100")


def test_a_table_is_chosen_filtered_and_taken_home(server, chromium, tmp_path):
    titles = words("en")["tables"]
    with visitor(chromium, server, accept_downloads=True) as page:
        opened(page, server, "company")
        tab(page, 1)
        choose(page, "table.table", f"{titles['orders']['title']} (orders)")
        expect(page).to_have_url(re.compile("table=orders"))
        key = f"table.{COMPANY}.orders"
        choose(page, f"{key}.filter", "amount_cents")
        low = keyed(page, f"{key}.amount_cents.low").locator("input")
        low.fill("500")
        press(low, "Enter")
        settle(page)
        counted = main(page).get_by_text(re.compile(r"[\d,]+ of [\d,]+ rows"))
        expect(counted).to_be_visible()
        numbers = re.findall(r"([\d,]+) of ([\d,]+) rows", counted.inner_text())[0]
        found, everything = (int(number.replace(",", "")) for number in numbers)
        for ending in ("csv", "xlsx", "parquet"):
            with page.expect_download() as given:
                keyed(page, f"table.download.{ending}").get_by_role("button").click()
            given.value.save_as(tmp_path / f"orders.{ending}")
    stored = pq.read_table(tmp_path / "orders.parquet")
    assert stored.schema.equals(TABLES["orders"].schema)
    assert 0 < stored.num_rows == found < everything
    assert min(stored["amount_cents"].to_pylist()) >= 50_000
    ids = [str(one) for one in stored["order_id"].to_pylist()]
    assert max(map(len, ids)) == 19
    table = pd.read_csv(tmp_path / "orders.csv", encoding="utf-8-sig", dtype={"order_id": str})
    assert table["order_id"].tolist() == ids
    assert table["amount_cents"].tolist() == stored["amount_cents"].to_pylist()
    sheet = openpyxl.load_workbook(tmp_path / "orders.xlsx").worksheets[0]
    assert [row[0] for row in sheet.iter_rows(min_row=2, values_only=True)] == ids


def test_a_question_in_sql_is_answered_or_refused_in_plain_words(server, chromium):
    with visitor(chromium, server) as page:
        opened(page, server, "company")
        tab(page, 2)
        keyed(page, "company.example.slow_payers").get_by_role("button").click()
        expect(keyed(page, f"company.sql.{COMPANY}").locator("textarea")).to_have_value(
            re.compile("company_name")
        )
        settle(page)
        keyed(page, "company.run").get_by_role("button").click()
        grid = page.locator("[role=tabpanel] table[role=grid]")
        expect(grid).to_be_attached()
        expect(grid.locator("[role=columnheader]", has_text=re.compile("^recovered$"))).to_be_attached()
        # A long id comes back with all its digits.
        run(page, "SELECT max(order_id) AS last_id FROM orders")
        expect(grid.locator("[role=gridcell]").first).to_have_text(re.compile(r"^\d{19}$"))
        for query, reason in (
            ("SELECT * FROM truth_customers", "unknown_table"),
            ("DELETE FROM orders", "not_select"),
            ("SELECT 1; SELECT 2", "several_statements"),
        ):
            run(page, query)
            said = max(re.split(r"\{\w+\}", EN.shared(f"refused.{reason}")), key=len).strip()
            expect(main(page).get_by_test_id("stAlert").get_by_text(said).last).to_be_visible()
            expect(grid).to_have_count(0)
        assert not broken(page)


def test_a_prediction_opens_the_truth_of_one_company_and_is_still_there_after_a_reload(server, chromium):
    other = sorted(scenarios(), key=lambda name: name == COMPANY)[0]
    title = words("en")["scenarios"][other]["title"]
    with visitor(chromium, server) as page:
        opened(page, server, "company")
        if other != COMPANY:
            choose(page, "company", title)
            expect(page).to_have_url(re.compile(f"company={other}"))
        tab(page, 3)
        expect(main(page).get_by_text(EN.shared("topic.truth_opens"))).to_be_visible()
        expect(page.get_by_test_id("stDataFrame")).to_have_count(0)
        chosen = moved(slider(page, f"company.guess.{other}"), steps=3)
        page.keyboard.press("Tab")
        expect(keyed(page, "company.lock").get_by_role("button")).to_be_focused()
        page.keyboard.press("Enter")
        expect(main(page).locator("h2", has_text="■")).to_be_visible()
        expect(page.get_by_test_id("stMetricValue").first).to_have_text(chosen)
        page.reload()
        settle(page)
        tab(page, 3)
        expect(page.get_by_test_id("stMetricValue").first).to_have_text(chosen)
        if other != COMPANY:
            choose(page, "company", words("en")["scenarios"][COMPANY]["title"])
            expect(main(page).get_by_text(EN.shared("topic.truth_opens"))).to_be_visible()


def test_a_topic_s_prediction_opens_the_truth_about_the_company_that_topics_work_on(server, chromium):
    topic = lessons.topics()[0]
    with visitor(chromium, server) as page:
        opened(page, server, "company")
        tab(page, 3)
        main(page).get_by_test_id("stPageLink-NavLink").click()
        keyed(page, f"{topic.name}.lock").wait_for()
        settle(page)
        lock(page, topic)
        sidebar_link(page, EN.shared("company.title")).click()
        expect(main(page).locator("h1")).to_have_text(EN.shared("company.title"))
        tab(page, 3)
        expect(main(page).locator("h2", has_text="■")).to_be_visible()
        # No guess was made on this page, so none is held against the truth.
        expect(page.get_by_test_id("stMetric")).to_have_count(1)


def test_a_filter_and_the_open_tab_outlive_a_change_of_language(server, chromium):
    key, chinese = f"table.{COMPANY}.customers", words("zh-Hans")["values"]["gender"]
    with visitor(chromium, server) as page:
        opened(page, server, "company", tab="browse")
        choose(page, f"{key}.filter", "gender")
        keyed(page, f"{key}.gender.among").get_by_text("female", exact=True).click()
        settle(page)
        counted = main(page).get_by_text(re.compile(r"[\d,]+ of [\d,]+ rows"))
        expect(counted).to_be_visible()
        (found,) = re.findall(r"([\d,]+) of [\d,]+ rows", counted.inner_text())
        page.get_by_test_id("stSidebar").get_by_text(LANGUAGES["zh-Hans"], exact=True).click()
        expect(main(page).locator("h1")).to_have_text(Text("zh-Hans").shared("company.title"))
        settle(page)
        expect(main(page).get_by_text(re.compile(f"{found} 行"))).to_be_visible()
        expect(keyed(page, f"{key}.gender.among").get_by_text(chinese["female"], exact=True)).to_be_visible()
        tab(page, 2)
        tab(page, 1)
        expect(main(page).get_by_text(re.compile(f"{found} 行"))).to_be_visible()


def test_browsing_offers_every_table_but_the_truth(server, chromium):
    with visitor(chromium, server) as page:
        opened(page, server, "company")
        tab(page, 1)
        drop_down(keyed(page, "table.table").locator("input"))
        expect(page.get_by_role("option")).to_have_count(len(open_tables()))
        offered = page.get_by_role("option").all_inner_texts()
        assert [name.split("(")[-1].rstrip(")") for name in offered] == open_tables()
