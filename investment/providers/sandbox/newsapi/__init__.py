"""NewsAPI, as the sandbox plays it."""
