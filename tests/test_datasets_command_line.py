"""The terminal tells what was used and why the rest was not; a wrong word costs one clear line, never a traceback."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from datasets.__main__ import REASONS, main
from datasets.uploads import REASONS as KEYS

ROOT = Path(__file__).parent.parent
CDNOW = ROOT / "datasets" / "real" / "cdnow_sample.csv"
ORDERS = "id,date,amount\n007,05/03/2024,1.50\n=x,25/03/2024,2\n007,26/03/2024,3\nAnn,soon,1\n,26/03/2024,4\n"


@pytest.fixture
def orders(tmp_path) -> Path:
    path = tmp_path / "orders.csv"
    path.write_text(ORDERS)
    return path


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The command as a user calls it, in a process of its own."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-m", "datasets", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_check_prints_counts_and_every_reject_as_json(orders):
    done = run("check", orders, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    told = json.loads(done.stdout)
    assert (told["rows"], told["good"], told["rejected"]) == (5, 3, 2)
    assert told["rejects"] == [
        {"row": 5, "text": "Ann,soon,1", "reason": "date_unreadable"},
        {"row": 6, "text": ",26/03/2024,4", "reason": "customer_missing"},
    ]
    assert told["columns"] == {"customer": "id", "date": "date", "amount": "amount"}
    assert (told["date_order"], told["date_order_ambiguous"]) == ("dmy", False)


def test_check_prints_for_people(orders, capsys):
    assert main(["check", str(orders)]) == 0
    out = capsys.readouterr().out
    assert "rows 5, good 3, rejected 2" in out
    assert "row 5: the date could not be read: Ann,soon,1" in out


def test_check_prints_only_the_first_rejects_and_nothing_that_moves_the_cursor(tmp_path, capsys):
    path = tmp_path / "o.csv"
    path.write_text("id,date\n" + "\x1b[2Jx,not today and not soon\n" * 30 + "a,2024-03-05\n")
    assert main(["check", str(path)]) == 0
    out = capsys.readouterr().out
    assert out.count("row ") == 20
    assert "and 10 more" in out
    assert "\x1b" not in out


def test_column_flags_decide(tmp_path, capsys):
    path = tmp_path / "o.csv"
    path.write_text("a,b,c,d\nx,1,03/05/2024,9\n")
    flags = ["--customer", "a", "--date", "c", "--amount", "d", "--date-order", "mdy"]
    assert main(["check", str(path), *flags, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["good"], told["date_order"], told["columns"]["amount"]) == (1, "mdy", "d")


def test_no_good_row_is_a_report_for_check_and_bad_input_for_summarise(tmp_path, capsys):
    path = tmp_path / "o.csv"
    path.write_text("id,date\na,soon\n")
    assert main(["check", str(path), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["good"] == 0
    assert main(["summarise", str(path), "--until", "2024-01-01", "--out", str(tmp_path / "s.csv")]) == 2
    assert "no row" in capsys.readouterr().err
    assert [file.name for file in tmp_path.iterdir()] == ["o.csv"]


def test_summarise_writes_the_published_cdnow_summary(tmp_path):
    out = tmp_path / "summary.csv"
    done = run("summarise", CDNOW, "--until", "1997-09-30", "--unit", "week", "--out", out)
    assert (done.returncode, done.stderr) == (0, "")
    rows = list(csv.DictReader(io.StringIO(out.read_text(encoding="utf-8"))))
    assert list(rows[0]) == ["customer_id", "x", "recency", "age", "mean_spend"]
    assert len(rows) == 2357
    assert rows[0]["customer_id"] == "0001"
    assert [float(rows[0][name]) for name in ("x", "recency", "age")] == [2, 213 / 7, 272 / 7]
    assert [file.name for file in tmp_path.iterdir()] == ["summary.csv"]


def test_summarise_tells_the_rest_and_neutralises_texts(orders, tmp_path, capsys):
    out = tmp_path / "summary.csv"
    out.write_text("older")
    assert (
        main(
            ["summarise", str(orders), "--until", "2024-03-31", "--unit", "day", "--out", str(out), "--json"]
        )
        == 0
    )
    told = capsys.readouterr()
    assert json.loads(told.out)["customers"] == 2
    assert "2 of 5 rows" in told.err
    rows = list(csv.reader(io.StringIO(out.read_text(encoding="utf-8"))))
    assert rows[1:] == [["007", "1", "21.0", "26.0", "3.0"], ["'=x", "0", "0.0", "6.0", "0.0"]]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_summarise_writes_into_a_pipe_and_through_a_link(orders, tmp_path):
    pipe, link, file = tmp_path / "pipe", tmp_path / "link.csv", tmp_path / "file.csv"
    os.mkfifo(pipe)
    file.touch()
    link.symlink_to(file)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    for out in (pipe, link):
        assert main(["summarise", str(orders), "--until", "2024-03-31", "--out", str(out)]) == 0
    assert os.read(reader, 10_000) == file.read_bytes() != b""
    os.close(reader)
    assert pipe.is_fifo()
    assert link.is_symlink()


@pytest.mark.parametrize("flag", [[], ["--json"]])
@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "none.csv"], "none.csv does not exist"),
        (["check", "."], "no ordinary file"),
        (["check", "empty.csv"], "is empty"),
        (["check", "header.csv"], "no rows"),
        (["check", "junk.bin"], "no readable text"),
        (["check", "orders.csv", "--amount", "cost"], "no column cost"),
        (["check", "orders.csv", "--customer", ""], "no column"),
        (["check", "orders.csv", "--date-order", "dym"], "invalid choice"),
        (["check"], "required"),
        (["check", "a\0b"], "could not be read"),
        (["summarise", "orders.csv", "--until", "soon", "--out", "s.csv"], "is no date"),
        (["summarise", "orders.csv", "--until", "1990-01-01", "--out", "s.csv"], "before the first purchase"),
        (["summarise", "orders.csv", "--until", "2024-12-31", "--out", "nowhere/s.csv"], "cannot write"),
        (["summarise", "orders.csv", "--until", "2024-12-31", "--out", "."], "cannot write"),
        (["summarise", "orders.csv", "--until", "2024-12-31"], "required"),
        (
            ["summarise", "orders.csv", "--until", "2024-12-31", "--unit", "hour", "--out", "s.csv"],
            "invalid choice",
        ),
    ],
)
def test_bad_input_costs_one_clear_message(arguments, words, flag, orders, monkeypatch, capsys):
    monkeypatch.chdir(orders.parent)
    Path("empty.csv").touch()
    Path("header.csv").write_text("id,date,amount\n")
    Path("junk.bin").write_bytes(bytes(range(256)) * 9)
    before = sorted(os.listdir())
    try:
        status = main([*arguments, *flag])
    except SystemExit as stopped:
        status = stopped.code
    told = capsys.readouterr()
    assert status == 2
    assert told.out == ""
    assert words in told.err
    assert 1 <= len(told.err.splitlines()) <= 6
    assert "Traceback" not in told.err
    assert sorted(os.listdir()) == before


@pytest.mark.parametrize("arguments", [[], ["frobnicate"], ["--until"]])
def test_a_wrong_command_is_answered_in_one_line(arguments):
    done = run(*arguments)
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("command", ["check", "summarise", "make"])
def test_help_is_complete(command, capsys):
    with pytest.raises(SystemExit) as stopped:
        main([command, "--help"])
    assert stopped.value.code == 0
    text = capsys.readouterr().out
    flags = {
        "check": ["FILE", "--customer", "--date", "--amount", "--date-order", "--json", "example:"],
        "summarise": [
            "FILE",
            "--until",
            "--unit",
            "--out",
            "--customer",
            "--date-order",
            "--json",
            "example:",
        ],
        "make": ["--scenario", "--customers", "--weeks", "--seed", "--out"],
    }[command]
    assert all(flag in text for flag in flags)


def test_every_reason_has_its_words():
    assert set(REASONS) == set(KEYS)


def test_check_waits_for_neither_the_engine_nor_ibis(orders):
    seen = "import sys; from datasets.__main__ import main; main(['check', sys.argv[1]]); "
    seen += "print({'datasets.world', 'ibis', 'duckdb', 'streamlit', 'scipy'}.intersection(sys.modules) or 'none')"
    done = subprocess.run(
        [sys.executable, "-c", seen, str(orders)], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "none"


def test_what_make_writes_can_be_checked_and_summarised(tmp_path, capsys):
    asked = [
        "make",
        "--scenario",
        "tea_shops",
        "--customers",
        "300",
        "--weeks",
        "30",
        "--out",
        str(tmp_path / "co"),
    ]
    assert main(asked) == 0
    parts = sorted((tmp_path / "co" / "orders").glob("*.parquet"))
    made = pd.read_parquet(parts[0])
    capsys.readouterr()
    assert main(["check", str(parts[0]), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["rows"], told["good"], told["columns"]["amount"]) == (len(made), len(made), "amount_cents")
    out = tmp_path / "s.csv"
    until = str(made["ordered_at"].max().date())
    assert main(["summarise", str(parts[0]), "--until", until, "--out", str(out)]) == 0
    assert len(out.read_text().splitlines()) == 1 + made["customer_id"].nunique()
