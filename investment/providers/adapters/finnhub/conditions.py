"""
What Finnhub's codes of a trade's conditions mean.

Its documentation points to a table for them:
https://docs.google.com/spreadsheets/d/1PUxiSWPHSODbaTaoL2Vef6DgU-yFtlRGZf19oBb9Hp0
"""

from collections.abc import Iterable

_WORDS = {
    "1": "regular",
    "2": "acquisition",
    "3": "average price",
    "4": "bunched",
    "5": "cash sale",
    "6": "distribution",
    "7": "automatic execution",
    "8": "intermarket sweep",
    "9": "bunched, sold",
    "10": "price variation",
    "11": "cap election",
    "12": "odd lot",
    "13": "rule 127",
    "14": "rule 155",
    "15": "sold last",
    "16": "official close of a market center",
    "17": "next day",
    "18": "opening trade of a market center",
    "19": "opening print",
    "20": "official open of a market center",
    "21": "prior reference price",
    "22": "seller",
    "23": "split trade",
    "24": "out of hours (form T)",
    "25": "out of hours, out of sequence",
    "26": "contingent",
    "27": "stock option trade",
    "28": "cross",
    "29": "yellow flag",
    "30": "out of sequence",
    "31": "stopped stock",
    "32": "derivatively priced",
    "33": "re-opening trade of a market center",
    "34": "re-opening print",
    "35": "closing trade of a market center",
    "36": "closing print",
    "37": "qualified contingent",
    "38": "exempt under rule 611",
    "39": "corrected consolidated close",
    "40": "opened",
    "41": "trade-through exempt",
}


def words(codes: Iterable[str]) -> list[str]:
    """Return what the codes mean, in their order; one that nobody has told us of as «code 99»."""
    return [_WORDS.get(code, f"code {code[:20]}") for code in codes]
