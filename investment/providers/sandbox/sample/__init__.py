"""
An invented stock market, generated from a seed.

Fictional and meant to look it: no company, ticker or price here exists anywhere else.
"""

from investment.providers.sandbox.sample.instruments import EPOCH, FEWEST_INSTRUMENTS, MOST_INSTRUMENTS
from investment.providers.sandbox.sample.market import SampleMarket

__all__ = ["EPOCH", "FEWEST_INSTRUMENTS", "MOST_INSTRUMENTS", "SampleMarket"]
