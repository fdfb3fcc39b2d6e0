"""Whatever a provider refuses and when its plan changes: what is withheld, it would have refused."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from investment.lib import redis
from investment.providers import errors
from investment.providers.models import Entitlement, HistoryFloor, UncoveredSymbol
from investment.providers.questions import Question
from investment.providers.selectors import entitlements as selectors
from investment.providers.services import entitlements
from investment.providers.services.entitlements import PASSAGE, RECHECK, RECHECK_SYMBOL

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

SCOPES = ("one:stocks:aaaa", "one:stocks:bbbb")  # two keys
ENDPOINTS = ("bars", "splits")
SYMBOLS = ("AAA", "BBB", None)
MORNING = datetime(2026, 3, 2, 14, tzinfo=UTC)
BACK = st.integers(0, 1500)  # days


@dataclass
class Plan:
    """The truth about one endpoint under one key, and when it last changed."""

    included: bool
    years: int
    strict: bool  # refuses a range because of its first day; else cuts it off
    tells: bool  # says where its history begins
    covered: set[str]
    changed_at: datetime | None = None

    def answer(self, question: Question, now: datetime) -> errors.ProviderError | None:
        if not self.included:
            return errors.NotEntitled("no", provider="one", words="not yours")
        floor = now.date() - timedelta(days=365 * self.years)
        first, last = question.first, question.last
        if first is not None and last is not None and (first if self.strict else last) < floor:
            told = floor if self.tells else None
            return errors.OutOfHistory("no", provider="one", words="too old", floor=told)
        if question.symbol is not None and question.symbol not in self.covered:
            return errors.UnknownSymbol("no", provider="one", words="who is that")
        return None


PLANS = st.builds(
    Plan,
    included=st.booleans(),
    years=st.sampled_from([1, 2, 3]),
    strict=st.booleans(),
    tells=st.booleans(),
    covered=st.sets(st.sampled_from(["AAA", "BBB"])),
)
NOISE = st.sampled_from(
    [None] * 6
    + [
        errors.ProviderUnavailable,
        errors.RequestRejected,
        errors.NotPublishedYet,
        errors.ProviderThrottled,
        errors.MalformedPayload,
        errors.CredentialsRejected,
    ]
)
AFTER = {errors.NotEntitled: RECHECK, errors.OutOfHistory: RECHECK, errors.UnknownSymbol: RECHECK_SYMBOL}


class Provider(RuleBasedStateMachine):
    @initialize(plans=st.lists(PLANS, min_size=4, max_size=4))
    def start(self, plans: list[Plan]) -> None:
        for model in (Entitlement, HistoryFloor, UncoveredSymbol):
            model.objects.all().delete()
        for scope in SCOPES:
            redis.state().delete(selectors.rows.key(scope))
        self.now = MORNING
        places = [(scope, endpoint) for scope in SCOPES for endpoint in ENDPOINTS]
        self.plans = dict(zip(places, plans, strict=True))
        self.refused_calls: dict[tuple[str, str], list[datetime]] = {place: [] for place in places}

    @rule(hours=st.sampled_from([1, 20, 24, 7 * 24, 21 * 24]))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(place=st.tuples(st.sampled_from(SCOPES), st.sampled_from(ENDPOINTS)), plan=PLANS)
    def the_plan_changes(self, place: tuple[str, str], plan: Plan) -> None:
        plan.changed_at = self.now
        self.plans[place] = plan

    @rule(
        place=st.tuples(st.sampled_from(SCOPES), st.sampled_from(ENDPOINTS)),
        symbol=st.sampled_from(SYMBOLS),
        dated=st.booleans(),
        back=BACK,
        length=BACK,
        noise=NOISE,
    )
    def ask(
        self,
        place: tuple[str, str],
        symbol: str | None,
        dated: bool,
        back: int,
        length: int,
        noise: type[errors.ProviderError] | None,
    ) -> None:
        last = self.now.date() - timedelta(days=min(back, length))
        first = self.now.date() - timedelta(days=max(back, length))
        question = Question(symbol, first, last) if dated else Question(symbol)
        answer = noise("?", provider="one", words="?") if noise else self.truth(place, question)
        if self.question(place, question, answer) is None:
            return  # withheld
        if type(answer) in AFTER and not (isinstance(answer, errors.OutOfHistory) and not dated):
            assert answer is not None
            assert self.question(place, question, answer) is None, "what was just refused is not asked again"
        if answer is None:
            assert self.question(place, question, None) == "answered", "a success takes all marks away"

    def truth(self, place: tuple[str, str], question: Question) -> errors.ProviderError | None:
        return self.plans[place].answer(question, self.now)

    def question(
        self, place: tuple[str, str], question: Question, answer: errors.ProviderError | None
    ) -> str | None:
        """Ask as the gateway does; None where the call was withheld."""
        scope, endpoint = place
        try:
            entitlements.admit(scope=scope, endpoint=endpoint, question=question, now=self.now)
        except errors.ProviderError as withheld:
            self.withholding_was_right(place, question, withheld)
            return None
        about = {"provider": "one", "scope": scope, "endpoint": endpoint, "question": question}
        if answer is None:
            entitlements.answered(**about, now=self.now)  # type: ignore[arg-type]
            return "answered"
        entitlements.refused(**about, error=answer, now=self.now)  # type: ignore[arg-type]
        if isinstance(answer, errors.NotEntitled):
            self.no_more_than_once_a_week(place)
        return "refused"

    def withholding_was_right(
        self, place: tuple[str, str], question: Question, withheld: errors.ProviderError
    ) -> None:
        truth = self.truth(place, question)
        if truth is None:
            # Only where the plan has changed, and for no longer than until the next check.
            again = datetime.fromisoformat(str(withheld.extra["ask_again_at"]))
            assert self.plans[place].changed_at is not None
            assert self.now < again <= self.now + max(AFTER[type(withheld)], PASSAGE)
        assert withheld.words in ("not yours", "too old", "who is that")

    def no_more_than_once_a_week(self, place: tuple[str, str]) -> None:
        calls, changed_at = self.refused_calls[place], self.plans[place].changed_at
        if calls and (changed_at is None or changed_at < calls[-1]):
            assert self.now - calls[-1] >= RECHECK
        calls.append(self.now)


def test_what_is_withheld_would_have_been_refused() -> None:
    run_state_machine_as_test(
        Provider,
        settings=settings(
            max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )


@pytest.mark.parametrize(
    ("asked", "later", "withheld"),
    [
        ((2020, 2021), (2020, 2021), True),
        ((2020, 2021), (2019, 2021), True),
        ((2020, 2021), (2020, 2022), False),
        ((2020, 2021), (2021, 2021), False),
    ],
)
def test_a_question_is_withheld_where_it_reaches_no_further(
    asked: tuple[int, int], later: tuple[int, int], withheld: bool
) -> None:
    def question(years: tuple[int, int]) -> Question:
        return Question("AAA", date(years[0], 1, 1), date(years[1], 1, 1))

    scope = SCOPES[0]
    entitlements.refused(
        provider="one",
        scope=scope,
        endpoint="bars",
        question=question(asked),
        error=errors.OutOfHistory("no", provider="one", words="too old"),
        now=MORNING,
    )
    try:
        entitlements.admit(scope=scope, endpoint="bars", question=question(later), now=MORNING)
    except errors.OutOfHistory:
        assert withheld
    else:
        assert not withheld
