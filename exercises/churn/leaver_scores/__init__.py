"""Which customers will have left half a year from now?"""
