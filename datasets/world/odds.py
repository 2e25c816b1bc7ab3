"""How does a share become log-odds, and log-odds a share again?"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def bounded_exp(power: Floats) -> Floats:
    """e^power; beyond ±30, where nothing is left to decide, it stays."""
    return np.exp(np.clip(power, -30, 30))


def log_odds(share: float) -> float:
    """Log-odds of a share; a share of 0 or 1 is taken as out of reach.

    >>> log_odds(0.5)
    0.0
    """
    share = min(max(share, 1e-300), 1 - 1e-16)
    return float(np.log(share) - np.log1p(-share))


def share_of(odds: Floats) -> Floats:
    """The shares (n,) that have these log-odds (n,).

    >>> share_of(np.array([0.0, np.log(3)])).round(4).tolist()
    [0.5, 0.75]
    """
    return 1 / (1 + bounded_exp(-odds))
