"""What else do these customers say?  The truth panel, and the further charts behind their closed headings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from lessons import frame
from lessons.customer_value.btyd import comparing, drawing, judging
from lessons.customer_value.btyd import model as btyd
from lessons.customer_value.btyd.fitting import Fit
from lessons.frame import Data, Stage, Text
from lessons.frame.data import purchases, true_expected_orders

WORLDS, WORLD_CUSTOMERS, WORLD_WEEKS = 40, 1000, 52
BEST = 0.2
# A pace of 80% differs from 100% by two half-widths of 10%; at 25% even a loss of a quarter is lost in the error.
ENOUGH, SOME = 0.10, 0.25


@dataclass(frozen=True, kw_only=True)
class Worth:
    """Every customer's value after the mark: `estimate` by the model, `worth` as it was, in units of money.

    `worth` is the true expectation where the world is known, and what was spent where it is not.
    """

    spend_fit: Fit
    spend: np.ndarray
    estimate: np.ndarray
    worth: np.ndarray
    correlation: float


@st.cache_resource(max_entries=16, show_spinner=False)
def worth(key: tuple, _case: Case) -> Worth | None:
    """Value every customer; None where there are no amounts or too few repeat orders."""
    data, rows = _case.data, _case.found.customers
    if rows["mean_spend"].isna().any():
        return None
    x, mean_spend = rows["x"].to_numpy(dtype=float), rows["mean_spend"].to_numpy(dtype=float)
    try:
        fit, spend = judging.expected_spend(x=x, mean_spend=mean_spend)
    except ValueError:
        return None
    if data.truth is not None:
        weeks = (_case.found.last_day - _case.found.mark) / 7
        orders = true_expected_orders(data, day=_case.mark, weeks=weeks)
        value = (orders * data.truth["mean_spend_cents"] / 100).loc[rows["customer_id"]].to_numpy()
    else:
        after = purchases(data, since=_case.mark, until=data.holdout_until)
        value = rows["customer_id"].map(after["spend"]).fillna(0.0).to_numpy()
    again = (x > 0) & (mean_spend > 0)
    return Worth(
        spend_fit=fit,
        spend=spend,
        estimate=rows["expected"].to_numpy() * spend,
        worth=value,
        correlation=float(np.corrcoef(x[again], mean_spend[again])[0, 1]),
    )


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


@dataclass(frozen=True, kw_only=True)
class Case:
    """One forecast in its setting: the data, the mark, the unit of time, and the reader's words."""

    text: Text
    data: Data
    found: btyd.Forecast
    mark: date
    unit: str
    part: int

    @property
    def key(self) -> tuple:
        """What names this case in a cache."""
        return (self.data.key, self.mark, self.unit, self.part, self.found.fit.model)

    @property
    def days(self) -> float:
        """Days in the unit of time."""
        return btyd.DAYS_PER_UNIT[self.unit]

    @property
    def horizon(self) -> float:
        """Time after the mark, in the unit."""
        return (self.found.last_day - self.found.mark) / self.days

    def truly_alive(self) -> np.ndarray:
        """Return 1 for each customer who was still one at the end of the mark's day, else 0."""
        assert self.data.truth is not None
        left = self.data.truth.loc[self.found.customers["customer_id"], "left_at"]
        evening = pd.Timestamp(self.mark) + pd.Timedelta(days=1)
        return (left.isna() | (left >= evening)).to_numpy().astype(int)

    def further(self) -> list[tuple[str, Callable[[], None]]]:
        """Return the further charts: the heading's label, and what draws it."""
        return [
            ("compare", self.compare),
            ("parameters", self.parameters),
            ("mixing", self.mixing),
            ("counts", self.counts),
            ("conditional", self.conditional),
            ("one_customer", self.one_customer),
            ("ranking", self.ranking),
            ("enough", self.enough),
        ]

    # ---- the truth panel

    def truth(self, stage: Stage) -> None:
        """Fill the truth panel: the world's truth, or the held-out orders."""
        text, rows, value = self.text, self.found.customers, worth(self.key, self)
        chosen = max(1, round(BEST * len(rows)))
        if self.data.truth is None:
            known = dict(
                orders_expected=text.number(self.found.expected_after), orders_came=text.number(self.found.after)
            )
            table = btyd.by_frequency(
                rows["x"].to_numpy(), expected=rows["expected"].to_numpy(), actual=rows["after"].to_numpy()
            )
            chart = drawing.pairs(text, table, x_title="real_x", words_left=True, digits=1)
            if value is None or not value.worth.sum():
                stage.truth(section="truth_real_orders", heading="real_chart", chart=chart, values=known)
                return
            ranked = judging.rank(estimate=value.estimate, worth=value.worth)
            shares = [text.percent(line[chosen] / ranked.best[-1]) for line in (ranked.chosen, ranked.best)]
            stage.truth(
                section="truth_real",
                heading="real_chart",
                chart=chart,
                figures={"gain": shares[0], "hindsight": shares[1]},
                values=known
                | dict(chosen=text.number(chosen), share_model=shares[0], share_best=shares[1]),
            )
            return
        assert value is not None, "a synthetic world has amounts"
        alive = self.truly_alive()
        ranked = judging.rank(estimate=value.estimate, worth=value.worth)
        worlds = recovery(self.data.scenario.name, self.data.scenario)
        lost, share = self._money(ranked.lost(chosen)), text.percent(float(alive.mean()))
        stage.truth(
            heading="truth_chart",
            chart=drawing.groups(text, judging.alive_by_estimate(rows["p_alive"].to_numpy(), alive=alive)),
            figures={"alive": text.percent(rows["p_alive"].mean()), "truth_alive": share, "lost": lost},
            values=dict(
                alive_true=share,
                chosen=text.number(chosen),
                worth_model=self._money(float(ranked.chosen[chosen])),
                worth_best=self._money(float(ranked.best[chosen])),
                worth_lost=lost,
                worlds=text.number(worlds.worlds),
                world_customers=text.number(WORLD_CUSTOMERS),
                covered=text.number(worlds.covered),
                intervals=text.number(worlds.intervals),
                bias_rate=self._signed(worlds.bias["rate"]),
                bias_dropout=self._signed(worlds.bias["dropout"]),
            ),
        )

    def _money(self, amount: float) -> str:
        return self.text.short_money(amount, self.data.currency)

    def _signed(self, share: float) -> str:
        return ("+" if share >= 0 else "") + self.text.percent(share, 1)

    # ---- the further charts; each runs only while its heading is open

    def compare(self) -> None:
        """Show all models side by side: likelihood, error after the mark, parameters."""
        text = self.text
        unit, plural = text.label(f"one_{self.unit}"), text.label(f"many_{self.unit}")
        self._say("more_compare", unit=unit, unit_plural=plural)
        others, discrete = all_models(self.key, self)
        listed = [*others.items(), *([("bg_bb", discrete)] if discrete else [])]
        rows = [
            {
                text.label("model_column"): text.label(name),
                text.label("log_likelihood"): text.number(fit.log_likelihood, 1),
                text.label("holdout_error"): self._signed(error) if error == error else "–",
                text.label("parameter_column"): " · ".join(
                    f"{_GREEK.get(parameter, parameter)} {text.number(value, 3)}"
                    f" ({text.number(fit.standard_errors[parameter], 3)})"
                    for parameter, value in fit.parameters.items()
                )
                if fit.converged
                else text.label("no_optimum"),
            }
            for name, (fit, error) in listed
        ]
        st.dataframe(pd.DataFrame(rows), hide_index=True, key="btyd.compare.table")

    def parameters(self) -> None:
        """Show the parameters with standard errors and intervals; the planted ones where a world is known."""
        text, fit = self.text, self.found.fit
        self._say("more_parameters")
        planted = self._planted() if self.data.scenario is not None else {}
        error = dict(zip(fit.parameters, np.sqrt(np.diag(fit.covariance_log)), strict=True))
        rows = []
        for name, value in fit.parameters.items():
            low, high = value * np.exp(-1.96 * error[name]), value * np.exp(1.96 * error[name])
            row = {
                text.label("parameter"): _GREEK.get(name, name),
                text.label("estimate"): text.number(value, 4),
                text.label("standard_error"): text.number(fit.standard_errors[name], 4),
                text.label("interval"): f"{text.number(low, 3)} – {text.number(high, 3)}",
            }
            if name in planted:
                row[text.label("planted")] = text.number(planted[name], 3)
            rows.append(row)
        st.dataframe(pd.DataFrame(rows), hide_index=True, width="content", key="btyd.parameters.table")
        st.markdown(f"{text.label('log_likelihood')}: {text.number(fit.log_likelihood, 4)}")

    def _planted(self) -> dict[str, float]:
        scenario = self.data.scenario
        per_unit = 7 / self.days
        return {"r": scenario.r, "alpha": scenario.alpha_weeks * per_unit, "a": scenario.a, "b": scenario.b}

    def mixing(self) -> None:
        """Show how rates and chances of leaving differ between customers."""
        text, values = self.text, self.found.fit.parameters
        planted = self._planted() if self.data.scenario is not None else {}
        self._say("more_mixing", truth_note=text.label("planted_note") if planted else "")
        left, right = st.columns(2)
        kinds = [(left, "rate", ("r", "alpha"), text.label("rate_axis", unit=text.label(f"one_{self.unit}")))]
        if "a" in values:
            kinds.append((right, "dropout", ("a", "b"), text.label("dropout_axis")))
        for column, kind, names, title in kinds:
            pair = (values[names[0]], values[names[1]])
            known = (planted[names[0]], planted[names[1]]) if planted else None
            with column:
                self._chart(drawing.mixing(text, kind, pair, known, x_title=title), kind)

    def counts(self) -> None:
        """Show how many customers ordered again how often, and how many the model expects."""
        rows = self.found.customers
        self._say("more_counts")
        table = btyd.histogram(self.found.model, x=rows["x"].to_numpy(), age=rows["age"].to_numpy())
        self._chart(drawing.pairs(self.text, table, x_title="x_axis", words_left=False), "counts")

    def conditional(self) -> None:
        """Show the orders after the mark by those before it."""
        rows = self.found.customers
        self._say("more_conditional")
        table = btyd.by_frequency(
            rows["x"].to_numpy(), expected=rows["expected"].to_numpy(), actual=rows["after"].to_numpy()
        )
        self._chart(
            drawing.pairs(self.text, table, x_title="x_axis", words_left=True, digits=1), "conditional"
        )

    def one_customer(self) -> None:
        """Follow P(alive) of one customer; a few dozen are offered, from seldom to often."""
        text, rows = self.text, self.found.customers
        self._say("more_history")
        some = rows[rows["x"] > 0].sort_values("x", kind="stable")
        some = some.iloc[np.unique(np.linspace(0, len(some) - 1, 40).astype(int))]
        key = "btyd.one_customer.pick"
        options = some["customer_id"].tolist()
        if st.session_state.get(key) not in options:
            st.session_state[key] = options[len(options) * 2 // 3]
        picked = st.selectbox(text.label("choose_customer"), options, format_func=str, key=key, width=320)
        at = self.data.orders.loc[self.data.orders["customer_id"] == picked, "ordered_at"].sort_values()
        if self.data.kind != "simulated":
            at = at.dt.normalize().drop_duplicates()
        since = (at - at.iloc[0]) / pd.Timedelta(days=1) / self.days
        age = float(some.loc[some["customer_id"] == picked, "age"].iloc[0])
        end = age + self.horizon
        times = [float(time) for time in since.iloc[1:] if time <= end]
        frame_ = btyd.p_alive_history(self.found.model, order_times=times, until=end)
        self._chart(drawing.history(text, frame_, order_times=times, mark=age), "one_customer")

    def ranking(self) -> None:
        """Show what the best customers by estimated value are worth, and what the ranking costs."""
        text, value = self.text, worth(self.key, self)
        if value is None:
            self._say("more_ranking_none")
            return
        spend = value.spend_fit
        self._say(
            "more_ranking",
            spenders=text.number(spend.customers),
            gamma_p=text.number(spend.parameters["p"], 2),
            gamma_q=text.number(spend.parameters["q"], 2),
            gamma_g=text.number(spend.parameters["gamma"], 2),
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
        known = self.data.truth is not None
        self._say(
            "more_ranking_truth" if known else "more_ranking_real",
            share=text.percent(share),
            chosen=text.number(chosen),
            worth_model=self._money(float(ranked.chosen[chosen])),
            worth_best=self._money(best),
            worth_lost=self._money(lost),
            lost_share=text.percent(lost / best if best else float("nan"), 1),
        )
        places = np.unique(np.linspace(0, count, 101).astype(int))
        if best > 0:
            figure = drawing.ranking(
                text,
                shares=places / count,
                model=ranked.chosen[places],
                best=ranked.best[places],
                currency=self.data.currency,
                truth=known,
            )
            self._chart(figure, "ranking")

    def enough(self) -> None:
        """Show how well the forecast is known, by the number of customers, and say whether that will do."""
        text, table = self.text, precision(self.key, self)
        self._say("more_enough")
        width, size = float(table["half_width"].iloc[-1]), int(table["customers"].iloc[-1])
        if table["half_width"].notna().any():
            self._chart(drawing.precision(text, table, limit=ENOUGH), "enough")
        if np.isnan(width):
            verdict = "none"
        else:
            verdict = "yes" if width <= ENOUGH else "some" if width <= SOME else "no"
        needed = float("nan") if np.isnan(width) else size * (width / ENOUGH) ** 2
        self._say(
            f"more_enough_{verdict}",
            customers=text.number(size),
            width=text.percent(width, 1),
            needed=text.number(round(needed, -2) if needed > 1000 else needed),
        )

    def _say(self, section: str, **values: str) -> None:
        st.markdown(self.text.section(section, **values).body, width=640)

    def _chart(self, figure: Any, name: str) -> None:
        frame.draw_chart(figure, key=f"btyd.{name}.chart", alt=self.text.label(name))


_GREEK = {"alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ"}
