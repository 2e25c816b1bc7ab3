"""Exercises of the chapter on churn."""
