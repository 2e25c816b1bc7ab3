"""What customers feel, and what they tell."""
