"""The command line of lessons: fit a customer-base model to a file, or ask one for its predictions.

Only the module of the named model is imported.
"""

from __future__ import annotations

import argparse
import io
import json
import math
import os
import sys
import time
from importlib import import_module
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    import pandas as pd

PARAMETERS = {
    "nbd": ("r", "alpha"),
    "pareto-nbd": ("r", "alpha", "s", "beta"),
    "bg-nbd": ("r", "alpha", "a", "b"),
    "mbg-nbd": ("r", "alpha", "a", "b"),
    "bg-bb": ("alpha", "beta", "gamma", "delta"),
    "gamma-gamma": ("p", "q", "gamma"),
    "sbg": ("alpha", "beta"),
}
MODELS = "models and their parameters:\n" + "\n".join(
    f"  {model:<12} {', '.join(names)}" for model, names in PARAMETERS.items()
)
ALSO = {
    "x": ("x", "frequency"),
    "recency": ("recency", "t_x"),
    "age": ("age", "t", "t_cal"),
    "n": ("n", "n_cal", "age", "t", "periods"),
    "weight": ("weight", "weights", "custs"),
    "mean_spend": ("mean_spend", "monetary_value"),
    "survivors": ("survivors",),
}
MOST = 1e12  # beyond it, rounding eats the digits
MOST_OCCASIONS = 100_000  # bg-bb sums over each
FIT_EXAMPLES = """
FILE is CSV, XLSX or Parquet: a transaction log (one purchase a row), or a summary with one customer a row and the
columns x, recency, age[, weight][, mean_spend], also named frequency, t_x, T, monetary_value. For bg-bb the
columns are x, recency, n[, weight]; for sbg one column survivors, first row the starting cohort.

examples:
  python -m lessons fit bg-nbd datasets/real/cdnow_sample.csv --until 1997-09-30 --unit week --json
  python -m lessons fit gamma-gamma summary.csv
  python -m lessons fit pareto-nbd orders.xlsx --customer Kunde --date Datum --amount Betrag --date-order dmy
"""
PREDICT_EXAMPLES = """
Times are in the unit in which the model was fitted. Without --x, --recency and --age it is about a new customer. For
bg-bb, p_alive is for the next occasion, as in the literature; p_alive_now is for the last one seen.

examples:
  python -m lessons predict bg-nbd --parameters r=.243,alpha=4.414,a=.793,b=2.426 \\
      --x 2 --recency 30.43 --age 38.86 --horizon 39 --pmf 3 --json
  python -m lessons predict bg-bb --parameters alpha=1.204,beta=.75,gamma=.657,delta=2.783 \\
      --x 4 --recency 5 --n 6 --horizon 10
  python -m lessons predict gamma-gamma --parameters p=6.25,q=3.74,gamma=15.44 --x 2 --mean-spend 22.35
  python -m lessons predict sbg --parameters alpha=.668,beta=3.806 --periods 12
"""


class BadInput(ValueError):
    """Bad input: its text is the one message that the user gets."""


class Parser(argparse.ArgumentParser):
    """Says in one line what is wrong, without the usage in front."""

    def error(self, message: str) -> NoReturn:
        """Leave with status 2."""
        self.exit(2, f"{self.prog}: {printable(message)}. See --help.\n")


def main(arguments: list[str] | None = None) -> int:
    """Run one subcommand. Returns the exit status: 0, or 2 for bad input."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # where a terminal cannot show a character
    parser = Parser(prog="python -m lessons", description="Fit customer-base models, and predict with them.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    style: dict[str, Any] = {"formatter_class": argparse.RawDescriptionHelpFormatter, "allow_abbrev": False}

    fit = commands.add_parser(
        "fit", help="fit a model to a file", description=MODELS, epilog=FIT_EXAMPLES, **style
    )
    fit.add_argument("model", metavar="MODEL", choices=PARAMETERS, help="one of the models above")
    fit.add_argument("file", metavar="FILE", help="transaction log or summary")
    fit.add_argument("--until", metavar="DATE", help="last day of a log that counts (default: its last date)")
    fit.add_argument(
        "--unit",
        choices=("day", "week", "month", "year"),
        default="week",
        help="unit of time (default: week)",
    )
    fit.add_argument("--customer", metavar="COL", help="column of a log that says who (default: a guess)")
    fit.add_argument("--date", metavar="COL", help="column of a log that says when (default: a guess)")
    fit.add_argument("--amount", metavar="COL", help="column of a log that says how much (default: a guess)")
    fit.add_argument(
        "--date-order", choices=("dmy", "mdy", "ymd"), help="how 03/05/24 is meant (default: a guess)"
    )
    fit.set_defaults(run=run_fit)

    predict = commands.add_parser(
        "predict", help="predict with given parameters", description=MODELS, epilog=PREDICT_EXAMPLES, **style
    )
    predict.add_argument("model", metavar="MODEL", choices=PARAMETERS, help="one of the models above")
    predict.add_argument(
        "--parameters", required=True, metavar="NAME=VALUE,…", help="all the model's parameters"
    )
    for name, text in {
        "--x": "repeat purchases so far",
        "--recency": "time from the first purchase to the last",
        "--age": "time from the first purchase until now",
        "--n": "occasions so far (bg-bb, in place of --age)",
        "--horizon": "time to look ahead; for bg-bb, occasions",
        "--pmf": "also P(a new customer makes N repeat purchases within the horizon)",
        "--mean-spend": "mean amount of the repeat purchases (gamma-gamma)",
        "--periods": "renewals so far (sbg)",
    }.items():
        predict.add_argument(name, type=float, metavar="N" if name == "--pmf" else name[2].upper(), help=text)
    predict.set_defaults(run=run_predict)
    for command in (fit, predict):
        command.add_argument("--json", action="store_true", help="print JSON with unrounded numbers")

    args = parser.parse_args(arguments)
    try:
        result = args.run(args)
        if args.json:
            print(json.dumps(result, allow_nan=False))
        else:
            print_table(result)
        if sys.stdout:  # None where the caller has closed it
            sys.stdout.flush()
        return 0
    except ValueError as error:  # BadInput, the files' own BadFile, or a model's refusal
        message = str(error)
    except MemoryError:
        message = "There is not enough memory for this: take fewer rows."
    except KeyboardInterrupt:
        return 130
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python tries to print once more
        if isinstance(error, BrokenPipeError):  # the reader (head, less) has had enough
            return 0
        message = f"The result could not be printed ({error.strerror or error})."
    tell(f"python -m lessons {args.command}: {' '.join(message.split())}")
    return 2


# ---- fit


def run_fit(args: argparse.Namespace) -> dict[str, Any]:
    """Read the file, fit the model, and return what is printed."""
    module = load(args.model)
    columns = read_columns(args)
    started = time.perf_counter()
    found = module.fit(**columns)
    seconds = time.perf_counter() - started
    if args.model == "gamma-gamma" and (
        free := int(((columns["x"] > 0) & (columns["mean_spend"] == 0)).sum())
    ):
        tell(f"Left out, since their repeat purchases cost nothing: {free:,} customers.")
    if not found.converged:
        tell(f"Not converged. {found.message}")
    return {
        "model": args.model,
        "parameters": {name: number(value) for name, value in found.parameters.items()},
        "standard_errors": {name: number(value) for name, value in found.standard_errors.items()},
        "log_likelihood": number(found.log_likelihood),
        "customers": found.customers,
        "converged": found.converged,
        "message": found.message,
        "iterations": found.iterations,
        "seconds": seconds,
    }


def read_columns(args: argparse.Namespace) -> dict[str, Any]:
    """The columns that the model is fitted to, from a summary or a log; what is left out is told on stderr."""
    from datasets import uploads

    flags = [name for name in ("customer", "date", "amount", "date_order") if getattr(args, name) is not None]
    if args.model == "sbg":
        table = uploads.table(args.file)
        if "survivors" not in (names := named_columns(table, ["survivors"])):
            raise BadInput(
                f"{args.file} has no column survivors; sbg needs one, its first row the starting cohort."
            )
        return {"survivors": whole_column(table[names["survivors"]])}
    wanted = ["x", "mean_spend"] if args.model == "gamma-gamma" else ["x", "recency", "age"]
    wanted = ["x", "recency", "n"] if args.model == "bg-bb" else wanted
    if not flags and (table := summary_table(args.file, wanted, args.model)) is not None:
        if args.until:
            tell("This is a summary: --until was not used.")
        return read_summary(table, wanted)
    if args.model == "bg-bb":
        raise BadInput(
            "bg-bb needs a summary with the columns x, recency and n: a log does not say what the occasions were."
        )
    return read_log(args)


def summary_table(file: str, wanted: list[str], model: str) -> pd.DataFrame | None:
    """The file as a table of texts if its columns are those of a summary, else None."""
    from datasets import uploads

    try:
        header = list(uploads.look(file).names)
    except uploads.BadFile as error:
        if error.reason != "summary":
            raise
        table = uploads.table(file)
        missing = [name for name in wanted if name not in named_columns(table, wanted)]
        if missing and not (model == "nbd" and missing == ["recency"]):
            raise BadInput(
                f"{file} looks like a summary, but {model} also needs a column {' and '.join(missing)}."
            ) from None
        return table
    import pandas as pd

    found = named_columns(pd.DataFrame(columns=header), wanted)
    return uploads.table(file) if set(wanted) <= set(found) else None


def named_columns(table: pd.DataFrame, wanted: list[str]) -> dict[str, str]:
    """Our name → the table's, in any case, by the first of the names that we know which occurs."""
    by_key = {
        str(name).strip().lower().replace(".", "_").replace(" ", "_"): name
        for name in reversed(table.columns)
    }
    found = {name: [by_key[key] for key in ALSO[name] if key in by_key] for name in [*wanted, "weight"]}
    return {name: columns[0] for name, columns in found.items() if columns}


def read_summary(table: pd.DataFrame, wanted: list[str]) -> dict[str, Any]:
    """Columns of good rows; the other rows are told on stderr."""
    import numpy as np
    import pandas as pd

    names = named_columns(table, wanted)
    data = {name: pd.to_numeric(table[column].str.strip(), errors="coerce") for name, column in names.items()}
    if "mean_spend" in data:  # plays no part, and may be missing, where nothing was bought again
        data["mean_spend"] = data["mean_spend"].where(data["x"] != 0, 0.0)
    reasons = pd.Series("", index=table.index)

    def refuse(bad: Any, why: str) -> None:
        reasons[bad & (reasons == "")] = why

    for name, values in data.items():
        refuse(~((values >= 0) & (values <= MOST)), f"{name} is no number from 0 to {MOST:g}")
        if name in ("x", "n") or ("n" in wanted and name == "recency"):
            refuse(values != np.floor(values), f"{name} is no whole number")
    if "recency" in data:
        age = "n" if "n" in wanted else "age"
        refuse(data["recency"] > data[age], f"recency lies beyond {age}")
        refuse((data["x"] == 0) & (data["recency"] > 0), "recency is not 0 though x is 0")
    if "n" in wanted:
        refuse(data["x"] > data["recency"], "x is more than recency")
        refuse(data["n"] > MOST_OCCASIONS, f"n is above {MOST_OCCASIONS:,}")
    bad = reasons[reasons != ""]
    if len(bad):
        some = "; ".join(f"row {row}: {why}" for row, why in bad.iloc[:3].items())
        some += f"; and {len(bad) - 3:,} more" if len(bad) > 3 else ""
        if len(bad) == len(table):
            raise BadInput(f"No row of the file can be used ({some}).")
        tell(f"{len(bad):,} of {len(table):,} rows were left out ({some}).")
    return {"age" if name == "n" else name: values[reasons == ""].to_numpy() for name, values in data.items()}


def whole_column(texts: pd.Series) -> Any:
    """A column in which every row counts, as numbers."""
    import pandas as pd

    numbers = pd.to_numeric(texts.str.strip(), errors="coerce")
    numbers = numbers.where(numbers <= MOST)
    if numbers.isna().any():
        row = numbers.index[numbers.isna()][0]
        raise BadInput(f"Row {row} has no number for {texts.name}, but {texts[row]!r}.")
    return numbers.to_numpy()


def read_log(args: argparse.Namespace) -> dict[str, Any]:
    """Columns of a transaction log's summary; rejected rows are told on stderr."""
    from datasets import summaries, uploads

    chosen = {
        name: getattr(args, name)
        for name in ("customer", "date", "amount")
        if getattr(args, name) is not None
    }
    log = uploads.read(args.file, columns=chosen, date_order=args.date_order)
    if len(log.rejects):
        counts = log.rejects["reason"].value_counts()
        why = ", ".join(f"{str(reason).replace('_', ' ')}: {count:,}" for reason, count in counts.items())
        if not len(log.good):
            raise BadInput(f"No row of the file can be used ({why}).")
        tell(f"{len(log.rejects):,} of {log.rows:,} rows were left out ({why}).")
    if log.date_order_ambiguous:
        tell(f"Dates were read as {log.date_order}; if that is wrong, say --date-order.")
    until = log.good["ordered_at"].max().date().isoformat() if args.until is None else args.until
    summary = summaries.recency_frequency(log.good, until=until, unit=args.unit)
    if not len(summary):
        raise BadInput(f"Nobody bought on or before {until}, the day given with --until.")
    if args.model != "gamma-gamma":
        return {name: summary[name].to_numpy() for name in ("x", "recency", "age")}
    if log.columns.amount is None:
        raise BadInput("The file has no amounts, which gamma-gamma needs: name their column with --amount.")
    return {name: summary[name].to_numpy() for name in ("x", "mean_spend")}


# ---- predict


def run_predict(args: argparse.Namespace) -> dict[str, Any]:
    """Return what the model predicts."""
    module = load(args.model)
    kind = getattr(module, "".join(part.capitalize() for part in args.model.split("-")))
    model = kind(**read_parameters(args.model, args.parameters))
    given = {
        name: value
        for name in ("x", "recency", "age", "n", "horizon", "pmf", "mean_spend", "periods")
        if (value := getattr(args, name)) is not None
    }
    for name, value in given.items():
        if MOST < abs(value) < math.inf:
            raise BadInput(f"--{name.replace('_', '-')} is {value:g}: numbers up to {MOST:g} can be used.")
    if args.model == "gamma-gamma":
        only(
            args.model,
            given,
            needs=("x",) if given.get("x") == 0 else ("x", "mean_spend"),
            may=("mean_spend",),
        )
        spend = number(model.expected_spend(x=given["x"], mean_spend=given.get("mean_spend", 0.0)))
        if spend is None:
            tell("The expected spend is infinite: with p·x + q ≤ 1 the model has no mean.")
        return {"expected_spend": spend}
    if args.model == "sbg":
        only(args.model, given, needs=("periods",))
        return {"survival": float(model.survival(periods=given["periods"]))}
    age = "n" if args.model == "bg-bb" else "age"
    new = not {"x", "recency", age} & set(given)
    needs = ["horizon"] if new else ["x", age, "horizon"]
    needs += ["recency"] if given.get("x", 0) > 0 and args.model != "nbd" else []
    only(args.model, given, needs=needs, may=("recency", "pmf"))
    history = {"x": given.get("x", 0.0), "recency": given.get("recency", 0.0), "age": given.get(age, 0.0)}
    result = {
        "p_alive": model.p_alive(**history),
        "expected_purchases": model.expected_purchases(**history, horizon=given["horizon"]),
    }
    if args.model == "bg-bb":
        result["p_alive_now"] = model.p_alive(**history, ahead=0)
    if "pmf" in given:
        result["pmf"] = model.pmf(n=given["pmf"], age=given["horizon"])
    return {name: float(value) for name, value in result.items()}


def read_parameters(model: str, text: str) -> dict[str, float]:
    """`r=.243,alpha=4.414` → numbers, exactly the model's."""
    names, found = PARAMETERS[model], {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        name, _, value = (piece.strip() for piece in part.partition("="))
        if name not in names:
            raise BadInput(f"{model} has no parameter {name!r}: its parameters are {', '.join(names)}.")
        if name in found:
            raise BadInput(f"Parameter {name} is given twice.")
        try:
            found[name] = float(value)
        except ValueError:
            raise BadInput(f"Parameter {name} needs a number, not {value!r}.") from None
        if 0 < found[name] < 1 / MOST or MOST < found[name] < math.inf:
            raise BadInput(
                f"Parameter {name} is {value}: numbers between {1 / MOST:g} and {MOST:g} can be used."
            )
    if missing := [name for name in names if name not in found]:
        raise BadInput(f"{model} also needs {' and '.join(missing)}: its parameters are {', '.join(names)}.")
    return found


def only(model: str, given: dict[str, float], *, needs: Any, may: tuple[str, ...] = ()) -> None:
    """Refuse what the model does not take, and ask for what it needs."""
    for name in given:
        if name not in (*needs, *may):
            raise BadInput(f"predict {model} takes no --{name.replace('_', '-')}.")
    if missing := [f"--{name.replace('_', '-')}" for name in needs if name not in given]:
        raise BadInput(f"predict {model} also needs {' and '.join(missing)}.")


# ---- both


def load(model: str) -> Any:
    """The module of a model, and no other."""
    return import_module("lessons.customer_value.btyd." + model.replace("-", "_"))


def number(value: Any) -> float | None:
    """A plain float; None where there is no finite one."""
    return float(value) if math.isfinite(value) else None


def tell(text: str) -> None:
    """A note beside the result."""
    print(printable(text), file=sys.stderr)


def printable(text: str) -> str:
    """Text from a file or a name without what could move a terminal's cursor."""
    return "".join(
        character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text
    )


def print_table(result: dict[str, Any]) -> None:
    """A small table to read."""
    for name, value in result.items():
        if name == "parameters":
            print(f"{'parameter':<12} {'estimate':>14} {'standard error':>16}")
            for parameter, estimate in value.items():
                error = result["standard_errors"][parameter]
                print(f"{parameter:<12} {estimate:>14.6g} {'–' if error is None else f'{error:.4g}':>16}")
        elif name != "standard_errors" and value != "":
            shown = "yes" if value is True else "no" if value is False else "–" if value is None else value
            print(f"{name:<20} {f'{shown:.10g}' if isinstance(shown, float) else shown}")


if __name__ == "__main__":
    sys.exit(main())
