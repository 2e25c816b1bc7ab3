"""The economics of a loyalty programme: points earned, redeemed, expired and owed, and what is truly extra."""
