"""What else do these customers say?  Further charts, each behind its own closed heading."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from lessons import frame
from lessons.customer_value.btyd import comparing, densities, drawing, judging
from lessons.customer_value.btyd import model as btyd
from lessons.customer_value.btyd.case import Case, Worth
from lessons.customer_value.btyd.case import value as value_of
from lessons.customer_value.btyd.fitting import Fit

WORLDS, WORLD_CUSTOMERS, WORLD_WEEKS = 40, 1000, 52
# A pace of 80% differs from 100% by two half-widths of 10%; at 25% even a loss of a quarter is lost in the error.
ENOUGH, SOME = 0.10, 0.25


@st.cache_resource(max_entries=16, show_spinner=False)
def worth(key: tuple, _case: Case) -> Worth | None:
    """Value every customer; None where there are no amounts or too few repeat orders."""
    return value_of(_case)


@st.cache_resource(max_entries=2, show_spinner=False)
def recovery(key: str, _scenario: Any) -> judging.Recovery:
    """Seek the planted parameters in fresh worlds; about half a second, once."""
    return judging.recovery(_scenario, worlds=WORLDS, customers=WORLD_CUSTOMERS, weeks=WORLD_WEEKS)


@st.cache_resource(max_entries=8, show_spinner=False)
def all_models(key: tuple, _case: Case) -> tuple[dict[str, tuple[Fit, float]], tuple[Fit, float] | None]:
    """Fit every model to these customers, and BG/BB to their opportunities (None if there are too few)."""
    found, data = _case.found, _case.data
    others = comparing.side_by_side(found.customers, orders_after=found.after, horizon=_case.horizon)
    kept = data.orders[data.orders["customer_id"].isin(found.customers["customer_id"])]
    chances = comparing.opportunities(
        kept, mark=_case.mark, until=data.holdout_until, days_per_opportunity=_case.days
    )
    return others, comparing.fit_bg_bb(chances) if chances["x"].sum() else None


@st.cache_resource(max_entries=8, show_spinner=False)
def precision(key: tuple, _case: Case) -> pd.DataFrame:
    """Refit on 100, 300, 1,000 … customers up to all of them."""
    rows = _case.found.customers
    sizes = [size for size in (100, 300, 1000, 3000, 10_000, 30_000) if size < 0.9 * len(rows)]
    columns = {name: rows[name].to_numpy(dtype=float) for name in ("x", "recency", "age")}
    return judging.precision(**columns, horizon=_case.horizon, sizes=[*sizes, len(rows)], seed=1)


def compare(case: Case) -> None:
    """Show all models side by side: likelihood, error after the mark, parameters."""
    text = case.text
    unit, plural = text.label(f"one_{case.unit}"), text.label(f"many_{case.unit}")
    _say(case, "more_compare", unit=unit, unit_plural=plural)
    others, discrete = all_models(case.key, case)
    listed = [*others.items(), *([("bg_bb", discrete)] if discrete else [])]
    rows = [
        {
            text.label("model_column"): text.label(name),
            text.label("log_likelihood"): text.number(fit.log_likelihood, 1),
            text.label("holdout_error"): case.signed(error),
            text.label("parameter_column"): drawing.parameters_in_words(text, fit),
        }
        for name, (fit, error) in listed
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, key="btyd.compare.table")


def parameters(case: Case) -> None:
    """Show the parameters with standard errors and intervals; the planted ones where a world is known."""
    text, fit = case.text, case.found.fit
    _say(case, "more_parameters")
    planted = case.planted()
    error = dict(zip(fit.parameters, np.sqrt(np.diag(fit.covariance_log)), strict=True))
    rows = []
    for name, value in fit.parameters.items():
        low, high = value * np.exp(-1.96 * error[name]), value * np.exp(1.96 * error[name])
        row = {
            text.label("parameter"): drawing.GREEK.get(name, name),
            text.label("estimate"): text.number(value, 4 if value < 10_000 else 0),
            text.label("standard_error"): text.number(fit.standard_errors[name], 4),
            text.label("interval"): f"{text.number(low, 3)} – {text.number(high, 3)}"
            if error[name] < 5
            else "–",
        }
        if name in planted:
            row[text.label("planted")] = text.number(planted[name], 3)
        rows.append(row)
    st.dataframe(pd.DataFrame(rows), hide_index=True, width="content", key="btyd.parameters.table")
    st.markdown(text.label("log_likelihood_is", value=text.number(fit.log_likelihood, 4)))


def mixing(case: Case) -> None:
    """Show how rates and chances of leaving differ between customers, where the fit says so."""
    text, values = case.text, case.found.fit.parameters
    if not case.found.fit.converged:
        st.markdown(text.label("not_converged"), width=640)
        return
    planted = case.planted()
    _say(case, "more_mixing", truth_note=text.label("planted_note") if planted else "")
    left, right = st.columns(2)
    kinds = [(left, "rate", ("r", "alpha"), text.label("rate_axis", unit=text.label(f"one_{case.unit}")))]
    if "a" in values:
        kinds.append((right, "dropout", ("a", "b"), text.label("dropout_axis")))
    for column, kind, names, title in kinds:
        pair = (values[names[0]], values[names[1]])
        known = (planted[names[0]], planted[names[1]]) if planted else None
        with column:
            _chart(case, densities.mixing(text, kind, pair, known, x_title=title), kind)


def counts(case: Case) -> None:
    """Show how many customers ordered again how often, and how many the model expects."""
    rows = case.found.customers
    _say(case, "more_counts")
    table = btyd.histogram(case.found.model, x=rows["x"].to_numpy(), age=rows["age"].to_numpy())
    _chart(
        case, drawing.pairs(case.text, table, x_title="x_axis", actual="counted", words_left=False), "counts"
    )


def conditional(case: Case) -> None:
    """Show the orders after the mark by those before it."""
    rows = case.found.customers
    _say(case, "more_conditional")
    table = btyd.by_frequency(
        rows["x"].to_numpy(), expected=rows["expected"].to_numpy(), actual=rows["after"].to_numpy()
    )
    _chart(
        case,
        drawing.pairs(case.text, table, x_title="x_axis", actual="orders_came", words_left=True),
        "conditional",
    )


def one_customer(case: Case) -> None:
    """Follow P(alive) of one customer; a few dozen are offered, from seldom to often."""
    text, rows = case.text, case.found.customers
    _say(case, "more_history")
    some = rows[rows["x"] > 0].sort_values("x", kind="stable")
    some = some.iloc[np.unique(np.linspace(0, len(some) - 1, 40).astype(int))]
    key = "btyd.one_customer.pick"
    options = some["customer_id"].tolist()
    if st.session_state.get(key) not in options:
        st.session_state[key] = options[len(options) * 2 // 3]
    picked = st.selectbox(text.label("choose_customer"), options, format_func=str, key=key, width=320)
    at = case.data.orders.loc[case.data.orders["customer_id"] == picked, "ordered_at"].sort_values()
    if case.data.kind != "simulated":
        at = at.dt.normalize().drop_duplicates()
    since = (at - at.iloc[0]) / pd.Timedelta(days=1) / case.days
    age = float(some.loc[some["customer_id"] == picked, "age"].iloc[0])
    end = age + case.horizon
    times = [float(time) for time in since.iloc[1:] if time <= end]
    frame_ = btyd.p_alive_history(case.found.model, order_times=times, until=end)
    _chart(case, drawing.history(text, frame_, order_times=times, mark=age), "one_customer")


def ranking(case: Case) -> None:
    """Show what the best customers by estimated value are worth, and what the ranking costs."""
    text, value = case.text, worth(case.key, case)
    if value is None:
        _say(case, "more_ranking_none")
        return
    spend = value.spend_fit
    _say(
        case,
        "more_ranking",
        spenders=text.number(spend.customers),
        **{
            f"gamma_{letter}": text.number(size, 2 if size < 10_000 else 0)
            for letter, size in zip("pqg", spend.parameters.values(), strict=True)
        },
        gamma_ll=text.number(spend.log_likelihood, 1),
        correlation=text.number(value.correlation, 2),
    )
    key = "btyd.ranking.share"
    st.session_state.setdefault(key, 20)
    share = st.slider(text.label("ranked_share"), 5, 100, step=5, format="%d%%", key=key, width=320) / 100
    ranked = judging.rank(estimate=value.estimate, worth=value.worth)
    count = len(value.worth)
    chosen = max(1, round(share * count))
    lost, best = ranked.lost(chosen), float(ranked.best[chosen])
    known = case.data.truth is not None
    _say(
        case,
        "more_ranking_truth" if known else "more_ranking_real",
        share=text.percent(share),
        chosen=text.number(chosen),
        worth_model=case.money(float(ranked.chosen[chosen])),
        worth_best=case.money(best),
        worth_lost=case.money(lost),
        lost_share=text.percent(lost / best if best else float("nan"), 1),
    )
    places = np.unique(np.linspace(0, count, 101).astype(int))
    if best > 0:
        figure = drawing.ranking(
            text,
            shares=places / count,
            model=ranked.chosen[places],
            best=ranked.best[places],
            currency=case.data.currency,
            truth=known,
        )
        _chart(case, figure, "ranking")


def enough(case: Case) -> None:
    """Show how well the forecast is known, by the number of customers, and say whether that will do."""
    text, table = case.text, precision(case.key, case)
    _say(case, "more_enough")
    width, size = float(table["half_width"].iloc[-1]), int(table["customers"].iloc[-1])
    if table["half_width"].notna().any():
        _chart(case, drawing.precision(text, table, limit=ENOUGH), "enough")
    limits = {"yes": ENOUGH, "some": SOME, "no": np.inf}
    verdict = next((word for word, limit in limits.items() if width <= limit), "none")
    needed = float("nan") if np.isnan(width) else size * (width / ENOUGH) ** 2
    _say(
        case,
        f"more_enough_{verdict}",
        customers=text.number(size),
        width=text.percent(width, 1),
        needed=text.number(round(needed, -2) if needed > 1000 else needed),
    )


FURTHER: dict[str, Callable[[Case], None]] = {
    "compare": compare,
    "parameters": parameters,
    "mixing": mixing,
    "counts": counts,
    "conditional": conditional,
    "one_customer": one_customer,
    "ranking": ranking,
    "enough": enough,
}


def _say(case: Case, section: str, **values: str) -> None:
    st.markdown(case.text.section(section, **values).body, width=640)


def _chart(case: Case, figure: Any, name: str) -> None:
    frame.draw_chart(figure, key=f"btyd.{name}.chart", alt=case.text.label(name))
