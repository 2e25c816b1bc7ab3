"""Buy till you die: how many purchases are still to come."""
