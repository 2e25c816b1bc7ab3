"""What is a subscriber worth who has already renewed several times?"""
