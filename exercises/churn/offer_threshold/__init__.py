"""From which chance of leaving on does a retention offer pay?"""
