"""How many customers do the first ones bring in the end?"""
