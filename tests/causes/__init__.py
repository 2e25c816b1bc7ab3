"""Is each planted cause found back from the tables, with its sign and its size, by the textbook's estimator?"""
