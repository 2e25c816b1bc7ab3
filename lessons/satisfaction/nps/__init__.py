"""One number out of three kinds of answers, and how far it can be trusted."""
