"""Why customers come back."""
