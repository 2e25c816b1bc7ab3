"""Promises about every chapter, topic, scenario and table."""
