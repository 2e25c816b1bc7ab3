"""How likely is a silent customer still a customer?"""
