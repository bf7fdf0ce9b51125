"""The few calls that go upwards: a lower app declares a hook, an upper app answers it."""

from collections.abc import Callable
from typing import Generic, TypeVar

Subject = TypeVar("Subject")
Answer = TypeVar("Answer")


class Hook(Generic[Subject]):
    """A call that any number of upper apps answer, in the caller's transaction."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._answers: list[Callable[[Subject], None]] = []

    def connect(self, answer: Callable[[Subject], None]) -> None:
        """Add an answer; connecting the same one twice adds it once."""
        if answer not in self._answers:
            self._answers.append(answer)

    def __call__(self, subject: Subject) -> None:
        """Run all answers; their errors propagate."""
        for answer in self._answers:
            answer(subject)


class Question(Generic[Subject, Answer]):
    """A question that one upper app may answer; without it the default holds."""

    def __init__(self, name: str, *, default: Answer) -> None:
        self.name = name
        self._default = default
        self._answer: Callable[[Subject], Answer] | None = None

    def connect(self, answer: Callable[[Subject], Answer]) -> None:
        """Set who answers."""
        self._answer = answer

    def __call__(self, subject: Subject) -> Answer:
        """Ask."""
        return self._default if self._answer is None else self._answer(subject)
