"""Who leaves, when, and who can be kept."""
