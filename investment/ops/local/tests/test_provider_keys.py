from pathlib import Path

import pytest

from investment.ops.local import provider_keys
from investment.ops.local.console import StartError
from investment.ops.local.provider_keys import PRICES, secret, what_was_found, why_not_live


def test_a_secret_may_be_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("s\n")

    assert secret({"A_FILE": str(tmp_path / "secret"), "A": "other"}, "A") == "s"
    assert secret({"A": "other"}, "A") == "other"
    assert secret({}, "A") == ""
    (tmp_path / "binary").write_bytes(b"\xff")
    with pytest.raises(StartError, match="A_FILE cannot be read: it is no text"):
        secret({"A_FILE": str(tmp_path / "binary")}, "A")


def test_a_secret_that_was_given_for_a_files_name_is_not_told() -> None:
    with pytest.raises(StartError, match="A_FILE cannot be read: No such file") as caught:
        secret({"A_FILE": "the-secret-itself"}, "A")

    assert "the-secret-itself" not in str(caught.value)


@pytest.mark.parametrize("value", ["", " ", "-"])
def test_what_the_settings_take_for_no_key_is_none(value: str) -> None:
    assert not provider_keys.is_given({"MASSIVE_API_KEY": value}, PRICES)


@pytest.mark.parametrize("setting", ["MASSIVE_API_KEY", "SEC_CONTACT"])
def test_it_goes_live_with_a_file_as_well(tmp_path: Path, setting: str) -> None:
    (tmp_path / "secret").write_text("Jane Doe jane@example.com\n")
    (tmp_path / "empty").write_text("\n")

    assert provider_keys.goes_live({f"{setting}_FILE": str(tmp_path / "secret")})
    with pytest.raises(StartError, match=f"{setting}_FILE names an empty file"):
        provider_keys.goes_live({f"{setting}_FILE": str(tmp_path / "empty")})


def test_it_says_of_every_provider_what_it_is_for_or_what_is_missing_and_never_a_key() -> None:
    given = {
        "MASSIVE_API_KEY": "secret-of-massive",
        "NEWSAPI_API_KEY": "secret-of-newsapi",
        "SEC_CONTACT": "jane@example.com",
    }

    lines = what_was_found(given)

    assert lines == [
        "Massive: the whole market's days",
        "Finnhub: no key",
        "Alpha Vantage: no key",
        "NewsAPI: off: its free plan is for development only",
        "SEC: companies and their filings",
        "ECB: exchange rates, without a key",
    ]
    assert not any(value in line for value in given.values() for line in lines)
    assert what_was_found({"SEC_CONTACT": "jane@example.com"})[0] == "Massive: no key, so no prices"
    assert "SEC: no contact, so no company data" in what_was_found({"MASSIVE_API_KEY": "k"})
    paid = what_was_found({"NEWSAPI_API_KEY": "k", "NEWSAPI_PLAN": "business"})[3]
    assert paid.startswith("NewsAPI: can be asked")


def test_keys_that_do_not_make_it_live_are_told_why() -> None:
    words = why_not_live({"FINNHUB_API_KEY": "hidden-one", "ALPHAVANTAGE_API_KEY": "hidden-two"})

    assert words is not None
    assert "a key for Finnhub and Alpha Vantage" in words
    assert "MASSIVE_API_KEY (prices) or SEC_CONTACT (companies)" in words
    assert "hidden" not in words
    assert why_not_live({}) is None
