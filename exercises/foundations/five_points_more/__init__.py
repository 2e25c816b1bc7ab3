"""What five points of retention add to a customer of your own."""
