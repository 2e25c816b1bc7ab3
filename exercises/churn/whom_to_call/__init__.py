"""Whom do we call, if an earlier campaign by lot shows whom a call moves?"""
