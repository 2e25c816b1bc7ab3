"""Retention has fallen: is it the mix, the newcomers or the old customers?"""
