"""Whether a loyalty programme is worth keeping, by a control group."""
