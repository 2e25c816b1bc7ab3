"""What a good answer to complaints brings, by an experiment."""
