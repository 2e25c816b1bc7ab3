"""Exercises on loyalty: who comes back, why, and what it costs to make them."""
