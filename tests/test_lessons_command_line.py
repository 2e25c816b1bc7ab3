"""`python -m lessons`: what it prints, what it reads, and that bad input gets one clear message."""

import json
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lessons.__main__ import PARAMETERS, main

ROOT = Path(__file__).parents[1]
CDNOW = ROOT / "datasets/real/cdnow_sample.csv"
FOUR = "r=.243,alpha=4.414,a=.793,b=2.426"
HISTORY = "--x 2 --recency 30.43 --age 38.86"


@pytest.fixture
def run(capsys):
    """Run a command line given as one string; returns exit status, parsed stdout and the lines of stderr."""

    def run(line, *more):
        try:
            status = main([*line.split(), *map(str, more)])
        except SystemExit as stop:
            status = stop.code
        out, err = capsys.readouterr()
        return (
            status,
            json.loads(out, parse_constant=pytest.fail) if out.startswith("{") else out,
            err.splitlines(),
        )

    return run


@pytest.fixture(scope="session")
def summary():
    """CDNOW until 1997-09-30, by plain pandas."""
    orders = pd.read_csv(CDNOW, parse_dates=["date"])
    until = pd.Timestamp("1997-09-30")
    days = orders[orders.date <= until].groupby(["customer_id", "date"]).dollar_value.sum().reset_index()
    dates = days.groupby("customer_id").date
    later = days[days.date > dates.transform("min")].groupby("customer_id").dollar_value.mean()
    return pd.DataFrame(
        {
            "x": dates.count() - 1,
            "recency": (dates.max() - dates.min()).dt.days / 7,
            "age": (until - dates.min()).dt.days / 7,
            "mean_spend": later.reindex(dates.count().index).fillna(0.0),
        }
    ).reset_index()


# ---- fit


@pytest.mark.parametrize(
    ("model", "log_likelihood"),
    [
        ("bg-nbd", -9582.4292),
        ("mbg-nbd", -9582.1357),
        ("pareto-nbd", -9594.9762),
        ("gamma-gamma", -4055.9177),
    ],
)
def test_fit_to_the_cdnow_log_gives_the_published_figures(run, model, log_likelihood):
    status, out, err = run(f"fit {model} {CDNOW} --until 1997-09-30 --unit week --json")
    assert (status, err) == (0, [])
    assert list(out["parameters"]) == list(out["standard_errors"]) == list(PARAMETERS[model])
    assert out["log_likelihood"] == pytest.approx(log_likelihood, abs=1e-3)
    assert out["customers"] == (946 if model == "gamma-gamma" else 2357)
    assert out["converged"] is True
    assert out["seconds"] > 0


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "parquet"])
@pytest.mark.parametrize(
    "names", [["x", "recency", "age", "mean_spend"], ["Frequency", "t_x", "T", "MONETARY_VALUE"]]
)
def test_fit_to_a_summary_in_any_format_and_naming(run, summary, tmp_path, suffix, names):
    some = summary.iloc[::10].set_axis(["customer_id", *names], axis=1)
    path = tmp_path / f"summary.{suffix}"
    {"csv": some.to_csv, "xlsx": some.to_excel, "parquet": some.to_parquet}[suffix](path, index=False)
    _, bg, err = run(f"fit bg-nbd {path} --json")
    assert (bg["customers"], bg["converged"], err) == (len(some), True, [])
    _, spend, _ = run(f"fit gamma-gamma {path} --json")
    assert spend["customers"] == (some[names[0]] > 0).sum()
    assert run(f"fit nbd {path} --json")[1]["converged"]


def test_fit_with_weights_is_fit_to_repeated_rows(run, summary, tmp_path):
    some = summary.iloc[::20, 1:4]
    some.loc[some.index.repeat(3)].to_csv(tmp_path / "rows.csv", index=False)
    some.assign(weight=3).to_csv(tmp_path / "weights.csv", index=False)
    _, rows, _ = run(f"fit pareto-nbd {tmp_path}/rows.csv --json")
    _, weights, _ = run(f"fit pareto-nbd {tmp_path}/weights.csv --json")
    assert rows["parameters"] == pytest.approx(weights["parameters"], rel=1e-6)
    assert rows["customers"] == weights["customers"]


def test_fit_numbers_are_unrounded_doubles(run):
    _, out, _ = run(f"fit nbd {CDNOW} --until 1997-09-30 --json")
    assert out["parameters"] == pytest.approx({"r": 0.384766, "alpha": 12.072023}, abs=1e-6)
    assert all(len(str(value)) > 12 for value in out["parameters"].values())


def test_fit_sbg_and_bg_bb(run, tmp_path):
    (tmp_path / "cohort.csv").write_text("Survivors\n1000\n869\n743\n653\n593\n551\n517\n491\n")
    _, out, _ = run(f"fit sbg {tmp_path}/cohort.csv --json")
    assert out["parameters"] == pytest.approx({"alpha": 0.66809, "beta": 3.80609}, rel=1e-5)
    (tmp_path / "gifts.csv").write_text(
        "x,recency,n,weight\n0,0,6,3464\n1,1,6,1091\n6,6,6,1203\n3,5,6,225\n2,4,6,99\n"
    )
    status, out, _ = run(f"fit bg-bb {tmp_path}/gifts.csv --json")
    assert (status, out["customers"]) == (0, 6082)
    assert list(out["parameters"]) == ["alpha", "beta", "gamma", "delta"]


def test_fit_uses_the_good_rows_and_tells_the_rest(run, tmp_path):
    rows = [
        "2,30.43,38.86",
        "1,50,38.86",
        "1.5,3,38",
        "-1,0,9",
        "1,,9",
        "0,5,9",
        "4,20,38",
        "0,0,30",
        "1,9,30",
    ]
    (tmp_path / "s.csv").write_text("x,recency,age\n" + "\n".join(rows * 2) + "\n")
    status, out, err = run(f"fit bg-nbd {tmp_path}/s.csv --json")
    assert status == 0
    assert out["customers"] == 8
    assert err[0] == (
        "10 of 18 rows were left out (row 3: recency lies beyond age; row 4: x is no whole number; "
        "row 5: x is no number from 0 to 1e+12; and 7 more)."
    )
    assert len(err) <= 6


def test_fit_tells_of_customers_who_paid_nothing(run, tmp_path):
    (tmp_path / "s.csv").write_text("x,mean_spend\n2,10\n3,12\n1,30\n2,0\n0,0\n4,11\n")
    status, out, err = run(f"fit gamma-gamma {tmp_path}/s.csv --json")
    assert (status, out["customers"]) == (0, 4)
    assert err[0] == "Left out, since their repeat purchases cost nothing: 1 customers."


def test_fit_uses_the_good_rows_of_a_log_and_tells_the_rest(run, tmp_path):
    lines = CDNOW.read_text().splitlines()
    (tmp_path / "log.csv").write_text(
        "\n".join([*lines, "99999,9999,yesterday,1,5.00", "99999,,1997-03-01,1,5"])
    )
    status, out, err = run(f"fit bg-nbd {tmp_path}/log.csv --until 1997-09-30 --json")
    assert (status, out["customers"]) == (0, 2357)
    assert len(err) == 1
    assert "2 of" in err[0]


def test_fit_takes_the_columns_that_it_is_told(run, tmp_path):
    orders = pd.read_csv(CDNOW, dtype=str)
    orders["date"] = orders["date"].str.replace(r"(\d+)-(\d+)-(\d+)", r"\3/\2/\1", regex=True)
    orders.rename(columns={"customer_id": "A", "date": "B", "dollar_value": "C"}).to_csv(
        tmp_path / "l.csv", index=False
    )
    status, out, _ = run(
        f"fit gamma-gamma {tmp_path}/l.csv --customer A --date B --amount C --date-order dmy --until 1997-09-30 --json"
    )
    assert (status, out["customers"]) == (0, 946)
    assert out["log_likelihood"] == pytest.approx(-4055.9177, abs=1e-3)


def test_fit_says_that_it_did_not_converge(run, tmp_path):
    (tmp_path / "s.csv").write_text("x,recency,age\n0,0,10\n0,0,20\n0,0,30\n")
    status, out, err = run(f"fit bg-nbd {tmp_path}/s.csv --json")
    assert (status, out["converged"]) == (0, False)
    assert set(out["standard_errors"].values()) == {None}
    assert err == [f"Not converged. {out['message']}"]
    assert run(f"fit bg-nbd {tmp_path}/s.csv")[1].count("–") == 4


def test_a_table_is_printed_without_json(run):
    status, out, _ = run(f"fit nbd {CDNOW} --until 1997-09-30")
    assert status == 0
    assert "standard error" in out
    assert "-9763.6576" in out


# ---- predict


def test_predict_as_the_paper_does(run):
    """Fader, Hardie & Lee (2005): 1.226 for this customer. The pmf by hand: 39 weeks without a repeat purchase."""
    status, out, err = run(f"predict bg-nbd --parameters {FOUR} {HISTORY} --horizon 39 --pmf 0 --json")
    assert (status, err) == (0, [])
    assert out["expected_purchases"] == pytest.approx(1.226, abs=5e-4)
    gone = 0.793 / (2.426 + 1) * ((4.414 + 38.86) / (4.414 + 30.43)) ** 2.243
    assert out["p_alive"] == pytest.approx(1 / (1 + gone))
    assert out["pmf"] == pytest.approx((4.414 / 43.414) ** 0.243)


@pytest.mark.parametrize("model", ["nbd", "pareto-nbd", "bg-nbd", "mbg-nbd", "bg-bb"])
def test_predict_probabilities_of_a_new_customer_add_up(run, model):
    values = ",".join(
        f"{name}={value}" for name, value in zip(PARAMETERS[model], (1.5, 4, 2, 3), strict=False)
    )
    got = [run(f"predict {model} --parameters {values} --horizon 4 --pmf {n} --json")[1] for n in range(60)]
    assert sum(out["pmf"] for out in got) == pytest.approx(1, abs=1e-6)
    assert sum(n * out["pmf"] for n, out in enumerate(got)) == pytest.approx(
        got[0]["expected_purchases"], rel=1e-4
    )


def test_predict_spend_and_survival_and_donations(run):
    _, out, _ = run(
        "predict gamma-gamma --parameters p=6.25,q=3.74,gamma=15.44 --x 2 --mean-spend 22.35 --json"
    )
    assert out == {"expected_spend": pytest.approx(375.875 / 15.24)}
    _, out, _ = run("predict sbg --parameters alpha=1,beta=3 --periods 2 --json")
    assert out == {"survival": pytest.approx(3 / 4 * 4 / 5)}
    donor = "--parameters alpha=1.204,beta=.75,gamma=.657,delta=2.783 --x 4 --recency 5 --n 6 --horizon 10"
    _, out, _ = run(f"predict bg-bb {donor} --json")
    assert out["expected_purchases"] == pytest.approx(3.628, abs=1e-3)
    assert out["p_alive"] == pytest.approx(out["p_alive_now"] * 8.783 / 9.44)


def test_predict_a_spend_that_does_not_exist(run):
    status, out, err = run("predict gamma-gamma --parameters p=.1,q=.5,gamma=15 --x 2 --mean-spend 22 --json")
    assert (status, out) == (0, {"expected_spend": None})
    assert len(err) == 1


def test_predict_a_new_customer(run):
    _, out, _ = run(f"predict bg-nbd --parameters {FOUR} --horizon 39 --json")
    assert out["p_alive"] == 1
    assert math.isfinite(out["expected_purchases"])


# ---- bad input

BAD = {
    "unknown model": "fit no-such-model {log}",
    "no command": "",
    "unknown command": "forecast nbd {log}",
    "unknown flag": "fit nbd {log} --units week",
    "abbreviated flag": "fit nbd {log} --unt 1997-01-01",
    "missing file": "fit nbd {dir}/nowhere.csv --json",
    "directory": "fit nbd {dir} --json",
    "binary junk": "fit nbd {dir}/junk.csv --json",
    "empty file": "fit nbd {dir}/empty.csv",
    "zip that is no workbook": "fit nbd {dir}/junk.xlsx",
    "no good row": "fit bg-nbd {dir}/bad.csv --json",
    "a column is missing": "fit bg-nbd {dir}/short.csv",
    "a log for bg-bb": "fit bg-bb {log}",
    "a log for sbg": "fit sbg {log}",
    "no amounts": "fit gamma-gamma {dir}/no_amounts.csv",
    "nobody came back": "fit gamma-gamma {dir}/once.csv",
    "no such column": "fit nbd {log} --customer Kunde",
    "until without a date": "fit nbd {log} --until=",
    "cohort beyond all numbers": "fit sbg {dir}/huge.csv",
    "until no date": "fit nbd {log} --until soon",
    "until before all": "fit nbd {log} --until 1990-01-01",
    "unknown unit": "fit nbd {log} --unit decade",
    "cohort that grows": "fit sbg {dir}/grows.csv",
    "cohort with a word": "fit sbg {dir}/word.csv",
    "no parameters": "predict bg-nbd {history} --horizon 39",
    "parameter missing": "predict bg-nbd --parameters r=1,alpha=2,a=3 {history} --horizon 39 --json",
    "parameter unknown": "predict bg-nbd --parameters {four},s=2 {history} --horizon 39",
    "parameter twice": "predict bg-nbd --parameters {four},r=2 {history} --horizon 39",
    "parameter no number": "predict bg-nbd --parameters r=one,alpha=2,a=3,b=4 {history} --horizon 39",
    "parameter without value": "predict bg-nbd --parameters r,alpha=2,a=3,b=4 {history} --horizon 39",
    "parameter 0": "predict bg-nbd --parameters r=0,alpha=2,a=3,b=4 {history} --horizon 39 --json",
    "parameter negative": "predict bg-nbd --parameters r=-1,alpha=2,a=3,b=4 {history} --horizon 39",
    "parameter nan": "predict bg-nbd --parameters r=nan,alpha=2,a=3,b=4 {history} --horizon 39",
    "parameter infinite": "predict bg-nbd --parameters r=inf,alpha=2,a=3,b=4 {history} --horizon 39",
    "recency beyond age": "predict bg-nbd --parameters {four} --x 2 --recency 40 --age 38 --horizon 39 --json",
    "recency without repeat": "predict bg-nbd --parameters {four} --x 0 --recency 4 --age 38 --horizon 39",
    "x not whole": "predict bg-nbd --parameters {four} --x 2.5 --recency 4 --age 38 --horizon 39",
    "x negative": "predict bg-nbd --parameters {four} --x -1 --recency 0 --age 38 --horizon 39",
    "x no number": "predict bg-nbd --parameters {four} --x two --recency 4 --age 38 --horizon 39",
    "age nan": "predict bg-nbd --parameters {four} --x 2 --recency 4 --age nan --horizon 39",
    "horizon negative": "predict bg-nbd --parameters {four} {history} --horizon -1 --json",
    "horizon infinite": "predict bg-nbd --parameters {four} {history} --horizon inf",
    "horizon missing": "predict bg-nbd --parameters {four} {history}",
    "age missing": "predict bg-nbd --parameters {four} --x 2 --recency 3 --horizon 39",
    "pmf not whole": "predict bg-nbd --parameters {four} {history} --horizon 39 --pmf 1.5",
    "n for age": "predict bg-nbd --parameters {four} --x 2 --recency 3 --n 6 --horizon 39",
    "spend for a time model": "predict bg-nbd --parameters {four} {history} --horizon 39 --mean-spend 3",
    "bg-bb more than one an occasion": "predict bg-bb --parameters {bb} --x 5 --recency 4 --n 6 --horizon 2",
    "bg-bb occasions without end": "predict bg-bb --parameters {bb} --x 1 --recency 4 --n 1e12 --horizon 2",
    "bg-bb half an occasion": "predict bg-bb --parameters {bb} --x 1 --recency 4 --n 6 --horizon 2.5",
    "spend missing": "predict gamma-gamma --parameters p=6,q=4,gamma=15 --x 2 --json",
    "spend negative": "predict gamma-gamma --parameters p=6,q=4,gamma=15 --x 2 --mean-spend -3",
    "periods missing": "predict sbg --parameters alpha=1,beta=2",
    "periods negative": "predict sbg --parameters alpha=1,beta=2 --periods -2",
    "parameter too large": "predict bg-nbd --parameters r=1e300,alpha=2,a=3,b=4 {history} --horizon 1",
    "parameter too small": "predict bg-nbd --parameters r=1,alpha=1e-300,a=3,b=4 {history} --horizon 1",
    "horizon too large": "predict bg-nbd --parameters {four} {history} --horizon 1e300",
}


@pytest.fixture(scope="session")
def bad_files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bad")
    (folder / "junk.csv").write_bytes(np.random.default_rng(1).bytes(4000))
    (folder / "junk.xlsx").write_bytes(b"PK\x03\x04" + np.random.default_rng(2).bytes(4000))
    (folder / "empty.csv").write_bytes(b"")
    (folder / "bad.csv").write_text("x,recency,age\n2,9,3\n-1,0,4\n")
    (folder / "short.csv").write_text("x,age\n2,3\n1,4\n")
    (folder / "no_amounts.csv").write_text("customer_id,date\n1,2024-01-02\n1,2024-02-02\n")
    (folder / "once.csv").write_text("x,mean_spend\n0,0\n0,0\n")
    (folder / "grows.csv").write_text("survivors\n100\n60\n61\n")
    (folder / "huge.csv").write_text("survivors\n1e300\n1e299\n")
    (folder / "word.csv").write_text("survivors\n100\nsixty\n61\n")
    return folder


@pytest.mark.parametrize("case", BAD)
def test_bad_input_is_status_2_and_one_clear_message(run, bad_files, case):
    line = BAD[case].format(
        log=CDNOW, dir=bad_files, four=FOUR, history=HISTORY, bb="alpha=1.2,beta=.7,gamma=.6,delta=2.7"
    )
    status, out, err = run(line)
    assert status == 2
    assert out == ""
    assert 1 <= len(err) <= 6
    assert err[0].startswith("python -m lessons")
    assert "Traceback" not in "".join(err)


@pytest.mark.parametrize("command", ["", "fit", "predict"])
def test_help_is_complete(run, command):
    status, out, _ = run(f"{command} --help")
    assert status == 0
    if command:
        assert "example" in out
        assert all(model in out for model in PARAMETERS)


@pytest.mark.parametrize("module", ["lessons", "datasets"])
@pytest.mark.parametrize("broken", ["reader that has left", "full disk", "closed"])
def test_a_result_that_nobody_can_take_is_no_traceback(module, broken):
    if not Path("/dev/full").exists():
        pytest.skip("only where there is /dev/full")
    arguments = {
        "lessons": f"predict bg-nbd --parameters {FOUR} {HISTORY} --horizon 39 --json".split(),
        "datasets": ["check", str(CDNOW)],
    }[module]
    shell = {"reader that has left": '"$@" | true', "full disk": '"$@" > /dev/full', "closed": '"$@" >&-'}
    done = subprocess.run(
        ["sh", "-c", shell[broken], "sh", sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == (2 if broken == "full disk" else 0)
    assert len(done.stderr.splitlines()) == (1 if broken == "full disk" else 0), done.stderr


def test_predict_starts_without_the_rest_of_the_house():
    """A subprocess, since the tests have everything imported already."""
    code = (
        "import sys; from lessons.__main__ import main; "
        f"main('predict bg-nbd --parameters {FOUR} {HISTORY} --horizon 39 --json'.split()); "
        "print([name for name in ('streamlit', 'pandas', 'duckdb', 'lessons.customer_value.btyd.sbg', "
        "'lessons.customer_value.btyd.pareto_nbd') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[1] == "[]"
    assert json.loads(done.stdout.splitlines()[0])["expected_purchases"] == pytest.approx(1.226, abs=5e-4)
    assert done.stderr == ""
