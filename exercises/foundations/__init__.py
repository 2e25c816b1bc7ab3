"""Exercises of the first chapter: what CRM is and why it pays."""
