import pytest

from investment.news.calculators.mentions import Listed, NameBook, short_name, ties_of

BOOK = NameBook(
    [
        Listed("AAPL", "AAPL", "Apple Inc. - Common Stock"),
        Listed("APLE", "APLE", "Apple Hospitality REIT, Inc."),
        Listed("TGT", "TGT", "Target Corporation"),
        Listed("GAP", "GAP", "Gap, Inc. (The)"),
        Listed("V", "V", "Visa Inc. Class A"),
        Listed("F", "F", "Ford Motor Company", aliases=("Ford",)),
        Listed("GM", "GM", "General Motors Company", aliases=("GM",)),
        Listed("BAC", "BAC", "Bank of America Corporation", aliases=("BofA",)),
        Listed("AMZN", "AMZN", "Amazon.com, Inc.", aliases=("Amazon",)),
        Listed("EBAY", "EBAY", "eBay Inc."),
        Listed("BRK", "BRK.B", "Berkshire Hathaway Inc. Class B"),
        Listed("T", "T", "AT&T Inc."),
        Listed("QLN", "QLN", "Quillon Holdings plc"),
        Listed("LIBA", "LIBA", "Liberty Group Inc."),
        Listed("LIBB", "LIBB", "Liberty Holdings Ltd"),
        Listed("ON", "ON", "ON Semiconductor Corporation"),
        Listed("A", "A", "Agilent Technologies, Inc."),
        Listed("IT", "IT", "Gartner, Inc."),
        Listed("BBY", "BBY", "Best Buy Co., Inc."),
        Listed("MCD", "MCD", "McDonald's Corporation"),
    ]
)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Apple Inc. said on Monday it would open a factory", {"AAPL"}),
        ("Shares of Apple fell 2%", {"AAPL"}),
        ("Suppliers say Apple’s iPhone orders are down", {"AAPL"}),
        ("Apple reports record quarter", {"AAPL"}),
        ("Apple growers face a poor harvest", set()),
        ("An Apple a day", set()),
        ("Pineapple prices climb; Snapple returns", set()),
        ("Apple Hospitality REIT declares dividend", {"APLE"}),
        ("Analysts raise Target price for Nike", set()),
        ("Target price raised to $40 at Quillon", {"QLN"}),
        ("Retailer Target cuts its forecast", {"TGT"}),
        ("Target Corp names a chief", {"TGT"}),
        ("Target of takeover talks jumps 20%", set()),
        ("Targeted ads lift profit", set()),
        ("Gap widens between rich and poor", set()),
        ("Gap Inc. shares climb", {"GAP"}),
        ("Visa rules tightened for students", set()),
        ("Visa applications rose in March", set()),
        ("Visa said payment volumes grew", {"V"}),
        ("Mr Ford resigned from the council", set()),
        ("Ford Motor recalls 1,000 trucks", {"F"}),
        ("Ford Motor Company recalls 1,000 trucks", {"F"}),
        ("Ford recalls 1,000 trucks", {"F"}),
        ("General Motors to idle plant", {"GM"}),
        ("Bank of America and BofA clients", {"BAC"}),
        ("A bank of america", set()),
        ("Fires in the Amazon rainforest spread", set()),
        ("Sellers leave eBay for Amazon.com", {"EBAY", "AMZN"}),
        ("AT&T raises prices", {"T"}),
        ("Fast-food chain McDonald's brings back a menu", {"MCD"}),
        ("Bank of Quillon opens; Quillon-Marsh closes", set()),
        ("London-listed Quillon slips", {"QLN"}),
        ("quillon is a word here", set()),
        ("Liberty reports results", set()),
        ("Liberty Group reports results", {"LIBA"}),
        ("IT spending to rise, A report says; ON and T are no tickers", set()),
        ("$AAPL and $T, not $5 or $USD or US$A", {"AAPL", "T"}),
        ("Agilent (NYSE: A) and Gartner (NYSE:IT) report", {"A", "IT"}),
        ("Holders of Berkshire (NYSE: BRK-B) meet", {"BRK"}),
        ("The maker of phones (AAPL.O) slips", {"AAPL"}),
        ("The IPO (expected in May: A deal) waits", set()),
        ("Three best Buy Ideas; Best Buy Lists for June", set()),
        ("Best Buy shares rose", {"BBY"}),
        ("WALL STREET HITS TARGET AS GAP CLOSES", set()),
        ("", set()),
    ],
)
def test_only_companies_that_are_named_are_found(text: str, wanted: set[str]) -> None:
    assert {mention.key for mention in BOOK.mentions(text)} == wanted


def test_a_ticker_beside_an_ordinary_word_makes_it_a_name() -> None:
    found = {(mention.key, mention.how) for mention in BOOK.mentions("Bright days for Visa (NYSE: V)")}
    assert found == {("V", "ticker"), ("V", "name in context")}


def test_a_tag_is_kept_and_the_text_adds_to_it() -> None:
    ties = ties_of("Quillon slips", "Rival General Motors gains.", ["V", "QLN"], BOOK)
    assert [(tie.key, tie.how, tie.called, tie.in_headline) for tie in ties] == [
        ("V", "tag", None, False),
        ("QLN", "tag", "Quillon", True),
        ("GM", "name", "General Motors", False),
    ]


def test_short_names_lose_their_legal_form_and_their_class() -> None:
    assert short_name("Acme Holdings, Inc. - Class A Common Stock") == "Acme"
    assert short_name("The Acme Company") == "Acme"
    assert short_name("Trust Group") == "Trust"
