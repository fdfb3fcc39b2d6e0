"""
Which instruments a story is about: by the provider's tags, and by names that stand in the text.

A name counts only as whole words, capitalised as names are. Tickers count only as ``$ABC``, ``(NYSE: ABC)``
or a Reuters code in brackets: a bare word in capitals is no ticker. Names that are also ordinary words
(Apple, Target, Gap, Visa) need something beside them that only companies have.
"""

import re
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Generic, Literal, TypeVar

Key = TypeVar("Key", bound=Hashable)
How = Literal["tag", "ticker", "name", "name in context"]


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


TOKEN = re.compile(r"[A-Za-zÀ-ÿ0-9]+(?:[&.'’-][A-Za-zÀ-ÿ0-9]+)*|&")
LEGAL: Final = _set("""
    inc incorporated corp corporation co company companies ltd limited plc llc lp sa se ag nv ab asa
    oyj oy spa holdings holding group trust n.v s.a a.g s.p.a l.p bv kgaa gmbh the
""")
# What follows the name of a company in lists of instruments: the class of its shares.
SHARE_CLASS = re.compile(
    r"(?:\s*[-–,]\s*|\s+)(?:class [a-z]\b|series [a-z]\b|common stock|ordinary shares?|"
    r"common shares?|american depositary|"
    r"depositary|adr\b|ads\b|sponsored|capital stock|new\b|\(the\)|registered).*$",
    re.IGNORECASE,
)
EXCHANGES = (
    r"NASDAQ(?:GS|GM|CM)?|NYSE(?: ?American| ?Arca| ?MKT)?|AMEX|"
    r"CBOE|BATS|OTC(?:QX|QB|MKTS)?(?: Markets)?|TSXV?|LSE|LON|ASX|NEO"
)
EXCHANGE_TICKER = re.compile(
    rf"[(\[](?:[^()\[\]]{{0,40}}[;,]\s*)?(?:{EXCHANGES})"
    r"\s*:\s*\"?([A-Z][A-Z0-9]{0,5}(?:[.\-/][A-Z]{1,2})?)\"?\s*(?:[;,][^()]*)?[)\]]",
    re.IGNORECASE,
)
CASHTAG = re.compile(r"(?<![\w$])\$([A-Z]{1,5}(?:[.\-][A-Z]{1,2})?)(?![\w$])")
REUTERS = re.compile(r"[(<\[]([A-Z]{1,5})\.(?:O|N|OQ|A|K|P)[)>\]]")

SMALL: Final = frozenset({"of", "and", "the", "for", "de"})
FEWEST_LETTERS: Final = 2  # «HP» and «3M» are names; a letter alone is not

# Ordinary words that are also names of companies. Others come in with ``ambiguous=``.
ORDINARY: Final = _set("""
    advance ally alphabet apple arch auto best big block booking boot box bread bright bros buckle
    bumble buy cable carnival cars catalyst chase chewy clean clear coach comfort compass confluent
    core delta digital discovery dollar dover dow dutch edison elastic element emerson energy
    enterprise express fair first fitness five ford fortune fox frontier fuel gap general genius
    global gold golden grid guess home honest hope ideal insight international intuit jack key kind
    king knowles lands lemonade liberty life light limelight live loop lots lowe lucid macy marathon
    match meta monster morningstar mosaic national nature news noble nordic nova novo omega open
    oracle orange origin out oxford palm paramount park parts pioneer planet pool power premier
    progressive pure quest ralph range rapid realty regions republic rocket root ross royal safe
    sage science sea select sharp shell shift simply six smart snap sonic source southern spirit
    spot sprint sprout square standard star state steel stem strategy summit sun target tempur tile
    toast trade travelers trex tribune trip triumph twist under union unity universal upland urban
    vale valley value veritas viper virgin visa vista vital western williams wolf workday world york
    zoom
""")

BUSINESS: Final = (
    r"shares?|stock|stocks|stores?|ceo|cfo|chief|executive|earnings|results?|revenue|revenues|"
    r"sales|profits?|loss|losses|dividend|"
    r"reports?|reported|reporting|posts|posted|said|says|announces|announced|unveils|unveiled|"
    r"launches|launched|acquires|acquired|"
    r"beats?|misses|missed|raises|raised|cuts|sues|sued|files|filed|hires|investors|"
    r"shareholders|analysts?|forecasts?|guidance|"
    r"employees|executives|spokesman|spokeswoman|spokesperson|quarterly|quarter|q[1-4]|market|"
    r"plans|expects|warns|warned|agrees|"
    r"agreed|declares|names|named|lifts|lifted|recalls|surges?|slides?|falls?|fell|jumps?|"
    r"jumped|rises?|rose|climbs?|sinks?|drops?|"
    r"downgraded|upgraded|buys|bought|sells|sold|settles|wins|won|lays|opens|closes|posting|"
    r"tops|topped|hits|stake|board|bonds"
)
AFTER = re.compile(
    rf"^(?:['’]s?)?\s+(?:(?:(?:first|second|third|fourth)[- ])?(?:{BUSINESS}))(?![\w-])", re.IGNORECASE
)
LEGAL_AFTER = re.compile(
    r"^,?\s+(?:Inc|Corp|Corporation|Incorporated|Co|Company|Ltd|Limited|PLC|plc|LLC|Holdings|"
    r"Group|N\.V|S\.A|SE|AG)\b"
)
BEFORE = re.compile(
    r"(?:\b(?:shares|stock|stake|shareholders|investors|holders|owners?|ceo|cfo|"
    r"chief executive|chairman|board|results|earnings|"
    r"sales|profit|analysts?|upgrades?|downgrades?|retailer|maker|chain|giant|company|firm|"
    r"bank|carmaker|lender|network|rivals?|"
    r"bought|sold|acquires?|acquired|buying|sues|sued|against|at)\s+(?:(?:in|of|for|at|on|"
    r"like|such as)\s+)?)$",
    re.IGNORECASE,
)


def _unlike(endings: str) -> re.Pattern[str]:
    return re.compile(rf"^\s+(?:{'|'.join(endings.split())})\b", re.IGNORECASE)


# Expressions that begin with such a name and mean something else.
NOT_A_NAME: Final = {
    "target": _unlike("""
        price prices range date market audience group rate practice raised cut lowered of for to
        on at is
    """),
    "gap": _unlike("""
        between in widens narrows up down year closes with to at of opens fill
    """),
    "visa": _unlike("""
        rules? applications? holders? waivers? fees? programs? requirements? bans? policy
        restrictions curbs
    """),
    "apple": _unlike("""
        growers? juice pie orchards? cider harvest crops? trees? sauce exports? prices farmers?
    """),
    "block": _unlike("""
        trades? sale of deal
    """),
    "oracle": _unlike("""
        of
    """),
    "ford": _unlike("""
        foundation theatre
    """),
    "shell": _unlike("""
        company companies out game script
    """),
    "amazon": _unlike("""
        rainforest basin river forest rain jungle region deforestation fires?
    """),
    "meta": _unlike("""
        analysis analyses data study
    """),
    "delta": _unlike("""
        variant force wave hedging neutral
    """),
}


@dataclass(frozen=True, slots=True)
class Listed(Generic[Key]):
    """An instrument as the book should know it. ``aliases`` are further names («Google», «BofA»)."""

    key: Key
    symbol: str
    name: str
    aliases: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Tie(Generic[Key]):
    """
    Why a story belongs to an instrument: the strongest reason, and where it stands.

    ``called`` is what the text calls it (None for a tag alone); ``in_headline``: whether the headline does.
    """

    key: Key
    how: How
    called: str | None
    in_headline: bool


@dataclass(frozen=True, slots=True)
class Mention(Generic[Key]):
    key: Key
    how: How
    start: int
    end: int


class NameBook(Generic[Key]):
    """
    Finds listed companies in texts. Build it once for all instruments; a text then takes microseconds.

    A name that two companies share is neither's; a longer name is taken before a shorter one within it.
    ``ambiguous`` are further ordinary words, in lower case.
    """

    def __init__(self, listed: Iterable[Listed[Key]], *, ambiguous: Iterable[str] = ()) -> None:
        self._ordinary = ORDINARY | frozenset(ambiguous)
        self._symbols: dict[str, Key] = {}
        owners: dict[tuple[str, ...], set[Key]] = defaultdict(set)
        for one in listed:
            self._symbols[_symbol(one.symbol)] = one.key
            for name in (one.name, *one.aliases):
                for words in _names_of(name):
                    owners[words].add(one.key)
        self._names: dict[str, list[tuple[tuple[str, ...], Key | None]]] = defaultdict(list)
        for words, keys in owners.items():
            self._names[words[0]].append((words, next(iter(keys)) if len(keys) == 1 else None))
        for names in self._names.values():
            names.sort(key=lambda one: -len(one[0]))

    def mentions(self, text: str) -> Iterator[Mention[Key]]:
        """Yield what is named in a text, tickers first."""
        ticked: set[Key] = set()
        for pattern in (CASHTAG, EXCHANGE_TICKER, REUTERS):
            for found in pattern.finditer(text):
                key = self._symbols.get(_symbol(found.group(1)))
                if key is not None:
                    ticked.add(key)
                    yield Mention(key, "ticker", *found.span(1))
        tokens = [(found.group(), found.start(), found.end()) for found in TOKEN.finditer(text)]
        lowered = [_plain(token) for token, _, _ in tokens]
        shouted = text.upper() == text
        at = 0
        while at < len(tokens):
            size, mention = self._named(text, tokens, lowered, at, ticked, shouted=shouted)
            if mention is not None:
                yield mention
            at += size

    def _named(
        self,
        text: str,
        tokens: list[tuple[str, int, int]],
        lowered: list[str],
        at: int,
        ticked: set[Key],
        *,
        shouted: bool,
    ) -> tuple[int, Mention[Key] | None]:
        """The longest name that begins at a token, and how many tokens it takes."""
        for words, key in self._names.get(lowered[at], ()):
            if tuple(lowered[at : at + len(words)]) != words:
                continue
            start, end = tokens[at][1], tokens[at + len(words) - 1][2]
            written = text[start:end]
            if not _is_capitalised(written) and not _is_own_spelling(written):
                continue
            if key is None:  # of several companies: nobody's
                return len(words), None
            unlike = NOT_A_NAME.get(words[0]) if len(words) == 1 else None
            if self._continues(text, start, end, len(words)) or (
                unlike is not None and unlike.match(text[end:])
            ):
                continue
            if not self._ordinary.issuperset(words):
                return len(words), Mention(key, "name", start, end)
            if not shouted and (key in ticked or _in_context(text, start, end)):
                return len(words), Mention(key, "name in context", start, end)
            return 1, None
        return 1, None

    def _continues(self, text: str, start: int, end: int, size: int) -> bool:
        """
        Say whether a short name is only a part of a longer one that is not in the book.

        «Bank of Quillon», «Quillon-Marsh» and «Mount Quillon» are other things than Quillon.
        """
        before, after = text[max(0, start - 12) : start], text[end : end + 12]
        if re.match(r"[-‐][A-Za-z]", after) and not re.match(
            r"-(?:based|owned|backed|led|made|branded)\b", after
        ):
            return True
        if re.search(r"[A-Za-z]-$", before):
            return True
        return (
            size == 1
            and re.search(
                r"\b(?:Bank|University|Mount|Lake|Fort|Port|City|Saint|St|Mr|Mrs|Ms|Dr|Sir)\.?(?: of)? $",
                before,
            )
            is not None
        )


def ties_of(headline: str, summary: str | None, tags: Iterable[Key], book: NameBook[Key]) -> list[Tie[Key]]:
    """
    Return the instruments that a story is about, in the order of its tags, then of its text.

    ``tags`` are the provider's, already turned into keys. A tagged instrument whose name is an ordinary
    word needs no further context: «Visa» in a story tagged V is the company.
    """
    tagged = list(dict.fromkeys(tags))
    found: dict[Key, Tie[Key]] = {key: Tie(key, "tag", None, in_headline=False) for key in tagged}
    for text, in_headline in ((headline, True), (summary or "", False)):
        for mention in book.mentions(text):
            known = found.get(mention.key)
            if known is None or (known.called is None and mention.how != "ticker"):
                how: How = "tag" if known is not None else mention.how
                found[mention.key] = Tie(
                    mention.key,
                    how,
                    text[mention.start : mention.end],
                    in_headline or bool(known and known.in_headline),
                )
    return list(found.values())


def short_name(name: str) -> str:
    """Return a company's name as a story calls it: «Acme Holdings, Inc. - Class A» is «Acme»."""
    name = SHARE_CLASS.sub("", name.strip())
    words = name.replace(",", " ").split()
    if words and words[0].lower() == "the":
        words = words[1:]
    while len(words) > 1 and words[-1].lower().strip(".") in LEGAL:
        words = words[:-1]
    return " ".join(words)


def _names_of(name: str) -> Iterator[tuple[str, ...]]:
    """The whole name, and shorter ones down to that without any legal form, as lower-case words."""
    words = tuple(_plain(token) for token in TOKEN.findall(SHARE_CLASS.sub("", name.strip())))
    shortest = len(TOKEN.findall(short_name(name)))
    words = words[1:] if len(words) > 1 and words[0] == "the" else words
    for size in range(shortest, len(words) + 1):
        form = words[:size]
        if len("".join(form)) >= FEWEST_LETTERS and not all(word in LEGAL for word in form):
            yield form


def _plain(token: str) -> str:
    token = token.lower().replace("’", "'")
    return token.removesuffix("'s").removesuffix("'").rstrip(".")


def _symbol(symbol: str) -> str:
    return symbol.upper().replace("-", ".").replace("/", ".")


def _is_capitalised(written: str) -> bool:
    """Small words within a name may be small: «Bank of America»."""
    return all(word[0].isupper() or not word[0].isalpha() or word in SMALL for word in TOKEN.findall(written))


def _is_own_spelling(written: str) -> bool:
    """Names such as eBay begin with a small letter and go on with a capital."""
    return any(letter.isupper() for letter in written) and not written.islower()


def _in_context(text: str, start: int, end: int) -> bool:
    after = text[end:]
    own = re.match(r"['’]s\b", text[end - 2 : end]) is not None  # the token has its ’s within
    if LEGAL_AFTER.match(after):
        return True
    first = not text[:start].strip(" \"'“‘") or re.search(r"[.!?:]\s*[\"“‘]?$", text[:start]) is not None
    if AFTER.match(after):
        return not first or own or _is_verb_of_companies(after)
    return (own and not first) or BEFORE.search(text[:start]) is not None


VERB = re.compile(
    r"^\s+(?:ceo|cfo|reports?|reported|posts|posted|said|says|announces|announced|unveils|"
    r"unveiled|launches|acquires|acquired|beats|misses|missed|"
    r"sues|sued|shares|stock|earnings|files|declares|hires|recalls|agrees|agreed|expects|"
    r"forecasts|lays|settles|to (?:buy|acquire|sell|cut|close|open|pay|report))\b",
    re.IGNORECASE,
)


def _is_verb_of_companies(after: str) -> bool:
    """At the start of a sentence every word is capitalised: only what companies alone do is enough there."""
    return VERB.match(after) is not None
