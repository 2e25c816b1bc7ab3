"""A team runs the synthetic company."""
