"""The registry: what can be broken, for how long, and how it is recognised as healed."""

import importlib
import pkgutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

GROUPS = (
    *("processes", "servers", "providers", "callbacks", "clock", "storage", "jobs", "races"),
    *("letters", "holds"),
)
LOAD_PER_SECOND = 15.0
PATIENCE_SECONDS = 300.0
_ANY = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Scenario:
    """One line of the report.

    Attributes:
        name: as the report has it.
        group: which part of the platform is broken.
        run: ``(world, seconds)``: breaks something for that long, and has healed it when it ends.
        long: seconds in ``make torture``.
        short: seconds in ``make test``; None leaves it out there.
        load: messages a second that clients send meanwhile; None for none.
        check: ``(world, verdict)``: what else is wrong, in words.
        patience: seconds from healing until every message must be final.
        accept_mode: of the platform meanwhile.
        clock: what the platform's clock shows when it starts: it gets a platform of its own.
        is_in_minutes: how long it takes is what ``--minutes`` says.
        loses_receipts: receipts may be gone, so that their messages end by the time limit.
    """

    name: str
    group: str
    run: Callable
    long: float
    short: float | None = None
    load: float | None = LOAD_PER_SECOND
    check: Callable | None = None
    patience: float = PATIENCE_SECONDS
    accept_mode: str = "persist_first"
    loses_receipts: bool = False
    is_in_minutes: bool = False
    clock: datetime | None = None


@dataclass
class _Registry:
    scenarios: dict[str, Scenario] = field(default_factory=dict)


_registry = _Registry()


def scenario(name: str, *, group: str, long: float, **options):
    """Register a function ``(world, seconds) -> None``; options are those of ``Scenario``."""

    def register(run):
        if group not in GROUPS:
            raise ValueError(f"{name}: there is no group {group}")
        if name in _registry.scenarios:
            raise ValueError(f"there are two scenarios called {name}")
        _registry.scenarios[name] = Scenario(name, group, run, long, **options)
        return run

    return register


def all_scenarios() -> list[Scenario]:
    """Return every scenario of the folder ``faults``, by group."""
    from notify_project.tests.torture import faults  # noqa: PLC0415 - they import this module

    for module in pkgutil.iter_modules(faults.__path__):
        importlib.import_module(f"{faults.__name__}.{module.name}")
    return sorted(
        _registry.scenarios.values(),
        # Those with a clock of their own last, one after another: each has its own platform.
        key=lambda each: (each.clock is not None, each.clock or _ANY, GROUPS.index(each.group)),
    )


def chosen(scenarios: Iterable[Scenario], words: Iterable[str]) -> list[Scenario]:
    """Return the scenarios with one of the words in their name or group; all without a word."""
    wanted = [word.lower() for word in words]
    return [
        each
        for each in scenarios
        if not wanted or any(word in f"{each.group} {each.name}".lower() for word in wanted)
    ]
