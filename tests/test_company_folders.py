"""The folder of a made company: opened, summarised from the terminal, and fitted; on DuckDB."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from datasets import summaries
from datasets.__main__ import main
from datasets.real import load
from lessons.__main__ import main as lessons
from tests.companies import write_company

UNTIL = "2024-08-31"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    # a name with letters that mean something in a search for files
    return write_company(tmp_path_factory.mktemp("made") / "tea [1] *?")


@pytest.fixture(scope="module")
def orders(folder) -> pd.DataFrame:
    return pd.concat(map(pd.read_parquet, sorted((folder / "orders").iterdir())))


def test_a_folder_is_read_with_all_its_parts(folder, orders):
    with summaries.open_company(folder) as company:
        found = summaries.recency_frequency(company.table("orders"), until=UNTIL)
        with pytest.raises(summaries.NotACompany, match="has no table referrals"):
            company.table("referrals")
    pd.testing.assert_frame_equal(found, summaries.recency_frequency(orders, until=UNTIL))
    assert len(list((folder / "orders").iterdir())) == 3


def test_little_memory_is_enough(folder, orders):
    with summaries.open_company(folder, memory="64MB") as company:
        assert len(summaries.rfm(company.table("orders"), until=UNTIL)) == orders["customer_id"].nunique()


def test_a_wrong_engine_is_named(folder):
    hive: Any = "hive"
    with pytest.raises(ValueError, match="use duckdb or spark"), summaries.open_company(folder, engine=hive):
        pass


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("recency_frequency", lambda o, lines: summaries.recency_frequency(o, until=UNTIL)),
        ("rfm", lambda o, lines: summaries.rfm(o, until=UNTIL)),
        ("cohorts", lambda o, lines: summaries.monthly_cohorts(o, until=UNTIL)),
        ("churn", lambda o, lines: summaries.churn_labels(o, at=UNTIL, horizon_days=60)),
        ("kpis", lambda o, lines: summaries.kpis(o, until=UNTIL, silent=2)),
        (
            "baskets",
            lambda o, lines: summaries.basket_pairs(
                lines[lines["order_id"].isin(o["order_id"][o["ordered_at"] < "2024-09-01"])], at_least=3
            ),
        ),
    ],
)
@pytest.mark.parametrize("business", [None, "box"])
def test_each_summary_of_a_folder(kind, expected, business, folder, orders, tmp_path, capsys):
    out = tmp_path / "s.csv"
    asked = ["summarise", str(folder), "--until", UNTIL, "--summary", kind, "--out", str(out), "--json"]
    asked += ["--horizon-days", "60", "--silent-months", "2", "--at-least", "3"]
    assert main(asked + (["--business", business] if business else [])) == 0
    told = json.loads(capsys.readouterr().out)
    kept = orders if business is None else orders[orders["business"] == business]
    lines = pd.concat(map(pd.read_parquet, sorted((folder / "order_lines").iterdir())))
    if kind == "baskets":
        lines = lines[lines["order_id"].isin(kept["order_id"])]
    wanted = expected(kept, lines)
    found = pd.read_csv(out, parse_dates=[name for name in ("cohort", "period") if name in wanted])
    pd.testing.assert_frame_equal(found, wanted, check_dtype=False)
    assert (told["summary"], told["engine"], told["rows"]) == (kind, "duckdb", len(wanted))
    assert told["customers"] == (len(wanted) if "customer_id" in wanted else None)
    assert [file.name for file in tmp_path.iterdir()] == ["s.csv"]


def test_distinct_rows_of_a_folder_are_fitted_as_its_customers_are(tmp_path, capsys):
    """CDNOW as a company's folder: r, alpha, a, b as Fader, Hardie & Lee (2005) publish them."""
    (tmp_path / "cdnow" / "orders").mkdir(parents=True)
    load("cdnow").orders.to_parquet(tmp_path / "cdnow" / "orders" / "part-00000.parquet")
    (tmp_path / "cdnow" / "manifest.json").write_text("{}")
    fits = []
    for name, more in (("customers", []), ("rows", ["--distinct"])):
        out = tmp_path / f"{name}.csv"
        asked = ["summarise", str(tmp_path / "cdnow"), "--until", "1997-09-30", "--out", str(out), *more]
        assert main(asked) == 0
        capsys.readouterr()
        assert lessons(["fit", "bg-nbd", str(out), "--json"]) == 0
        fits.append(json.loads(capsys.readouterr().out))
    every, distinct = fits
    assert every["customers"] == distinct["customers"] == 2357
    published = {"r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426}
    assert distinct["parameters"] == pytest.approx(published, rel=2e-3)
    assert distinct["parameters"] == pytest.approx(every["parameters"], rel=1e-4)
    assert distinct["log_likelihood"] == pytest.approx(every["log_likelihood"])


def test_a_file_gives_the_other_summaries_too(orders, tmp_path, capsys):
    path, out = tmp_path / "orders.csv", tmp_path / "s.csv"
    orders[["customer_id", "ordered_at", "amount_cents"]].to_csv(path, index=False)
    asked = ["summarise", str(path), "--until", UNTIL, "--out", str(out)]
    assert main([*asked, "--summary", "kpis"]) == 0
    wanted = summaries.kpis(orders, until=UNTIL)
    pd.testing.assert_frame_equal(pd.read_csv(out, parse_dates=["period"]), wanted, check_dtype=False)
    assert main([*asked, "--distinct", "--round-days", "7", "--json"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert "20 rows until" in told[0]
    assert json.loads(told[1])["customers"] == 200


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["made", "--summary", "baskets", "--distinct"], "goes with --summary recency_frequency"),
        (["made", "--round-days", "7"], "--round-days goes with --distinct"),
        (["made", "--distinct", "--round-days", "0"], "take 1 or more"),
        (["made", "--business", "bank"], "of the business 'bank'"),
        (["made", "--until", "1990-01-01"], "nothing to summarise"),
        (["made", "--summary", "churn", "--until", "2024-12-01"], "churn is not known yet"),
        (["made", "--memory", "much"], "write it as 512MB or 4GB"),
        (["made", "--amount", "cost"], "--amount is for a file"),
        (["unfinished"], "has no manifest.json"),
        (["empty"], "has no table orders"),
        (["broken"], "could not summarise"),
        (["orders.csv", "--engine", "spark"], "--engine is for a folder"),
        (["orders.csv", "--business", "shop"], "--business is for a folder"),
        (["orders.csv", "--summary", "baskets"], "baskets need products"),
        (["orders.csv", "--summary", "churn"], "churn is not known yet"),
    ],
)
def test_bad_input_costs_one_sentence(arguments, words, folder, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("made").symlink_to(folder)
    Path("orders.csv").write_text("id,date,amount\na,2024-08-30,1\n")
    for name, manifest in (("unfinished", "manifest.started.json"), ("empty", "manifest.json")):
        Path(name).mkdir()
        Path(name, manifest).write_text("{}")
    Path("broken", "orders").mkdir(parents=True)
    Path("broken", "manifest.json").write_text("{}")
    Path("broken", "orders", "part-00000.parquet").write_bytes(b"no parquet")
    before = sorted(path.name for path in Path().iterdir())
    until = [] if "--until" in arguments else ["--until", UNTIL]
    assert main(["summarise", *arguments, *until, "--out", "s.csv"]) == 2
    told = capsys.readouterr()
    assert words in told.err
    assert told.out == ""
    assert len(told.err.splitlines()) == 1
    assert sorted(path.name for path in Path().iterdir()) == before
