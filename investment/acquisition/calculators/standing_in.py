"""Who may answer in a source's place: the next of the same basis, and nobody else. Pure."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar


class HasBasis(Protocol):
    """A source, as far as its basis goes; bases are equal or they are not."""

    @property
    def basis(self) -> object: ...


S = TypeVar("S", bound=HasBasis)
A = TypeVar("A")


@dataclass(frozen=True, slots=True)
class Answered(Generic[S, A]):
    """The first answer there was, and what kept the sources before from giving one, in order."""

    source: S | None
    answer: A | None
    failed: list[tuple[S, Exception]] = field(default_factory=list)


def in_order(sources: Sequence[S]) -> Iterator[S]:
    """Yield the first source, and those of its basis after it: what all of them tell is one series."""
    if sources:
        yield from (each for each in sources if each.basis == sources[0].basis)


def first_answer(
    sources: Sequence[S], ask: Callable[[S], A], *, passed_over: tuple[type[Exception], ...]
) -> Answered[S, A]:
    """
    Ask one source after the other until one answers.

    :param passed_over: what keeps a source from answering; everything else goes on to the caller.
    """
    failed: list[tuple[S, Exception]] = []
    for source in in_order(sources):
        try:
            return Answered(source, ask(source), failed)
        except passed_over as error:
            failed.append((source, error))
    return Answered(None, None, failed)
