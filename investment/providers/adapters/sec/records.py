"""From the SEC's answers to our records. Nothing here asks anything."""

import hashlib
import re
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import TypeVar

import msgspec

from investment.providers.adapters.sec import payloads
from investment.providers.adapters.sec.limits import NAME
from investment.providers.adapters.sec.payloads import UNREADABLE
from investment.providers.adapters.sec.symbols import from_sec, ten_digits
from investment.providers.contracts import (
    CompanyFact,
    CompanyFacts,
    FactLabel,
    Filer,
    Filing,
    FormerName,
    MalformedRow,
    OlderFilings,
    SecTicker,
    TickerList,
)
from investment.providers.errors import MalformedPayload

_KEPT = 500  # characters of an unreadable row
_UNREADABLE = 0.01  # of the rows of a list; more refuse it whole
# Bytes of an answer, more than the largest there is; and values in it, which cost far more than their
# bytes. Each fact is known by its accession number and brings a few values with it.
_MOST_BYTES = 64 * 2**20
_MOST_VALUES, _VALUES_OF_A_FACT, _BYTES_OF_A_FACT = 1_000_000, 12, 60
_MOST_CELLS = 4_000_000  # of filings, column by column
# No figure of a company is beyond: the other bounds keep sums and conversions from taking for ever.
_GREATEST, _DIGITS = 40, 60
_FILE = re.compile(r"CIK\d{10}-submissions-\d{3}\.json", re.ASCII)

Kind = TypeVar("Kind")


def tickers(body: bytes) -> TickerList:
    """Decode ``company_tickers.json``. :raises MalformedPayload: if it has another shape."""
    _require_bounds(body, "tickers", _MOST_VALUES)
    rows = list(decode(body, dict[str, msgspec.Raw], "tickers").values())
    decoder = msgspec.json.Decoder(payloads.Ticker)

    def read(text: msgspec.Raw) -> SecTicker:
        row = decoder.decode(text)
        return _ticker(row.ticker, row.cik_str, row.title, None)

    return _ticker_list(rows, read, body)


def tickers_with_exchange(body: bytes) -> TickerList:
    """Decode ``company_tickers_exchange.json``. :raises MalformedPayload: if it has another shape."""
    _require_bounds(body, "tickers", _MOST_VALUES)
    table = decode(body, payloads.Table, "tickers")
    try:
        cik, name, ticker, exchange = (
            table.fields.index(field) for field in ("cik", "name", "ticker", "exchange")
        )
    except ValueError as e:
        raise malformed(f"tickers: {e} of the fields", body) from None
    decoder = msgspec.json.Decoder(list[int | str | None])

    def read(text: msgspec.Raw) -> SecTicker:
        row = decoder.decode(text)
        if len(row) != len(table.fields):
            raise ValueError(f"{len(row)} values for {len(table.fields)} fields")
        where = row[exchange]
        return _ticker(row[ticker], row[cik], row[name], where if isinstance(where, str) else None)

    return _ticker_list(table.data, read, body)


def filer(body: bytes, *, cik: str | None) -> Filer:
    """
    Decode a company's submissions; ``cik`` is whose they must be, None for whoever's.

    :raises MalformedPayload: also for those of another company.
    """
    _require_bounds(body, "submissions", _MOST_CELLS)
    answer = decode(body, payloads.Submissions, "submissions")
    found = _cik_of(answer.cik, cik, "submissions", body)
    filings, unreadable = filings_of(answer.filings.recent, found, body)
    return Filer(
        cik=found,
        name=(answer.name or "").strip(),
        entity_type=answer.entityType or None,
        sic=str(answer.sic) if answer.sic else None,
        sic_description=answer.sicDescription or None,
        symbols=[from_sec(ticker) for ticker in answer.tickers or () if ticker],
        exchanges=[exchange or None for exchange in answer.exchanges or ()],
        category=answer.category or None,
        fiscal_year_end=answer.fiscalYearEnd or None,
        state_of_incorporation=answer.stateOfIncorporation or None,
        former_names=[
            FormerName(name=each.name, start=_day_of(each.start), end=_day_of(each.end))
            for each in answer.formerNames or ()
        ],
        filings=filings,
        older=[
            OlderFilings(each.name, each.filingCount, _day_of(each.filingFrom), _day_of(each.filingTo))
            for each in answer.filings.files or ()
            if is_older_file(each.name)
        ],
        ein=answer.ein or None,
        phone=answer.phone or None,
        website=answer.website or None,
        malformed=unreadable,
        digest=hashlib.sha256(body).hexdigest(),
    )


def older_filings(body: bytes, *, cik: str) -> tuple[list[Filing], list[MalformedRow]]:
    """Decode a file of older filings. :raises MalformedPayload: if it has another shape."""
    _require_bounds(body, "older filings", _MOST_CELLS)
    return filings_of(decode(body, payloads.Columns, "older filings"), cik, body)


def is_older_file(name: str) -> bool:
    """Whether a name is that of a file of older filings, and nothing else on the SEC's server."""
    return _FILE.fullmatch(name) is not None


def filings_of(columns: payloads.Columns, cik: str, body: bytes) -> tuple[list[Filing], list[MalformedRow]]:
    """
    Make rows of columns.

    :raises MalformedPayload: where the columns are not equally long, or more than 1 % of the rows say
        nothing that can be.
    """
    count = len(columns.accessionNumber)
    for name in columns.__struct_fields__:
        column = getattr(columns, name)
        if column is not None and len(column) != count:
            raise malformed(f"filings: {len(column)} of {name} for {count} filings", body)
    filings: list[Filing] = []
    unreadable = _Unreadable(count, "filings", body)
    for i in range(count):
        try:
            filings.append(_filing(columns, i, cik))
        except ValueError as e:
            words = f"{columns.accessionNumber[i]} {columns.form[i]} {columns.filingDate[i]}"
            unreadable.add(i, words.encode(), str(e))
    return filings, unreadable.rows


def company_facts(body: bytes, *, cik: str | None) -> CompanyFacts:
    """
    Decode a company's facts; ``cik`` is whose they must be, None for whoever's.

    :raises MalformedPayload: also for those of another company, or where more than 1 % of the facts
        cannot be read.
    """
    most = min(body.count(b'"accn"'), len(body) // _BYTES_OF_A_FACT)
    _require_bounds(body, "facts", _MOST_VALUES + _VALUES_OF_A_FACT * most)
    try:
        return _company_facts(msgspec.json.decode(body, type=payloads.Facts), cik, body)
    except UNREADABLE:  # the whole at once where every fact has its shape, else fact by fact
        return _company_facts(decode(body, payloads.LooseFacts, "facts"), cik, body)


def decode(body: bytes, kind: type[Kind], what: str) -> Kind:
    """:raises MalformedPayload: if the answer has another shape."""
    try:
        return msgspec.json.decode(body, type=kind)
    except UNREADABLE as e:
        raise malformed(f"{what}: {e}", body) from e


def malformed(message: str, body: bytes) -> MalformedPayload:
    """Return the error for an answer that does not have its documented shape, with its first words."""
    words = body[:200].decode(errors="replace")
    return MalformedPayload(f"SEC: {message}", provider=NAME, words=words, status=200)


def _ticker_list(
    rows: Sequence[msgspec.Raw], read: Callable[[msgspec.Raw], SecTicker], body: bytes
) -> TickerList:
    found: list[SecTicker] = []
    unreadable = _Unreadable(len(rows), "tickers", body)
    for place, text in enumerate(rows):
        try:
            found.append(read(text))
        except (*UNREADABLE, ValueError) as e:
            unreadable.add(place, text, str(e))
    return TickerList(found, unreadable.rows, hashlib.sha256(body).hexdigest())


def _ticker(ticker: object, cik: object, name: object, exchange: str | None) -> SecTicker:
    if not isinstance(ticker, str) or not ticker.strip() or len(ticker) > 32:
        raise ValueError(f"{str(ticker)[:40]!r} is no ticker")
    if not isinstance(cik, int | str):
        raise ValueError("no CIK")  # noqa: TRY004 - the row is what is wrong
    return SecTicker(
        symbol=from_sec(ticker.strip()),
        sec_symbol=ticker.strip(),
        cik=ten_digits(cik),
        name=name.strip() if isinstance(name, str) else "",
        exchange=exchange or None,
    )


def _filing(columns: payloads.Columns, i: int, cik: str) -> Filing:
    def cell(column: Sequence[Kind | None] | None) -> Kind | None:
        return column[i] if column is not None else None

    accession = columns.accessionNumber[i]
    if not accession.strip():
        raise ValueError("no accession number")
    xbrl = cell(columns.isXBRL)
    return Filing(
        cik=cik,
        accession=accession,
        form=columns.form[i],
        filed=date.fromisoformat(columns.filingDate[i]),
        accepted_at=_instant(cell(columns.acceptanceDateTime)),
        report_date=_day_of(cell(columns.reportDate)),
        items=[item for item in (cell(columns.items) or "").split(",") if item.strip()],
        document=cell(columns.primaryDocument) or None,
        description=cell(columns.primaryDocDescription) or None,
        size=cell(columns.size),
        is_xbrl=None if xbrl is None else bool(xbrl),
    )


def _company_facts(
    answer: payloads.Facts | payloads.LooseFacts, cik: str | None, body: bytes
) -> CompanyFacts:
    found = _cik_of(answer.cik, cik, "facts", body)
    facts: list[CompanyFact] = []
    labels: dict[tuple[str, str], FactLabel] = {}
    unreadable = _Unreadable(_count(answer), "facts", body)
    unvalued = place = 0
    decoder = msgspec.json.Decoder(payloads.Figure)
    for taxonomy, concepts in (answer.facts or {}).items():
        for tag, concept in concepts.items():
            labels[taxonomy, tag] = FactLabel(concept.label or None, concept.description or None)
            for unit, rows in (concept.units or {}).items():
                for row in rows or ():
                    place += 1
                    try:
                        figure = row if isinstance(row, payloads.Figure) else decoder.decode(row)
                        if figure.val is None:
                            unvalued += 1
                        else:
                            facts.append(_fact(taxonomy, tag, unit, figure))
                    except (*UNREADABLE, ValueError) as e:
                        text = row if isinstance(row, msgspec.Raw) else msgspec.json.encode(row)
                        unreadable.add(place - 1, text, f"{taxonomy}:{tag}: {e}")
    return CompanyFacts(
        cik=found,
        name=(answer.entityName or "").strip(),
        facts=facts,
        labels=labels,
        malformed=unreadable.rows,
        unvalued=unvalued,
        digest=hashlib.sha256(body).hexdigest(),
    )


def _fact(taxonomy: str, tag: str, unit: str, figure: payloads.Figure) -> CompanyFact:
    value = figure.val
    if value is None or not value.is_finite() or len(value.as_tuple().digits) > _DIGITS:
        raise ValueError(f"{str(value)[:40]} is no figure")
    if value and not -_GREATEST <= value.adjusted() <= _GREATEST:
        raise ValueError(f"{str(value)[:40]} is beyond every figure")
    if not figure.accn.strip():
        raise ValueError("no accession number")
    return CompanyFact(
        taxonomy=taxonomy,
        tag=tag,
        unit=unit,
        value=value,
        start=figure.start,
        end=figure.end,
        filed=figure.filed,
        form=figure.form,
        accession=figure.accn,
        fiscal_year=figure.fy,
        fiscal_period=figure.fp or None,
        frame=figure.frame or None,
    )


def _cik_of(told: int | str, wanted: str | None, what: str, body: bytes) -> str:
    try:
        found = ten_digits(told)
    except ValueError as e:
        raise malformed(f"{what}: {e}", body) from None
    if wanted not in (None, found):
        raise malformed(f"{what}: asked for CIK {wanted} and got {found}", body)
    return found


def _instant(text: str | None) -> datetime | None:
    """:raises ValueError: if there is a text, but no instant in it."""
    if not text:
        return None
    at = datetime.fromisoformat(text)
    try:
        return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except OverflowError:
        raise ValueError(f"{text[:40]!r} is out of range") from None


def _day_of(text: str | None) -> date | None:
    """The date at the beginning of a text, None where there is none."""
    try:
        return date.fromisoformat(text[:10]) if text else None
    except ValueError:
        return None


def _count(answer: payloads.Facts | payloads.LooseFacts) -> int:
    concepts = (concept for told in (answer.facts or {}).values() for concept in told.values())
    return sum(len(rows or ()) for concept in concepts for rows in (concept.units or {}).values())


def _require_bounds(body: bytes, what: str, most: int) -> None:
    """Refuse what takes far more time and memory to read than the longest answer there is."""
    if len(body) > _MOST_BYTES:
        raise malformed(f"{what}: {len(body)} bytes are more than {_MOST_BYTES}", body)
    if (values := body.count(b",")) > most:
        raise malformed(f"{what}: some {values} values are more than {most}", body)


class _Unreadable:
    """The rows of a list that cannot be read; more than 1 % of them refuse it whole, at once."""

    def __init__(self, of: int, what: str, body: bytes) -> None:
        self.rows: list[MalformedRow] = []
        self._of, self._what, self._body = of, what, body

    def add(self, place: int, text: msgspec.Raw | bytes, reason: str) -> None:
        """:raises MalformedPayload: with this one too many."""
        words = bytes(text).decode(errors="replace")[:_KEPT]
        self.rows.append(MalformedRow(place, words, reason[:_KEPT]))
        if (count := len(self.rows)) > _UNREADABLE * self._of:
            told = f"{count} of {self._of} rows or more cannot be read, first: {self.rows[0].reason}"
            raise malformed(f"{self._what}: {told}", self._body)
