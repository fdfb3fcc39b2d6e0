"""The sandbox's Finnhub."""
