"""The nightly archives: brought in pieces, read member by member."""

import json
import struct
import tracemalloc
import zipfile
from pathlib import Path
from typing import Any

import httpx
import pytest

from investment.providers import errors
from investment.providers.adapters.sec import bulk, download
from investment.providers.adapters.sec.tests.archives import APPLE, Shelf, archive, facts
from investment.providers.adapters.sec.tests.wire import Wire, recorded
from investment.providers.contracts import CompanyFacts, MalformedRow, Validators

pytestmark = pytest.mark.slow

PACKED = archive((APPLE, recorded("companyfacts.json")), ("CIK0001045810.json", facts(1045810)))


def bring(shelf: Shelf, to: Path, **keywords: Any) -> Any:
    return Wire(serve=shelf).client.archive("companyfacts", to=to, **keywords)


def reading(body: bytes, folder: Path) -> bulk.Archive:
    path = folder / "archive.zip"
    path.write_bytes(body)
    return bulk.Archive(path)


def test_an_archive_is_brought_in_pieces_and_is_whole_or_not_there(tmp_path: Path) -> None:
    to, shelf = tmp_path / "sub" / "facts.zip", Shelf(PACKED)

    found = bring(shelf, to, piece=100)

    assert to.read_bytes() == PACKED
    assert found.validators == Validators('"one"', "Mon, 05 Jan 2026 03:00:00 GMT")
    assert [path.name for path in to.parent.iterdir()] == ["facts.zip"]
    assert len(shelf.asked) == -(-len(PACKED) // 100)
    first, second = shelf.asked[:2]
    assert first.url.path == "/sec/Archives/edgar/daily-index/xbrl/companyfacts.zip"
    assert first.extensions["endpoint"] == "bulk_companyfacts"
    assert (first.headers["Range"], second.headers["Range"]) == ("bytes=0-99", "bytes=100-199")
    assert second.headers["If-Match"] == '"one"'
    assert first.headers["Accept-Encoding"] == "identity"
    assert [company.cik for company in found.value.facts()] == ["0000320193", "0001045810"]


def test_what_has_not_changed_is_not_brought_again(tmp_path: Path) -> None:
    shelf = Shelf(PACKED)

    found = bring(shelf, tmp_path / "facts.zip", since=Validators('"one"', None))

    assert found.value is None
    assert found.validators == Validators('"one"', None)
    assert list(tmp_path.iterdir()) == []


def test_a_server_without_pieces_sends_the_whole(tmp_path: Path) -> None:
    bring(Shelf(PACKED, ranges=False), tmp_path / "facts.zip", piece=100)

    assert (tmp_path / "facts.zip").read_bytes() == PACKED


def test_a_download_that_was_broken_off_goes_on_where_it_stopped(tmp_path: Path) -> None:
    to, shelf = tmp_path / "facts.zip", Shelf(PACKED)

    def fails_at_the_third(request: httpx.Request) -> httpx.Response:
        if len(shelf.asked) == 2:
            raise httpx.ReadTimeout("slow")
        return shelf(request)

    with pytest.raises(errors.ProviderUnavailable, match="ReadTimeout"):
        Wire(serve=fails_at_the_third).client.archive("companyfacts", to=to, piece=100)
    assert not to.exists()
    assert len(shelf.asked) == 2

    bring(shelf, to, piece=100)

    assert to.read_bytes() == PACKED
    assert shelf.asked[2].headers["Range"] == "bytes=200-299"


@pytest.mark.parametrize("notes", [b"", b"[]", b'{"etag":null,"last_modified":null,"total":5}', None])
def test_a_part_of_something_unknown_is_not_gone_on_with(tmp_path: Path, notes: bytes | None) -> None:
    to = tmp_path / "facts.zip"
    (tmp_path / "facts.zip.part").write_bytes(b"of another")
    if notes is not None:
        (tmp_path / "facts.zip.part.json").write_bytes(notes)

    bring(Shelf(PACKED), to, piece=100)

    assert to.read_bytes() == PACKED


@pytest.mark.parametrize("honest", [True, False], ids=["refused with 412", "sent all the same"])
def test_pieces_of_two_versions_are_never_joined(tmp_path: Path, honest: bool) -> None:
    to, shelf = tmp_path / "facts.zip", Shelf(PACKED)

    def replaced(request: httpx.Request) -> httpx.Response:
        if len(shelf.asked) == 2:
            shelf.body, shelf.etag = PACKED[::-1], '"two"'
            if not honest:
                del request.headers["If-Match"]
        return shelf(request)

    with pytest.raises(errors.ProviderUnavailable, match="replaced by a newer one"):
        Wire(serve=replaced).client.archive("companyfacts", to=to, piece=100)
    assert list(tmp_path.iterdir()) == [], "asking again begins anew"


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(206, content=b"x" * 50, headers={"Content-Range": "bytes 0-99/500", "ETag": "a"}),
        httpx.Response(206, content=b"x" * 100, headers={"Content-Range": "bytes 5-104/500", "ETag": "a"}),
        httpx.Response(206, content=b"x" * 100, headers={"Content-Range": "bytes 0-99/*", "ETag": "a"}),
        httpx.Response(206, content=b"x" * 100),
        httpx.Response(206, content=b"x" * 100, headers={"Content-Range": f"bytes 0-99/{10**15}"}),
        httpx.Response(206, content=b"x" * 100, headers={"Content-Range": "bytes 0-99/50"}),
        httpx.Response(200, content=b""),
    ],
)
def test_a_first_piece_that_is_another_is_malformed(tmp_path: Path, answer: httpx.Response) -> None:
    with pytest.raises(errors.MalformedPayload):
        Wire(answer).client.archive("companyfacts", to=tmp_path / "x.zip", piece=100)
    assert not (tmp_path / "x.zip").exists()


def test_a_later_piece_that_is_another_is_malformed(tmp_path: Path) -> None:
    shelf = Shelf(PACKED)

    def shifted(request: httpx.Request) -> httpx.Response:
        response = shelf(request)
        if len(shelf.asked) == 2:
            response.headers["Content-Range"] = f"bytes 101-200/{len(PACKED)}"
        return response

    with pytest.raises(errors.MalformedPayload, match="asked for the bytes 100 to 199"):
        Wire(serve=shifted).client.archive("companyfacts", to=tmp_path / "x.zip", piece=100)


def test_a_refusal_in_the_middle_keeps_what_was_brought(tmp_path: Path) -> None:
    shelf = Shelf(PACKED)

    def refused(request: httpx.Request) -> httpx.Response:
        if len(shelf.asked) == 2:
            return httpx.Response(403, content=recorded("too_fast.html"))
        return shelf(request)

    with pytest.raises(errors.ProviderThrottled):
        Wire(serve=refused).client.archive("companyfacts", to=tmp_path / "x.zip", piece=100)
    assert (tmp_path / "x.zip.part").read_bytes() == PACKED[:200]


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
@pytest.mark.parametrize("large", [False, True], ids=["small", "zip64"])
def test_reads_the_companies_that_are_wanted(tmp_path: Path, method: int, large: bool) -> None:
    packed = archive(
        ("CIK0000000001.json", facts(1)),
        ("placeholder.txt", b"This file is here on purpose."),
        (APPLE, recorded("companyfacts.json")),
        method=method,
        large=large,
    )
    found = reading(packed, tmp_path)

    (company,) = found.facts({"0000320193"})

    assert isinstance(company, CompanyFacts)
    assert (company.cik, len(company.facts)) == ("0000320193", 6)
    assert list(found.companies()) == ["0000000001", "0000320193"]


def test_reads_filers_and_their_older_filings(tmp_path: Path) -> None:
    found = reading(
        archive(
            (APPLE, recorded("submissions.json")),
            ("CIK0000320193-submissions-001.json", recorded("submissions_older.json")),
        ),
        tmp_path,
    )

    (filer,) = found.filers()
    (older,) = found.older_filings({"0000320193"})

    assert not isinstance(filer, MalformedRow)
    assert not isinstance(older, MalformedRow)
    assert (filer.name, len(older)) == ("Apple Inc.", 2)


def test_one_company_that_cannot_be_read_stops_no_other(tmp_path: Path) -> None:
    found = reading(
        archive((APPLE, b"<html>"), ("CIK0000000001.json", facts(1)), ("CIK0000000002.json", facts(3))),
        tmp_path,
    )

    broken, fine, another = found.facts()

    assert isinstance(broken, MalformedRow)
    assert broken.reason.startswith("CIK0000320193.json: SEC: facts: ")
    assert isinstance(fine, CompanyFacts)
    assert isinstance(another, MalformedRow)
    assert "asked for CIK 0000000002 and got 0000000003" in another.reason


def test_an_archive_with_more_members_than_sixteen_bits_count(tmp_path: Path) -> None:
    path = tmp_path / "many.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for i in range(65_600):
            packed.writestr(f"CIK{i + 1:010}-submissions-001.json", b"")

    tracemalloc.start()
    try:
        count = sum(1 for _ in bulk.members(path))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert count == 65_600
    assert peak < 2**20, "no list of the members is kept"


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "it has no end, or is none"),
        (b"<html>Not here</html>", "it has no end, or is none"),
        (PACKED[:-30], "it has no end, or is none"),
        (PACKED[100:], "lies beyond its end|list of members is broken"),
        (PACKED[:-22] + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 2, 2, 120, 2**31, 0), "beyond its end"),
        (PACKED[:-22] + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 9, 9, 9, 0, 0), "beyond its end"),
        (
            PACKED[:-22] + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 1, 1, 50, 0, 0),
            "list of members is broken",
        ),
        (PACKED[:-22] + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 2, 65535, 120, 9, 0), "no large list"),
    ],
)
def test_what_is_no_archive_is_malformed(tmp_path: Path, body: bytes, words: str) -> None:
    with pytest.raises(errors.MalformedPayload, match=words):
        list(reading(body, tmp_path).facts())


def test_a_member_is_never_more_than_it_says(tmp_path: Path) -> None:
    bomb = archive((APPLE, b"0" * 10_000_000))
    told = struct.pack("<I", 10_000_000)
    assert bomb.count(told) == 2
    lying = bomb.replace(told, struct.pack("<I", 1000))

    tracemalloc.start()
    try:
        (broken,) = reading(lying, tmp_path).facts()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert isinstance(broken, MalformedRow)
    assert "the bytes are not those that were packed" in broken.reason
    assert peak < 2**20


def test_a_member_that_says_more_than_any_can_be_is_not_unpacked(tmp_path: Path) -> None:
    huge = PACKED.replace(struct.pack("<I", len(recorded("companyfacts.json"))), struct.pack("<I", 2**31))

    broken = next(iter(reading(huge, tmp_path).facts()))

    assert isinstance(broken, MalformedRow)
    assert f"are more than {bulk.MOST_MEMBER}" in broken.reason


def test_a_member_that_nobody_can_unpack_is_malformed(tmp_path: Path) -> None:
    found = reading(archive((APPLE, json.dumps({"cik": 320193}).encode()), method=zipfile.ZIP_LZMA), tmp_path)

    (broken,) = found.facts()

    assert isinstance(broken, MalformedRow)
    assert "method 14" in broken.reason


def test_a_piece_fits_the_gateways_bound() -> None:
    assert download.PIECE <= 64 * 2**20 / 2
