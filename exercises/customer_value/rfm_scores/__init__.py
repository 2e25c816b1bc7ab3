"""What are one customer's three scores, and which response pays for a letter?"""
