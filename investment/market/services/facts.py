"""Storing what companies told in their filings, from one answer or from the nightly archive."""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from decimal import Decimal
from itertools import islice
from uuid import UUID

import numpy as np
from django.db import connection, transaction

from investment.lib import pgcopy
from investment.market.kept_tags import kept_tags
from investment.market.models import Company, Fact, FactConcept, FactImport, FactReport
from investment.providers.contracts import CompanyFact, CompanyFacts, MalformedRow

_BATCH = 25  # companies to a transaction; the largest have some ten thousand figures each
_TABLE = Fact._meta.db_table
LONGEST_UNIT = 64  # letters; the units of the lines that are read have a dozen

Key = tuple[int, int, int, int]  # report, concept, end (days since 1970), days


@dataclass(slots=True)
class Stored:
    """What was done. ``unchanged`` companies were told exactly as before; ``malformed`` could not be read."""

    companies: int = 0
    unchanged: int = 0
    reports: int = 0
    facts: int = 0
    malformed: list[MalformedRow] = field(default_factory=list)


def store_facts(
    *,
    told: Iterable[CompanyFacts | MalformedRow],
    tags: Collection[str],
    source: str,
    now: datetime,
    writing: Callable[[], AbstractContextManager[None]] = transaction.atomic,
    on_batch: Callable[[Stored], None] | None = None,
) -> Stored:
    """
    Store the figures of ``tags`` (``taxonomy:Tag``) that are not stored yet. Repeatable.

    Each batch is a transaction of its own: one that is interrupted is taken up by running it again.
    What is stored stays, also when it is told no more.

    :param told: companies' facts, as from :meth:`Archive.facts`.
    :param source: whose words these are.
    :param writing: begins the transaction of a batch, and undoes it where it may not be kept.
    :param on_batch: is told after each batch what was done so far.
    """
    done = Stored()
    kept, version = frozenset(tags), version_of(tags)
    concepts = {(each.tag, each.unit): each.pk for each in FactConcept.objects.all()}
    companies = _readable(told, done)
    while batch := list(islice(companies, _BATCH)):
        with writing():
            _store(batch, kept, version, concepts, source, now, done)
        if on_batch is not None:
            on_batch(done)
    return done


def store_company_facts(
    *, instrument_id: int, record: CompanyFacts, source: str, now: datetime, call_id: UUID | None
) -> datetime:
    """
    Store what one company told when it was asked about by itself; return when it told something last.

    The figures are the company's, whichever of its instruments was asked for; who asked keeps the call.
    """
    del instrument_id, call_id
    store_facts(told=[record], tags=kept_tags(), source=source, now=now)
    last = max((fact.filed for fact in record.facts), default=None)
    return now if last is None else min(now, datetime.combine(last, time(), UTC))


def version_of(tags: Collection[str]) -> str:
    """Return what changes where other tags are kept: what was imported before lacks some of them then."""
    return hashlib.sha256("\n".join(sorted(tags)).encode()).hexdigest()


def _readable(told: Iterable[CompanyFacts | MalformedRow], done: Stored) -> Iterator[CompanyFacts]:
    for each in told:
        if isinstance(each, MalformedRow):
            done.malformed.append(each)
        else:
            yield each


def _store(
    batch: Sequence[CompanyFacts],
    tags: frozenset[str],
    version: str,
    concepts: dict[tuple[str, str], int],
    source: str,
    now: datetime,
    done: Stored,
) -> None:
    with connection.cursor() as cursor:  # two imports of the same companies would each find them missing
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [_TABLE])
    digests = {each.cik: hashlib.sha256(f"{version} {each.digest}".encode()).hexdigest() for each in batch}
    before = dict(FactImport.objects.filter(company__cik__in=digests).values_list("company__cik", "digest"))
    changed = [each for each in batch if before.get(each.cik) != digests[each.cik]]
    done.unchanged += len(batch) - len(changed)
    if not changed:
        return
    ids = _companies(changed, source, now)
    kept = {
        ids[each.cik]: [
            fact
            for fact in each.facts
            if f"{fact.taxonomy}:{fact.tag}" in tags and len(fact.unit) <= LONGEST_UNIT
        ]
        for each in changed
    }
    _add_concepts(concepts, (fact for facts in kept.values() for fact in facts))
    reports, old = _reports(kept)
    exact: dict[Key, CompanyFact] = {}
    for company, facts in kept.items():
        for fact in facts:
            days = 0 if fact.start is None else (fact.end - fact.start).days + 1
            if fact.start is None or days > 0:
                concept = concepts[f"{fact.taxonomy}:{fact.tag}", fact.unit]
                key = (reports[company, fact.accession], concept, fact.end.toordinal() - _EPOCH, days)
                other = exact.get(key)
                # Told twice in one filing, the more exact one stays.
                exact[key] = fact if other is None else max(other, fact, key=_exactness)
    rows = {key: float(fact.value) for key, fact in exact.items()}
    done.companies += len(changed)
    done.reports += len(reports) - len(old)
    done.facts += _append({key: value for key, value in rows.items() if key[0] not in old})
    done.facts += _append_missing({key: value for key, value in rows.items() if key[0] in old})
    FactImport.objects.bulk_create(
        [
            FactImport(company_id=ids[cik], digest=digests[cik], source=source, imported_at=now)
            for cik in (each.cik for each in changed)
        ],
        update_conflicts=True,
        unique_fields=["company"],
        update_fields=["digest", "source", "imported_at"],
    )


def _exactness(fact: CompanyFact) -> tuple[int, Decimal]:
    """How many digits a figure tells, but for the zeros of rounding; then its value."""
    return len(fact.value.normalize().as_tuple().digits), fact.value


def _companies(told: Sequence[CompanyFacts], source: str, now: datetime) -> dict[str, int]:
    """Return the companies' ids by CIK; of those nobody has listed yet the name is all that is known."""
    Company.objects.bulk_create(
        [
            Company(cik=each.cik, name=each.name[:255], source=source, first_seen_at=now, updated_at=now)
            for each in told
        ],
        ignore_conflicts=True,
    )
    return dict(Company.objects.filter(cik__in=[each.cik for each in told]).values_list("cik", "pk"))


def _add_concepts(concepts: dict[tuple[str, str], int], facts: Iterable[CompanyFact]) -> None:
    missing = {(f"{fact.taxonomy}:{fact.tag}", fact.unit) for fact in facts} - concepts.keys()
    if missing:
        FactConcept.objects.bulk_create(
            [FactConcept(tag=tag, unit=unit) for tag, unit in sorted(missing)], ignore_conflicts=True
        )
        concepts |= {(each.tag, each.unit): each.pk for each in FactConcept.objects.all()}


def _reports(kept: dict[int, list[CompanyFact]]) -> tuple[dict[tuple[int, str], int], frozenset[int]]:
    """Return the ids of the filings by company and accession, and which of them were there before."""
    told: dict[tuple[int, str], CompanyFact] = {}
    for company, facts in kept.items():
        for fact in facts:  # of which some leave out the filing's year
            if told.get((company, fact.accession), fact).fiscal_year is None or fact.fiscal_year is not None:
                told[company, fact.accession] = fact

    def stored() -> dict[tuple[int, str], int]:
        rows = FactReport.objects.filter(company__in=list(kept)).values_list("company", "accession", "pk")
        return {(company, accession): pk for company, accession, pk in rows}

    before = stored()
    FactReport.objects.bulk_create(
        [
            FactReport(
                company_id=company,
                accession=accession,
                form=fact.form[:20],
                filed_on=fact.filed,
                fiscal_year=fact.fiscal_year,
                fiscal_period=None if fact.fiscal_period is None else fact.fiscal_period[:8],
            )
            for (company, accession), fact in told.items()
            if (company, accession) not in before
        ]
    )
    after = stored() if len(before) < len(told) or told.keys() - before.keys() else before
    return {key: after[key] for key in told}, frozenset(before[key] for key in told if key in before)


_EPOCH = 719_163  # the ordinal of 1970-01-01
_DTYPES = {"report_id": np.int64, "concept_id": np.int64, "end": np.int64, "days": np.int32}


def _columns(rows: dict[Key, float]) -> dict[str, pgcopy.Column]:
    ordered = sorted(rows.items())
    keys = np.array([key for key, _ in ordered], dtype=np.int64).reshape(len(ordered), 4)
    columns: dict[str, pgcopy.Column] = {
        name: keys[:, place].astype(dtype) for place, (name, dtype) in enumerate(_DTYPES.items())
    }
    columns["end"] = keys[:, 2].astype("datetime64[D]")
    columns["value"] = np.array([value for _, value in ordered], dtype=np.float64)
    return columns


def _append(rows: dict[Key, float]) -> int:
    if rows:
        pgcopy.copy_in(table=_TABLE, columns=_columns(rows))
    return len(rows)


def _append_missing(rows: dict[Key, float]) -> int:
    """Append what known filings did not tell before: figures that the SEC has added, or tags we kept not."""
    if not rows:
        return 0
    staged = f"{_TABLE}_staged"
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE TEMPORARY TABLE "{staged}" (LIKE "{_TABLE}") ON COMMIT DROP')
        pgcopy.copy_in(table=staged, columns=_columns(rows))
        cursor.execute(
            f'INSERT INTO "{_TABLE}" SELECT * FROM "{staged}" ON CONFLICT DO NOTHING'  # noqa: S608 - our own names
        )
        added = cursor.rowcount
        cursor.execute(f'DROP TABLE "{staged}"')
    return int(added)
