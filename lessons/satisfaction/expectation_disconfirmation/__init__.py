"""What customers were promised, what they got, and what they feel about the difference."""
