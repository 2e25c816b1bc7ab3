"""Who will leave, how well do we know it, and from which chance on does an offer pay?"""
