"""What do the topic's pictures look like?  Numbers in, figures and tables in the reader's words out."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import numpy as np
import pandas as pd

from lessons import charts
from lessons.customer_value.btyd import model as btyd
from lessons.customer_value.btyd.fitting import Fit
from lessons.frame import Stage, Text

GREEK = {"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ"}


@functools.lru_cache(maxsize=8)
def six_customers(text: Text) -> pd.DataFrame:
    """Return the six customers as a table in the reader's words."""
    six = btyd.six_customers()
    shown = {
        "customer": six["customer"],
        "x": [text.number(x) for x in six["x"]],
        "recency": [text.number(recency) for recency in six["recency"]],
        "risk": [text.number(risk, 2) if risk else "–" for risk in six["risk"]],
        "silence": [text.number(silence, 2) for silence in six["silence"]],
        "odds_gone": [text.number(odds, 2) for odds in six["odds_gone"]],
        "p_alive": [text.number(p, 3) for p in six["p_alive"]],
        "next_40": [text.number(orders, 2) for orders in six["expected"]],
    }
    return pd.DataFrame({text.label(name): column for name, column in shown.items()})


def tracking(stage: Stage, found: btyd.Forecast, *, unit: str) -> charts.Figure:
    """Draw the repeat orders so far, expected and as they came, with the mark and the learner's prediction."""
    text, per_unit = stage.text, btyd.DAYS_PER_UNIT[unit]
    mark, end = found.mark / per_unit, found.last_day / per_unit
    guess = found.height(stage.guess / 100)
    outcome = max(found.expected[-1], found.actual[-1]) if stage.locked else found.height(1.0)
    top = charts.limit(max(outcome, guess))
    ticks = [(0, "0"), (mark, text.number(mark)), (end, text.number(end))]
    figure = charts.axes(
        charts.blank(),
        x_title=text.label(f"time_{unit}"),
        x_ticks=ticks,
        y_ticks=[(0, "0"), (top / 2, text.short_number(top / 2)), (top, text.short_number(top))],
        x_range=(0, end),
    )
    upright(figure, mark, text.label(f"mark_{unit}", number=text.number(mark)))
    step = max(1, found.last_day // 150)
    days = np.unique([*range(0, found.last_day, step), found.mark, found.last_day])
    charts.curve(figure, x=(days / per_unit).tolist(), y=found.expected[days].tolist(), sign="model")
    # What came stands as dots on the line: two lines that agree would hide each other.
    some = np.linspace(0, found.last_day, 33).astype(int)[1:]
    dots = {"size": 7, "symbol": "circle"}
    came = found.actual[some].tolist()
    charts.points(figure, x=(some / per_unit).tolist(), y=came, sign="reference", marker=dots)
    # The words stand where the learner's line is furthest, and clear of the mark.
    ahead = [found.mark + (found.last_day - found.mark) * part // 100 for part in (60, 72, 84)]
    day = max(ahead, key=lambda day: abs(max(found.expected[day], found.actual[day]) + 0.06 * top - guess))
    above = found.expected[day] >= found.actual[day]
    lines: list[tuple[charts.Sign, str, np.ndarray, bool]] = [
        ("model", "model", found.expected, bool(above)),
        ("reference", "orders_came", found.actual, not above),
    ]
    for sign, word, line, over in lines:
        side, place = ("left" if over else "right"), float(line[day])
        label = text.label(word)
        charts.note(figure, x=day / per_unit, y=place, label=label, sign=sign, above=over, side=side)
    return charts.you(figure, y=guess, label=stage.your_label)


def upright(figure: charts.Figure, x: float, words: str) -> charts.Figure:
    """Draw a thin grey upright line, with words at its top."""
    line = {"color": charts.REFERENCE, "width": 1}
    figure["layout"]["shapes"].append(
        {"type": "line", "x0": x, "x1": x, "yref": "paper", "y0": 0, "y1": 1, "line": line, "layer": "below"}
    )
    low, high = figure["layout"]["yaxis"]["range"]
    start, end = figure["layout"]["xaxis"]["range"]
    x -= 0.01 * (end - start)
    return charts.note(figure, x=x, y=high - 0.1 * (high - low), label=words, sign="reference", side="left")


def groups(text: Text, frame: pd.DataFrame) -> charts.Figure:
    """Draw the share truly alive against P(alive): truth dashed with squares, the model its own diagonal."""
    ticks = percents(text, (0, 0.5, 1))
    figure = charts.axes(
        charts.blank(height=330),
        x_title=text.label("truth_x"),
        x_ticks=ticks,
        y_ticks=ticks,
        x_range=(-0.03, 1.03),
    )
    charts.curve(figure, x=[0, 1], y=[0, 1], sign="model")
    charts.note(figure, x=0.3, y=0.3, label=text.label("model"), side="left")
    charts.curve(figure, x=frame["estimate"].tolist(), y=frame["share"].tolist(), sign="truth")
    marked(figure, "truth", "square")
    middle = frame.iloc[len(frame) * 2 // 3]
    return charts.note(
        figure,
        x=float(middle["estimate"]),
        y=float(middle["share"]),
        label=text.label("truth_word"),
        sign="truth",
        above=False,
        side="right" if middle["estimate"] < 0.75 else "left",
    )


def marked(figure: charts.Figure, name: str, symbol: str) -> charts.Figure:
    """Give a line its points."""
    marker = {"size": 9, "symbol": symbol, "color": charts.TRUTH if name == "truth" else charts.MODEL}
    for trace in figure["data"]:
        if trace["name"] == name:
            trace |= {"mode": "lines+markers", "marker": marker, "cliponaxis": False}
    return figure


def percents(text: Text, shares: Sequence[float]) -> list[tuple[float, str]]:
    """Write shares as ticks; zero is 0."""
    return [(share, text.percent(share) if share else "0") for share in shares]


def pairs(text: Text, frame: pd.DataFrame, *, x_title: str, actual: str, words_left: bool) -> charts.Figure:
    """Draw expected and actual as pairs of bars, by the number of repeat orders (the last holds all above)."""
    top = charts.limit(float(frame[["expected", "actual"]].to_numpy().max()))
    most = int(frame["x"].max())
    x_ticks = [(int(x), f"{x}+" if x == most == 7 else str(x)) for x in frame["x"]]
    figure = charts.axes(
        charts.blank(height=330),
        x_title=text.label(x_title),
        x_ticks=x_ticks,
        y_ticks=[(y, text.number(y, 0 if float(y).is_integer() else 1)) for y in (0, top / 2, top)],
        x_range=(-0.6, most + 0.6),
    )
    charts.bars(figure, x=frame["x"].tolist(), y=frame["actual"].round(4).tolist(), sign="reference")
    charts.bars(figure, x=frame["x"].tolist(), y=frame["expected"].round(4).tolist(), sign="model")
    at, side = (-0.5, "right") if words_left else (most + 0.5, "left")
    charts.note(figure, x=at, y=0.94 * top, label=text.label("model"), side=side)
    return charts.note(figure, x=at, y=0.8 * top, label=text.label(actual), sign="reference", side=side)


def history(text: Text, frame: pd.DataFrame, *, order_times: Sequence[float], mark: float) -> charts.Figure:
    """Draw P(alive) of one customer, the orders as small ticks on the axis, the mark upright."""
    end = float(frame["time"].max())
    figure = charts.axes(
        charts.blank(height=300),
        x_title=text.label("time_axis"),
        x_ticks=[(value, text.number(value)) for value in (0, end / 2, end)],
        y_ticks=percents(text, (0, 0.5, 1)),
        x_range=(0, end),
    )
    if 0 < mark < end:
        upright(figure, mark, text.label("mark"))
    charts.curve(figure, x=frame["time"].tolist(), y=frame["p_alive"].tolist())
    times = [0.0, *order_times]
    ticks = {"symbol": "line-ns-open", "size": 14, "line": {"width": 2}}
    return charts.points(figure, x=times, y=[0] * len(times), sign="reference", marker=ticks)


def ranking(
    text: Text, *, shares: np.ndarray, model: np.ndarray, best: np.ndarray, currency: str, truth: bool
):
    """Draw what the best customers are worth, by how many are chosen: by the model, and with full knowledge."""
    top = charts.limit(float(best.max()))
    figure = charts.axes(
        charts.blank(height=330),
        x_title=text.label("ranked_axis"),
        x_ticks=percents(text, (0, 0.5, 1)),
        y_ticks=[(y, text.short_money(y, currency)) for y in (0, top / 2, top)],
        x_range=(0, 1),
    )
    sign = "truth" if truth else "reference"
    charts.curve(figure, x=shares.tolist(), y=best.tolist(), sign=sign)
    charts.curve(figure, x=shares.tolist(), y=model.tolist())
    at = len(shares) // 5
    word = text.label("by_truth" if truth else "by_hindsight")
    charts.note(figure, x=float(shares[at]), y=float(best[at]), label=word, sign=sign, side="left")
    return charts.note(
        figure,
        x=float(shares[at]),
        y=float(model[at]),
        label=text.label("by_model"),
        above=False,
        side="right",
    )


def precision(text: Text, frame: pd.DataFrame, *, limit: float) -> charts.Figure:
    """Draw the forecast's half-width against the number of customers, on a logarithmic axis."""
    shown = frame.dropna()
    place = np.log10(shown["customers"].to_numpy(dtype=float))
    top = min(charts.limit(float(shown["half_width"].max())), 1.0)
    places = np.log10(frame["customers"].to_numpy(dtype=float))
    figure = charts.axes(
        charts.blank(height=300),
        x_title=text.label("size_axis"),
        x_ticks=[
            (at, text.number(size)) for at, size in zip(places.tolist(), frame["customers"], strict=True)
        ],
        y_ticks=percents(text, (0, top / 2, top)),
        x_range=(float(places.min()) - 0.1, float(places.max()) + 0.1),
    )
    charts.curve(figure, x=[places.min() - 0.1, places.max() + 0.1], y=[limit, limit], sign="reference")
    charts.note(
        figure,
        x=float(places.min()) - 0.08,
        y=limit,
        label=text.label("to_distinguish"),
        sign="reference",
        above=True,
        side="right",
    )
    charts.curve(figure, x=place.tolist(), y=np.minimum(shown["half_width"], top).tolist())
    return marked(figure, "model", "circle")


def parameters_in_words(text: Text, fit: Fit) -> str:
    """Write all parameters with their standard errors in one line."""
    if not fit.converged:
        return text.label("no_optimum")
    written = {
        name: [text.number(value[name], 3) for value in (fit.parameters, fit.standard_errors)]
        for name in fit.parameters
    }
    return " · ".join(
        f"{GREEK.get(name, name)} {value} ({error})" for name, (value, error) in written.items()
    )
