from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from investment.settings import env


def test_a_missing_variable_says_where_it_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_SUCH", raising=False)

    with pytest.raises(ImproperlyConfigured, match=r"NO_SUCH is not set; \.env\.example"):
        env.text("NO_SUCH")


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EMPTY", "")

    assert env.text("EMPTY", "default") == "default"


@pytest.mark.parametrize("value", ["yes", "1", "true"])
def test_a_flag_is_true_or_false_and_nothing_near(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("FLAG", value)

    with pytest.raises(ImproperlyConfigured, match="must be 'True' or 'False'"):
        env.flag("FLAG", default=False)


def test_a_number_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBER", "many")

    with pytest.raises(ImproperlyConfigured, match="must be an integer"):
        env.integer("NUMBER", 1)


def test_a_secret_may_be_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("s3cret\n")
    monkeypatch.setenv("KEY_FILE", str(tmp_path / "key"))

    assert env.secret("KEY") == "s3cret"

    monkeypatch.setenv("KEY_FILE", str(tmp_path / "absent"))
    with pytest.raises(ImproperlyConfigured, match="KEY_FILE cannot be read"):
        env.secret("KEY")


def test_a_database_address_is_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DB", "postgres://me:p%40ss@db.example:5433/prices?host=/run/pg&sslmode=disable")

    settings = env.database("DB")

    assert (settings["NAME"], settings["USER"], settings["PASSWORD"]) == ("prices", "me", "p@ss")
    assert settings["HOST"] == "/run/pg"
    assert settings["OPTIONS"] == {"sslmode": "disable"}


@pytest.mark.parametrize(
    "address", ["mysql://me:s3cret@h/db", "postgres://me:s3cret@h", "postgres://me:s3cret@h:port/db"]
)
def test_a_wrong_address_is_refused_without_showing_its_password(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("DB", address)

    with pytest.raises(ImproperlyConfigured) as caught:
        env.database("DB")

    assert "s3cret" not in str(caught.value)


def test_words_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORDS", "a, b,,c ")

    assert env.words("WORDS") == ["a", "b", "c"]

    monkeypatch.delenv("WORDS")
    assert env.words("WORDS") == []
