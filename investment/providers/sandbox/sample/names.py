"""
Invented companies and their tickers.

Nothing here exists. Tickers begin with letters that few real ones begin with, and the real ones
we know of are left out, so that nobody takes a sample figure for that of a company they own.
"""

import numpy as np

HEADS = [
    "Qua", "Que", "Qui", "Quo", "Xa", "Xe", "Xi", "Xo", "Xu", "Xy", "Ya", "Yo", "Yu", "Za", "Ze",
    "Zi", "Zo", "Zu", "Zy", "Zwa", "Zwi", "Qwo", "Xlo", "Zlu", "Yri", "Zme", "Xno", "Qlo",
]  # fmt: skip
MIDDLES = [
    "bber", "ddle", "ff", "gg", "ll", "mb", "mp", "nd", "ng", "nk", "rb", "rd", "rg", "rk", "rn",
    "rt", "rv", "sp", "st", "tt", "v", "vv", "x", "zz", "lk", "lm", "ld", "nt", "sk", "sm",
]  # fmt: skip
TAILS = [
    "a", "ax", "by", "el", "ex", "ia", "ick", "ik", "ine", "ion", "is", "ish", "ix", "le", "o",
    "on", "oo", "or", "ot", "um", "us", "y", "ble", "dor", "forge", "gloom", "kin", "moor", "wick",
]  # fmt: skip
SECTORS: list[tuple[str, list[str], int, str]] = [
    ("Technology", ["Abacus Clouds", "Perpetual Software", "Talking Toasters", "Riddle Chips"],
     7372, "SERVICES-PREPACKAGED SOFTWARE"),
    ("Health Care", ["Placebo Labs", "Mermaid Medicine", "Elixirs", "Yawning Therapeutics"],
     2834, "PHARMACEUTICAL PREPARATIONS"),
    ("Financials", ["Piggy Banking", "Moonlight Trust", "Umbrella Insurance", "Pebble Credit"],
     6022, "STATE COMMERCIAL BANKS"),
    ("Consumer Discretionary", ["Teapots", "Flying Carpets", "Invisible Hats", "Left Socks"],
     5651, "RETAIL-FAMILY CLOTHING STORES"),
    ("Consumer Staples", ["Gingerbread", "Soup Works", "Marzipan Foods", "Porridge"],
     2050, "BAKERY PRODUCTS"),
    ("Industrials", ["Zeppelins", "Windmill Robotics", "Rope Bridges", "Clockworks"],
     3560, "GENERAL INDUSTRIAL MACHINERY"),
    ("Energy", ["Lightning Bottling", "Geyser Power", "Dragon Fuels", "Peat"],
     1311, "CRUDE PETROLEUM & NATURAL GAS"),
    ("Materials", ["Stardust Mining", "Amber", "Glass Mountains", "Chalk"],
     1000, "METAL MINING"),
    ("Real Estate", ["Tree Houses", "Cloud Castles", "Lighthouses", "Cellars"],
     6798, "REAL ESTATE INVESTMENT TRUSTS"),
    ("Utilities", ["Rainwater", "Moonbeam Electric", "Steam Grid", "Wells"],
     4911, "ELECTRIC SERVICES"),
    ("Communication", ["Carrier Pigeons", "Echo Telephone", "Rumour Media", "Semaphore"],
     4813, "TELEPHONE COMMUNICATIONS"),
]  # fmt: skip
FORMS = ["Inc.", "Corp.", "Group", "Holdings", "Co.", "Industries", "Ltd."]
ISSUERS = ["Figment", "Wishful", "Daydream", "Makebelieve", "Chimera", "Neverwas"]
THEMES = [
    "Total Market", "Small Cap", "Mid Cap", "Growth", "Value", "Dividend", "Low Volatility", "Momentum",
    "Equal Weight", "Quality", "Ultra Short Bond", "Long Bond", "Emerging Markets", "World ex US",
    "Gold Dust", "Robots", "Clean Geysers", "Dragons", "Buyback", "Covered Call",
]  # fmt: skip
_REAL = """
    QBTS QCLN QCOM QDEL QETA QIPT QLTA QLYS QMMM QNRX QNST QQEW QQQJ QQQM QRHC QRVO QSIA QTUM QTWO QUAL QUBT
    QUIK QURE QYLD QUMU QUOT QVCD QVCG XAIR XBIT XBIO XCUR XELB XENE XERS XFOR XLRE XNCR XNET XOMA XPEL XPER
    XPEV XPOF XRAY XRTX XSLV XXII XAGE XHLD XTIA XTKG XWEL XYLD YALA YELP YETI YEXT YGMZ YIBO YMAB YORW YOSH
    YOUL YSXT YTRA YYAI YYGH YHGJ YCBD ZAPP ZBAO ZBIO ZBRA ZCAR ZCMD ZENA ZENV ZEPP ZETA ZEUS ZIMV ZION ZIVO
    ZJYL ZKIN ZKPU ZLAB ZNTL ZONE ZOOZ ZROZ ZSPC ZTEK ZUMZ ZURA ZVRA ZVSA ZYBT ZYME ZYXI ZEOX ZEOW ZTO ZIM
    YUMC
"""
REAL_TICKERS = frozenset(_REAL.split())


class NameMaker:
    """Draws company names and tickers that it has not drawn before."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._words: set[str] = set()
        self._tickers: set[str] = set()

    def company(self, sector: int) -> tuple[str, str]:
        """Return a ticker of four letters and the name of a company of that sector."""
        word = self._word()
        trade = self._pick(SECTORS[sector][1])
        return self.ticker(word), f"{word} {trade} {self._pick(FORMS)}"

    def fund(self, theme: str | None = None) -> tuple[str, str]:
        """Return a ticker and the name of a fund; the theme is drawn where none is given."""
        word = self._word()
        return self.ticker(word), f"{self._pick(ISSUERS)} {word} {theme or self._pick(THEMES)}"

    def ticker(self, word: str) -> str:
        """Return four capital letters that begin like the word and that nobody has yet."""
        letters = word.upper()
        wanted = (letters + "XQZJ")[:4]
        attempts = 0
        while wanted in self._tickers or wanted in REAL_TICKERS:
            attempts += 1
            kept = 2 if attempts < 16 else 1
            drawn = self._rng.integers(26, size=4 - kept)
            wanted = letters[:kept] + "".join(chr(65 + int(letter)) for letter in drawn)
        self._tickers.add(wanted)
        return wanted

    def _word(self) -> str:
        # Twice as many words exist as the largest market needs; a second name part ends any collision.
        word = self._pick(HEADS) + self._pick(MIDDLES) + self._pick(TAILS)
        while word in self._words:
            word = self._pick(HEADS) + self._pick(MIDDLES) + self._pick(TAILS)
        self._words.add(word)
        return word

    def _pick(self, choices: list[str]) -> str:
        return choices[int(self._rng.integers(len(choices)))]
