"""What people call each provider."""

from typing import Final

TITLES: Final = {
    "massive": "Massive",
    "finnhub": "Finnhub",
    "alphavantage": "Alpha Vantage",
    "newsapi": "NewsAPI",
    "ecb": "ECB",
    "sec": "SEC",
}
