"""The truth panel: what a free tin brings by the chain, and what it brings the households who get it."""

from __future__ import annotations

from lessons import charts
from lessons.frame import Stage
from lessons.loyalty.brand_switching.lived import MONTHS, Judgement, Panel


def draw(stage: Stage, panel: Panel, found: Judgement, *, town: str, tin: float, margin: float) -> None:
    """Share buying Harbour Tea after a free tin: the chain, the truth, and without the tin; and the money."""
    text, currency = stage.text, stage.data.currency
    months = list(range(1, MONTHS + 1))
    # Lines close to each other need the room for their words.
    top = 3 if max(found.model.max(), found.truth.max(), found.without.max()) < 0.75 else 4
    shares = (0, 0.25, 0.5, 0.75, 1)[: top + 1]
    figure = charts.axes(
        charts.blank(height=330),
        x_title=text.label("after_axis"),
        x_ticks=[(month, text.number(month)) for month in (1, 4, 8, 12)],
        y_ticks=[(share, text.percent(share) if share else "0") for share in shares],
    )
    charts.curve(figure, x=months, y=found.without, sign="reference")
    charts.note(
        figure,
        x=12,
        y=found.without[-1],
        label=text.label("without"),
        sign="reference",
        above=False,
        side="left",
    )
    charts.curve(figure, x=months, y=found.model)
    charts.point(figure, x=3, y=found.model[2], label=text.label("chain"), side="right")
    charts.curve(figure, x=months, y=found.truth, sign="truth")
    # Where both agree, the truth's word goes below the lines.
    close = abs(found.truth[2] - found.model[2]) < 0.08
    at, above = (5, False) if close else (2, False)
    charts.point(
        figure, x=at, y=found.truth[at - 1], label=text.label("true"), sign="truth", above=above, side="right"
    )
    promised = found.tins * (found.model_extra * margin - tin)
    came = found.tins * (found.truth_extra * margin - tin)

    def of(count: int) -> str:
        return text.label("of_analysts", covered=text.number(count), analysts=text.number(found.analysts))

    stage.truth(
        figures={
            "promised": text.money(round(promised, -2), currency),
            "came_true": text.money(round(came, -2), currency),
            "covered": of(found.covered),
        },
        heading="after_the_tin",
        chart=figure,
        values={
            "tins": text.number(found.tins),
            "promised": text.money(round(promised, -2), currency),
            "came": text.money(round(came, -2), currency),
            "who": text.label("no_favourites" if town == "habit" else "favourites"),
            "tin": text.money(tin, currency),
            "margin": text.money(margin, currency),
            "model_extra": text.number(found.model_extra, 2),
            "truth_extra": text.number(found.truth_extra, 2),
            "estimated": text.percent(found.estimated, 1),
            "low": text.percent(panel.found.steady_low[0], 1),
            "high": text.percent(panel.found.steady_high[0], 1),
            "wide_low": text.percent(panel.found.wide_low[0], 1),
            "wide_high": text.percent(panel.found.wide_high[0], 1),
            "true_share": text.percent(found.long_run, 1),
            "sample": text.number(found.sample),
            "analysts": text.number(found.analysts),
            "narrow": text.number(found.covered),
            "wide": text.number(found.covered_wide),
        },
    )
