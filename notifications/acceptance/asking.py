"""One request as the rules see it, and two ways to ask them: until one refuses, or all."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from notify_project.api.errors import ApiError
from services.caller import Caller

# Calls a rule with what follows it. The answer is the rule's own, or None if it refused.
Ask = Callable[..., Any]


def at_once(rule: Callable[..., Any], *arguments: Any) -> Any:
    """Ask a rule; its refusal ends the request."""
    return rule(*arguments)


class AskAll:
    """Ask every rule, and keep what is refused.

    Attributes:
        errors: entries as an answer's ``errors`` has them, in the order of the checks.
    """

    def __init__(self) -> None:
        self.errors: list[dict[str, object]] = []

    def __call__(self, rule: Callable[..., Any], *arguments: Any) -> Any:
        """Ask a rule; None if it refuses."""
        try:
            return rule(*arguments)
        except ApiError as refusal:
            # One fault may be met by two rules; it is told once.
            self.errors += [error for error in refusal.errors if error not in self.errors]
            return None


@dataclass(frozen=True, slots=True)
class Case:
    """A request to send a message.

    Attributes:
        body: fits its schema, but for what ``unfit`` names, which has been left out of it.
        caller: the service and its key.
        ask: how a rule is asked.
        require_international: refuses a text abroad that is one too many today.
        unfit: properties that were refused by the schema; only where all refusals are collected.
        may_defer: the message may be queued now and stored later.
    """

    body: dict[str, Any]
    caller: Caller
    ask: Ask
    require_international: Callable[[], None]
    unfit: frozenset[str] = frozenset()
    may_defer: bool = False
