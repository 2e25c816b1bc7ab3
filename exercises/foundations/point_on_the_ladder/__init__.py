"""What one point of conversion is worth on a studio's ladder."""
