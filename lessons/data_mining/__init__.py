"""What customer data hold, and how to find it."""
