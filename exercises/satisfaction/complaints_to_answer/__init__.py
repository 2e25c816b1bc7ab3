"""Which complaints get a good answer, marked by what the answers truly bring."""
