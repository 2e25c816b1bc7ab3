"""Whom does a campaign keep, and whom does it only cost money or drive away?"""
