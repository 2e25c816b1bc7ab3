"""What is a new subscriber worth today?"""
