"""How customers are served, and what a call centre needs."""
