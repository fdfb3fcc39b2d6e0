"""Terms are data, and the code asks them."""

import dataclasses
from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import httpx
import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from investment.accounts.models import AuditEntry, User
from investment.lib.modes import Mode
from investment.providers import registry, terms
from investment.providers.access import ProviderSettings
from investment.providers.adapters.alphavantage.limits import PLANS as ALPHAVANTAGE
from investment.providers.adapters.ecb.limits import PLANS as ECB
from investment.providers.adapters.finnhub.limits import PLANS as FINNHUB
from investment.providers.adapters.massive.limits import PLANS as MASSIVE
from investment.providers.adapters.newsapi import access as newsapi
from investment.providers.adapters.newsapi.limits import PLANS as NEWSAPI
from investment.providers.errors import NotEntitled
from investment.providers.registry import NAMES
from investment.providers.selectors import terms as selectors
from investment.providers.services.terms import accept

NOW = datetime(2026, 3, 3, 5, 5, tzinfo=UTC)
PLANS = {
    "massive": MASSIVE, "finnhub": FINNHUB, "alphavantage": ALPHAVANTAGE, "newsapi": NEWSAPI, "ecb": ECB
}  # fmt: skip


def test_every_provider_and_plan_has_terms_with_a_source() -> None:
    for name in {*NAMES, *PLANS}:
        for plan in PLANS.get(name, ("-",)):
            row = terms.terms_of(name, plan)
            assert row.said
            assert row.read
            assert row.source


def test_nothing_is_allowed_of_a_provider_whose_terms_nobody_has_read() -> None:
    with pytest.raises(KeyError):
        terms.may(use="own_screen", provider="stooq")


@pytest.mark.parametrize(
    ("provider", "plan", "use", "allowed"),
    [
        ("newsapi", "developer", "production", False),
        ("newsapi", "a plan that nobody knows", "production", False),
        ("newsapi", "business", "production", True),
        ("newsapi", "developer", "own_screen", True),
        ("massive", "basic", "production", True),
        ("massive", "basic", "others", False),
        ("massive", "basic", "scores", False),
        ("finnhub", "free", "others", False),
        ("finnhub", "free", "scores", True),
        ("alphavantage", "free", "others", False),
        ("ecb", "public", "others", True),
        ("ecb", "public", "scores", True),
        ("sec", "", "others", True),
        ("sec", "", "scores", True),
    ],
)
def test_a_use_is_allowed_as_the_terms_say(provider: str, plan: str, use: terms.Use, allowed: bool) -> None:
    verdict = terms.may(use=use, provider=provider, plan=plan)

    assert verdict.allowed == allowed
    assert bool(verdict.words) != allowed


def test_an_accepted_clause_allows_what_it_is_about() -> None:
    assert terms.may(use="scores", provider="massive", accepted={terms.NON_DISPLAY.name}).allowed


def test_a_provider_that_asks_to_be_named_is_named() -> None:
    shown = terms.attributions([("ecb", "public"), ("sec", ""), ("newsapi", "developer")])

    assert shown["ecb"].text == "Source: ECB"
    assert shown["newsapi"].link == "https://newsapi.org"
    assert "sec" not in shown


def test_who_is_asked_decides_who_is_named() -> None:
    assert set(selectors.attributions_of(["ecb", "massive", "somebody"])) == {"ecb"}


def test_answers_are_kept_as_long_as_the_plan_allows() -> None:
    assert terms.retention_of("newsapi", "developer") == timedelta(days=30)
    assert terms.retention_of("massive", "basic") is None


@pytest.mark.django_db
def test_scores_wait_for_the_operator_in_live_mode_alone(settings: Settings) -> None:
    settings.MODE = Mode.parse("live")
    assert "manage.py accept_terms massive" in selectors.withheld_from_scores()["massive"]

    settings.MODE = Mode.parse("sample-7-60")
    assert selectors.withheld_from_scores() == {}


@pytest.mark.django_db
def test_a_clause_is_accepted_once_in_words_in_the_audit_log(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.MODE = Mode.parse("live")
    ada = User.objects.create_user("ada")

    with patch("builtins.input", return_value="accept"):
        call_command("accept_terms", "massive", user="ada")
    call_command("accept_terms", "massive", user="ada")

    entry = AuditEntry.objects.get(action="terms.accepted")
    assert (entry.actor, entry.target) == (ada, "massive.non_display")
    assert entry.detail["words"] == terms.NON_DISPLAY.words
    told = capsys.readouterr().out
    assert terms.NON_DISPLAY.words in told
    assert "It was accepted before" in told
    assert selectors.withheld_from_scores() == {}


@pytest.mark.django_db
def test_whoever_does_not_accept_has_accepted_nothing() -> None:
    with (
        patch("builtins.input", return_value="yes"),
        pytest.raises(CommandError, match="Nothing was accepted"),
    ):
        call_command("accept_terms", "massive")

    assert not AuditEntry.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("arguments", "words"),
    [(["stooq"], "Nobody has read the terms"), (["massive", "--user", "nobody"], "There is no user")],
)
def test_accepting_what_is_not_there_says_so(arguments: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        call_command("accept_terms", *arguments)


@pytest.mark.django_db
def test_where_there_is_nothing_to_decide_nothing_is_asked(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("accept_terms", "ecb")

    assert "There is nothing to decide" in capsys.readouterr().out


@pytest.mark.django_db
def test_accepting_twice_writes_once() -> None:
    for expected in (True, False):
        assert accept(clause=terms.NON_DISPLAY, provider="massive", by="ada", actor=None, now=NOW) is expected

    assert AuditEntry.objects.get().detail["by"] == "ada"


def test_newsapi_is_off_in_production_in_the_words_of_its_terms() -> None:
    settings = ProviderSettings(key="k" * 32, base_url="http://x.test", plan="developer", production=True)
    verdict = terms.may(use="production", provider="newsapi", plan="developer")

    with pytest.raises(NotEntitled) as caught:
        newsapi.access(settings)
    assert verdict.words in caught.value.message
    assert "NEWSAPI_PLAN=business" in caught.value.message
    assert newsapi.access(dataclasses.replace(settings, production=False))


@pytest.mark.django_db
@pytest.mark.parametrize("name", registry.NAMES)
def test_what_a_provider_once_said_can_be_read_without_its_key_or_contact(
    settings: Settings, name: str
) -> None:
    setattr(settings, f"{name.upper()}_API_KEY", "-")
    settings.SEC_CONTACT = "-"

    found = registry.access_without_key(name)

    with httpx.Client(base_url="http://x.test") as client:
        assert found.make(client).name == name
