"""Which customers bring the revenue, and which of them earn money?"""
