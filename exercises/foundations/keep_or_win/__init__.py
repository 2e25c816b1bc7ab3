"""Whether a budget should win customers or keep them."""
