"""How many of those who joined are still there, and why the average of retention misleads."""
