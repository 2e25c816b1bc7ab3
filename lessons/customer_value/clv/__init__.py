"""What a customer is worth over the years: margin, retention and discount."""
