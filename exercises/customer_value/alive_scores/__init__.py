"""Which customers are still there?"""
