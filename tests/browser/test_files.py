"""Can learners work on a file of their own, whatever is in it, and is nothing in it ever run or dressed up?"""

from __future__ import annotations

import io
import itertools
import re

import numpy as np
import pandas as pd
import pytest
from playwright.sync_api import expect

import lessons
from datasets.exports import DANGEROUS
from lessons.words import LANGUAGES, Text, text_of
from tests.browser.server import settle
from tests.browser.visit import broken, drop_down, keyed, lock, main, opened, sidebar_link, visitor

TOPICS = lessons.topics()
FIRST = next(topic for topic in TOPICS if "file" in topic.data)
# The topics that share one choice of customers, and so the learner's file.
SHARING = [topic for topic in TOPICS if topic.data == FIRST.data]
each_language = pytest.mark.parametrize("language", LANGUAGES)
# Each would run, shine or lead away if the page read it as HTML, Markdown, a formula or a command.
HOSTILE = [
    "<img src=x onerror=alert('hostile')>",
    "</text><a href=\"javascript:alert('hostile')\">hostile</a>",
    "<b>hostile</b>",
    "**hostile**",
    "[hostile](javascript:alert('hostile'))",
    "![hostile](x)",
    "$hostile^2$",
    ":red[hostile]",
    "=cmd|' /C calc'!A0 hostile",
    "＝hostile()",
    "@hostile",
    "`hostile`",
]
DRESSED = """() => [...document.querySelectorAll(
    'strong, b, em, i, a, code, sup, .katex, img, tspan[style*="font-weight"], [class*="colored" i]')]
  .filter(element => (element.textContent + (element.getAttribute('href') || '') + (element.alt || ''))
    .includes('hostile') || element.getAttribute('src') === 'x')
  .map(element => element.outerHTML.slice(0, 200))"""


def orders(customers: list[str], *, seed: int = 5) -> pd.DataFrame:
    """Two years of orders with a column that looks like money and is not, and one that does not and is."""
    rng = np.random.default_rng(seed)
    counts = rng.poisson(3, len(customers)) + 1
    days = pd.Timestamp("2023-01-02") + pd.to_timedelta(rng.integers(0, 720, counts.sum()), unit="D")
    return pd.DataFrame(
        {
            "order_no": np.arange(counts.sum()) + 1,
            "customer_id": np.repeat(customers, counts),
            "number_of_cds": rng.integers(1, 5, counts.sum()),
            "date": days.strftime("%d.%m.%Y"),
            "dollar_value": rng.gamma(4, 10, counts.sum()).round(2),
        }
    )


PLAIN = orders([f"C{number:03}" for number in range(150)])


def give(page, name: str, content: bytes) -> None:
    """Choose "Your file" and hand in a file."""
    keyed(page, ".".join(("data", *FIRST.data))).get_by_role("radio").last.click()
    place = page.locator("input[type=file]")
    place.wait_for(state="attached")
    settle(page)
    place.set_input_files({"name": name, "mimeType": "application/octet-stream", "buffer": content})


def remove(page) -> None:
    """Take the file away again, and hold that it stays away."""
    keyed(page, "file.remove").get_by_role("button").click()
    expect(keyed(page, "file.remove")).to_have_count(0)
    expect(page.locator("input[type=file]")).to_be_attached()
    settle(page)
    expect(keyed(page, "file.remove")).to_have_count(0)


def used(page, text: Text, *, good: int, rows: int) -> None:
    """Wait for the line that accounts for every row."""
    counts = {"good": text.number(good), "rows": text.number(rows), "rejected": text.number(rows - good)}
    expect(main(page).get_by_text(text.shared("file.used", **counts))).to_be_visible()
    settle(page)


def mapped(page, name: str) -> str:
    """Return the column that is taken for the customer, the date or the amount."""
    return page.locator(f"[class*='st-key-map-{name}-'] input").input_value()


def through_all_topics(page, look) -> None:
    """Lock and look at each topic in turn, by the sidebar; the file comes along."""
    for topic in SHARING:
        text = text_of(topic, "en")
        if not main(page).get_by_role("heading", level=1, name=text.title, exact=True).count():
            sidebar_link(page, text.short).click()
            expect(main(page).locator("h1")).to_have_text(text.title)
        expect(keyed(page, f"{topic.name}.lock").get_by_role("button")).to_be_enabled()
        lock(page, topic)
        expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)
        assert not [words for words in broken(page) if "hostile" not in words]
        look(page, topic)


def as_bytes(frame: pd.DataFrame, form: str) -> bytes:
    out = io.BytesIO()
    if form == "csv":
        return frame.to_csv(index=False).encode()
    if form == "xlsx":
        frame.to_excel(out, index=False)
    else:
        frame.to_parquet(out, index=False)
    return out.getvalue()


@pytest.mark.parametrize("form", ["csv", "xlsx", "parquet"])
def test_a_good_file_is_understood_at_once(server, chromium, form):
    with visitor(chromium, server) as page:
        opened(page, server, FIRST.name)
        give(page, f"orders.{form}", as_bytes(PLAIN, form))
        used(page, Text("en"), good=len(PLAIN), rows=len(PLAIN))
        assert [mapped(page, name) for name in ("customer", "date", "amount")] == [
            "customer_id",
            "date",
            "dollar_value",
        ]
        if form != "csv":
            return

        def held_back(page, topic):
            """Of a learner's customers nobody knows the truth: the outcome held back stands there instead."""
            expect(main(page).locator("h2", has_text="■")).to_have_count(0)

        through_all_topics(page, held_back)


@each_language
def test_rows_that_cannot_be_used_are_told_and_given_back(server, chromium, language, tmp_path):
    text = Text(language)
    bad = PLAIN.copy().astype({"date": object, "dollar_value": object})
    bad.loc[3, "date"], bad.loc[10, "customer_id"], bad.loc[20, "dollar_value"] = "some day", "", "a lot"
    bad.loc[30, "dollar_value"] = -5
    with visitor(chromium, server, language=language) as page:
        opened(page, server, FIRST.name)
        give(page, "orders.csv", as_bytes(bad, "csv"))
        used(page, text, good=len(bad) - 4, rows=len(bad))
        with page.expect_download() as download:
            keyed(page, "rejects.download").get_by_role("button").click()
        file = tmp_path / "rejected.csv"
        download.value.save_as(file)
        rejects = pd.read_csv(file, encoding="utf-8-sig")
        assert list(rejects.columns) == [
            text.shared(f"file.{name}") for name in ("row", "original", "reason")
        ]
        # The header is row 1 of the file.
        assert rejects.iloc[:, 0].tolist() == [5, 12, 22, 32]
        for at, words in zip([3, 10, 20, 30], rejects.iloc[:, 1], strict=True):
            assert words.strip().split(",")[0] == str(bad.loc[at, "order_no"])
        assert "some day" in str(rejects.iloc[0, 1])
        assert rejects.iloc[:, 2].nunique() == 4
        if language != "en":
            assert all(re.search(r"[一-鿿]", reason) for reason in rejects.iloc[:, 2])
        lock(page, FIRST)
        assert not broken(page)


NO_TABLES = {
    "noise": bytes(range(256)) * 40,
    "no workbook": b"PK\x03\x04" + b"\x00\xff" * 500,
    "no parquet": b"PAR1 nothing PAR1",
    "empty": b"",
    "one column": b"a\n1\n2\n",
}


@pytest.mark.parametrize(
    ("content", "language"),
    [*zip(NO_TABLES.values(), itertools.cycle(LANGUAGES), strict=False)],
    ids=list(NO_TABLES),
)
def test_a_file_that_is_no_table_gets_one_sentence(server, chromium, content, language):
    with visitor(chromium, server, language=language) as page:
        opened(page, server, FIRST.name)
        give(page, "**orders**.csv", content)
        alert = page.get_by_test_id("stAlertContentError")
        expect(alert).to_have_count(1)
        settle(page)
        words = alert.inner_text().removeprefix("error").strip()
        assert words.count("\n") == 0 and len(words) < 250
        assert "**orders**" in words
        assert bool(re.search(r"[一-鿿]", words)) == (language != "en")
        # The way on: take the file away, and choose another.
        remove(page)
        expect(alert).to_have_count(0)


def test_a_template_can_be_taken_and_given_back(server, chromium, tmp_path):
    with visitor(chromium, server) as page:
        for form in ("csv", "xlsx"):
            opened(page, server, FIRST.name, data="file")
            with page.expect_download() as download:
                keyed(page, f"template.{form}").get_by_role("button").click()
            file = tmp_path / download.value.suggested_filename
            download.value.save_as(file)
            give(page, file.name, file.read_bytes())
            used(page, Text("en"), good=3, rows=3)
            remove(page)


def test_three_orders_are_little_but_no_page_breaks(server, chromium):
    from datasets.uploads import template

    with visitor(chromium, server) as page:
        opened(page, server, FIRST.name)
        give(page, "orders.csv", as_bytes(template(), "csv"))
        used(page, Text("en"), good=3, rows=3)
        for topic in SHARING:
            sidebar_link(page, text_of(topic, "en").short).click()
            expect(main(page).locator("h1")).to_have_text(text_of(topic, "en").title)
            keyed(page, f"{topic.name}.lock").get_by_role("button").click()
            expect(keyed(page, f"{topic.name}.check.{topic.facts['checks'][0]['name']}")).to_be_visible()
            settle(page)
            expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)
            assert not broken(page)


def test_a_hostile_file_is_only_data(server, chromium, tmp_path):
    """Its names are customers, columns and a file name; a dialog or a strange request would end the visit badly."""
    data = orders([*(name for name in HOSTILE for _ in range(2)), *(f"C{number:03}" for number in range(90))])
    data = data.rename(columns={"order_no": HOSTILE[0], "number_of_cds": HOSTILE[3]})
    data.insert(0, HOSTILE[8], HOSTILE[4])
    data.loc[7, "date"] = HOSTILE[0]
    data.loc[8, "date"] = HOSTILE[8]
    with visitor(chromium, server) as page:
        opened(page, server, FIRST.name)
        give(page, f"{HOSTILE[0]} {HOSTILE[3]} {HOSTILE[6]}.csv".replace("/", ""), as_bytes(data, "csv"))
        used(page, Text("en"), good=len(data) - 2, rows=len(data))
        expect(main(page).get_by_text(HOSTILE[3]).first).to_be_visible()
        settle(page)
        for name in ("customer", "amount"):
            drop_down(page.locator(f"[class*='st-key-map-{name}-'] input"))
            expect(page.get_by_role("option", name=HOSTILE[0], exact=True)).to_be_visible()
            assert not page.evaluate(DRESSED)
            page.keyboard.press("Escape")
        harmless(download(page, "rejects.download", tmp_path))

        def look(page, topic):
            for heading in main(page).get_by_test_id("stExpander").locator("summary").all():
                heading.click()
                settle(page)
                assert not page.evaluate(DRESSED)
            for box in main(page).locator("[data-testid=stExpander] [data-testid=stSelectbox] input").all():
                drop_down(box)
                assert not page.evaluate(DRESSED)
                page.keyboard.press("Escape")
            page.get_by_role("tab").nth(2).click()
            for kind in ("csv", "xlsx"):
                harmless(download(page, f"download.{kind}", tmp_path))
            settle(page)
            assert not page.evaluate(DRESSED)

        through_all_topics(page, look)
        # Nor is a complaint about such columns anything but words.
        remove(page)
        give(page, "x.csv", as_bytes(data[[HOSTILE[0], HOSTILE[3], HOSTILE[8]]], "csv"))
        for name in ("customer", "date"):
            drop_down(page.locator(f"[class*='st-key-map-{name}-'] input"))
            page.get_by_role("option", name=HOSTILE[3], exact=True).click()
            settle(page)
        expect(page.get_by_test_id("stAlertContentError")).to_contain_text(HOSTILE[3])
        settle(page)
        assert not page.evaluate(DRESSED)


def download(page, key: str, folder):
    with page.expect_download() as given:
        keyed(page, key).get_by_role("button").click()
    file = folder / given.value.suggested_filename
    given.value.save_as(file)
    return file


def harmless(file) -> None:
    """Hold that no text in the file begins as a formula or a command would, unless it is a formula of ours."""
    import openpyxl

    if file.suffix == ".csv":
        table = pd.read_csv(file, encoding="utf-8-sig", dtype=str, keep_default_na=False)
        cells = [*table.columns, *table.to_numpy().ravel()]
        assert any("hostile" in cell for cell in cells) or file.name != "rejected.csv"
    else:
        book = openpyxl.load_workbook(file)
        inside = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
        assert not [cell.value for cell in inside if cell.data_type == "f" and "hostile" in str(cell.value)]
        assert not [cell.value for cell in inside if cell.hyperlink]
        cells = [cell.value for cell in inside if cell.data_type == "s"]
    alive = [cell for cell in cells if isinstance(cell, str) and DANGEROUS.match(cell)]
    assert all(re.fullmatch(r"-[0-9.]+", cell) for cell in alive), alive[:5]
