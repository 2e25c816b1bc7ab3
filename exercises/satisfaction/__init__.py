"""Exercises on satisfaction: what customers feel, say, and do after a failure."""
