"""What guests feel on average, where a shortfall weighs more than a surplus."""
