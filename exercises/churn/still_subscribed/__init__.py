"""How many subscribers are left after some renewals, by the shifted beta-geometric?"""
