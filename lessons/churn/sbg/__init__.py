"""How many of a cohort of subscribers will be left in the years to come?"""
