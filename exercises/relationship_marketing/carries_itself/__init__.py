"""Does growth by recommendation carry itself, and why?"""
