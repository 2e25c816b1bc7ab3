"""The long-run share of a brand, from a panel of two months."""
