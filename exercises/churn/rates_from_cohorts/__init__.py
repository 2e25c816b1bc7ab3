"""Retention rates and a curve from two cohorts, one of them younger."""
