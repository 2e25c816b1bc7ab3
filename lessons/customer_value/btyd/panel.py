"""What was true?  The world's truth beside the estimate, or, where no truth is known, the held-out orders."""

from __future__ import annotations

from lessons.customer_value.btyd import drawing, judging
from lessons.customer_value.btyd import model as btyd
from lessons.customer_value.btyd.case import Case, Worth
from lessons.frame import Stage

BEST = 0.2


def held_out(stage: Stage, case: Case, value: Worth | None) -> None:
    """Fill the panel for real customers: orders after the mark by orders before it, and what a ranking brought."""
    text, rows = case.text, case.found.customers
    table = btyd.by_frequency(
        rows["x"].to_numpy(), expected=rows["expected"].to_numpy(), actual=rows["after"].to_numpy()
    )
    chart = drawing.pairs(text, table, x_title="real_x", actual="orders_came", words_left=True)
    known = {
        "orders_expected": text.number(case.found.expected_after),
        "orders_came": text.number(case.found.after),
    }
    if value is None or not value.worth.sum():
        stage.truth(section="truth_real_orders", heading="real_chart", chart=chart, values=known)
        return
    chosen = max(1, round(BEST * len(rows)))
    ranked = judging.rank(estimate=value.estimate, worth=value.worth)
    by_model, best = (text.percent(line[chosen] / ranked.best[-1]) for line in (ranked.chosen, ranked.best))
    stage.truth(
        section="truth_real",
        heading="real_chart",
        chart=chart,
        figures={"gain": by_model, "hindsight": best},
        values=known | {"chosen": text.number(chosen), "share_model": by_model, "share_best": best},
    )


def known_truth(stage: Stage, case: Case, value: Worth, worlds: judging.Recovery) -> None:
    """Fill the panel for a synthetic world: who was alive, what the ranking cost, what fresh worlds say."""
    text, rows, alive = case.text, case.found.customers, case.truly_alive()
    chosen = max(1, round(BEST * len(rows)))
    ranked = judging.rank(estimate=value.estimate, worth=value.worth)
    lost, share = case.money(ranked.lost(chosen)), text.percent(float(alive.mean()))
    stage.truth(
        heading="truth_chart",
        chart=drawing.groups(text, judging.alive_by_estimate(rows["p_alive"].to_numpy(), alive=alive)),
        figures={"alive": text.percent(rows["p_alive"].mean()), "truth_alive": share, "lost": lost},
        values={
            "alive_true": share,
            "chosen": text.number(chosen),
            "worth_model": case.money(float(ranked.chosen[chosen])),
            "worth_best": case.money(float(ranked.best[chosen])),
            "worth_lost": lost,
            "worlds": text.number(worlds.worlds),
            "world_customers": text.number(worlds.customers),
            "covered": text.number(worlds.covered),
            "intervals": text.number(worlds.intervals),
            "bias_rate": case.signed(worlds.bias["rate"]),
            "bias_dropout": case.signed(worlds.bias["dropout"]),
        },
    )
