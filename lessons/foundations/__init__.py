"""What customer relationship management is, and why it pays."""
