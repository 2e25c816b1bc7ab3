"""Which customers is a structural bond worth its money with?"""
