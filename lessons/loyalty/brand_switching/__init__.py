"""Where brand shares end when some stay and some switch each month: Markov brand switching."""
