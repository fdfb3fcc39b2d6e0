"""
Between an adapter and the wire: learns from answers, and withholds what is known to be refused.

A question is one call of an adapter's method, or one page of those that yield pages; it may make
several requests.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

from investment.lib import clock
from investment.providers import errors
from investment.providers.access import Access
from investment.providers.questions import Question
from investment.providers.services import entitlements
from investment.providers.services.entitlements import Passage
from investment.providers.services.unwritten import What, quietly

_SUCCESS = 400  # HTTP's statuses below it


@dataclass(slots=True)
class _Asking:
    """
    A question under way: the endpoints that answered it, with HTTP's status, in order.

    ``withheld`` is what we raised ourselves, without a call: the provider has said nothing new.
    """

    question: Question
    answers: list[tuple[str, int]] = field(default_factory=list)
    withheld: errors.ProviderError | None = None


class Learner:
    """
    What one provider's answers teach, while they come.

    Learning never costs an answer: where it cannot be written down, that is logged and counted.
    """

    def __init__(self, access: Access[Any]) -> None:
        self._access = access
        self._asking = _Asking(Question())

    @contextmanager
    def asking(self, question: Question) -> Iterator[None]:
        """
        Learn from how the block ends: the errors of :mod:`investment.providers.errors`, or a success.

        What is not published yet is told when to ask again: with the provider's next day.
        """
        before, self._asking = self._asking, _Asking(question)
        asking = self._asking
        try:
            yield
        except errors.ProviderError as error:
            if isinstance(error, errors.NotPublishedYet) and error.retry_at is None:
                error.retry_at = entitlements.next_day(now=clock.now(), question=question)
            if error is not asking.withheld and asking.answers:
                with self._quietly("learn from a refusal"):
                    self._refused(asking, error)
            raise
        else:
            with self._quietly("learn from an answer"):
                self._answered(asking, asking.answers)
        finally:
            self._asking = before

    def may_ask(self, endpoint: str) -> list[Passage]:
        """
        Return if nothing that is known speaks against a request; see :func:`entitlements.admit`.

        :raises NotEntitled, OutOfHistory, UnknownSymbol: what the provider said to the same question before.
        """
        passages: list[Passage] = []
        if not endpoint:
            return passages
        try:
            with self._quietly("look up what is known"):
                passages = entitlements.admit(
                    scope=self._access.limits_of(endpoint).scope,
                    endpoint=endpoint,
                    question=self._asking.question,
                    now=clock.now(),
                )
        except errors.ProviderError as error:
            self._asking.withheld = error
            raise
        return passages

    def give_back(self, passages: list[Passage]) -> None:
        """Say that the request was not sent after all."""
        with self._quietly("let another call pass"):
            entitlements.give_back(passages)

    def was_answered(self, endpoint: str, status: int) -> None:
        """Note that a request of the question under way had an answer, whatever it says."""
        self._asking.answers.append((endpoint, status))

    def _answered(self, asking: _Asking, answers: list[tuple[str, int]]) -> None:
        for endpoint, status in dict(answers).items():
            if endpoint and status < _SUCCESS:
                entitlements.answered(
                    provider=self._access.provider,
                    scope=self._access.limits_of(endpoint).scope,
                    endpoint=endpoint,
                    question=asking.question,
                    now=clock.now(),
                )

    def _refused(self, asking: _Asking, error: errors.ProviderError) -> None:
        endpoint, _ = asking.answers[-1]
        if endpoint:
            entitlements.refused(
                provider=self._access.provider,
                scope=self._access.limits_of(endpoint).scope,
                endpoint=endpoint,
                question=asking.question,
                error=error,
                now=clock.now(),
                redact=self._access.redact,
            )

    def _quietly(self, what: What) -> AbstractContextManager[None]:
        return quietly(what, provider=self._access.provider)
