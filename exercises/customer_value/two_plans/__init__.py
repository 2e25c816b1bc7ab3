"""Which of two plans adds more to a customer's value?"""
