"""Shares of three brands after two months, by a table of switches."""
