"""Which 200 customers should get the letter?"""
