"""Real companies, each with one model of the course."""
