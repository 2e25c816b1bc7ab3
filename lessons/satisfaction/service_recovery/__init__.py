"""Service recovery and its paradox: whether an answered complaint makes up for the failure, and for whom it pays."""
