"""When a relationship is worth more than a sale."""
