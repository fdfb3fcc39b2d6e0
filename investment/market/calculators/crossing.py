"""Rates between two currencies by way of a third. Pure."""

from decimal import ROUND_HALF_EVEN, Context, Decimal

# Reference rates have five or six significant digits: twice as many, and rounding never shows.
_QUOTIENT = Context(prec=12, rounding=ROUND_HALF_EVEN)
ONE = Decimal(1)


def cross_rate(*, base: Decimal, quote: Decimal) -> Decimal:
    """
    Return how much of one currency a unit of another is worth, both given per unit of a third.

    >>> cross_rate(base=Decimal("1.25"), quote=Decimal("0.8"))  # GBP for a dollar
    Decimal('0.64')

    :param base: units of the currency that is priced for one of the third; 1 if it is the third itself.
    :param quote: units of the currency that it is priced in, likewise.
    """
    return _QUOTIENT.divide(quote, base)
