"""The app as a person meets it: a server of its own, and a real browser."""
