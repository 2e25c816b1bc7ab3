"""The folk numbers of CRM: each claim, where it comes from, and when it holds."""
