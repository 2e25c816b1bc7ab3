"""Churn scores against scikit-learn's metrics, Hanley & McNeil's printed example, counting by hand, and the world."""

from __future__ import annotations
