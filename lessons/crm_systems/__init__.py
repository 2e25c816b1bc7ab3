"""What CRM software does."""
