"""When does word of mouth carry growth by itself, and when does it only add a little?"""
