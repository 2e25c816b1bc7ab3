"""Exercises of the chapter on customer value."""
