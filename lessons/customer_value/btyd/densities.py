"""How do customers differ?  The two distributions that a fit leaves behind, drawn."""

from __future__ import annotations

import numpy as np
from scipy.special import betaincinv, betaln, gammaincinv, gammaln

from lessons import charts
from lessons.frame import Text


def gamma_density(r: float, alpha: float, x: np.ndarray) -> np.ndarray:
    """Density of the rates."""
    return np.exp(r * np.log(alpha) + (r - 1) * np.log(x) - alpha * x - gammaln(r))


def beta_density(a: float, b: float, x: np.ndarray) -> np.ndarray:
    """Density of the chances of leaving."""
    return np.exp((a - 1) * np.log(x) + (b - 1) * np.log1p(-x) - betaln(a, b))


def mixing(
    text: Text, kind: str, pair: tuple[float, float], planted: tuple[float, float] | None, *, x_title: str
) -> charts.Figure:
    """Draw how rates (kind "rate") or chances of leaving ("dropout") differ; what was planted is dashed."""
    if kind == "rate":
        low, high = (float(gammaincinv(pair[0], share)) / pair[1] for share in (0.05, 0.97))
        density = gamma_density
    else:
        low, high = (float(betaincinv(*pair, share)) for share in (0.05, 0.97))
        density = beta_density
    right = charts.limit(high)
    x = np.linspace(max(low, right / 200), min(right, 0.999) if kind == "dropout" else right, 120)
    top = 1.1 * float(density(*pair, x).max())
    digits = 2 if right <= 1 else 1
    figure = charts.axes(
        charts.blank(height=280),
        x_title=x_title,
        x_ticks=[(value, text.number(value, digits) if value else "0") for value in (0, right / 2, right)],
        y_ticks=[(0, "0")],
        y_range=(0, top),
        x_range=(0, right),
        y_title=text.label("density"),
    )
    charts.curve(figure, x=x.tolist(), y=density(*pair, x).tolist())
    charts.note(
        figure, x=float(x[20]), y=float(density(*pair, x)[20]), label=text.label("model"), side="right"
    )
    if planted:
        truth = np.minimum(density(*planted, x), top)
        charts.curve(figure, x=x.tolist(), y=truth.tolist(), sign="truth")
        charts.note(
            figure,
            x=float(x[50]),
            y=float(truth[50]),
            label=text.shared("signs.truth"),
            sign="truth",
            side="right",
        )
    return figure
