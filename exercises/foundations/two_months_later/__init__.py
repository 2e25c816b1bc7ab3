"""Where people stand on a ladder after two months."""
