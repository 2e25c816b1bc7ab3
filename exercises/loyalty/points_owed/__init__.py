"""What a loyalty programme owes at the end of the year."""
