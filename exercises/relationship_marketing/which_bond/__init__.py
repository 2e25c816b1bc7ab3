"""Which bond answers the reasons for which customers leave?"""
