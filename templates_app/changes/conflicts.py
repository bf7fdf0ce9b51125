"""Whether a template changed meanwhile in a way that a change did not know of."""

from typing import Any

from templates_app.differences import Difference, differences, values_of
from templates_app.models import Template, TemplateChange, TemplateHistory

Kind = TemplateChange.Kind
# What is said is one: a new subject may not go with a new content that its author never saw.
_SAID = frozenset(
    {
        "subject",
        "content",
        "letter_languages",
        "letter_welsh_subject",
        "letter_welsh_content",
    }
)


def find_conflicts(change: TemplateChange, present: Template | None) -> list[Difference]:
    """Return what others changed since the version that a change is based on, as far as it matters.

    A change of other fields does not: both stand.

    Args:
        change: what is proposed.
        present: the template as it is now; None if the change creates it.
    """
    if present is None:
        return []
    base, now = base_values(change), values_of(present)
    meanwhile = differences(base, now)
    if present.archived or change.kind == Kind.ARCHIVE:
        return meanwhile
    touched = _with_all_that_is_said(
        {name for name, value in change.proposed.items() if now[name] != value}
    )
    return [each for each in meanwhile if each.field in touched]


def open_conflicts(change: TemplateChange) -> list[Difference]:
    """Return what stands in the way of a change that has not come to its end."""
    return find_conflicts(change, change.template) if _is_open(change) else []


def base_values(change: TemplateChange) -> dict[str, Any]:
    """Return the version that a change is based on."""
    base = {"id": change.template_id, "version": change.base_version}
    return values_of(TemplateHistory.objects.get(**base))


def _with_all_that_is_said(names: set[str]) -> set[str]:
    return names | _SAID if names & _SAID else names


def shown_differences(change: TemplateChange) -> list[Difference]:
    """Return what a change does to the template, or did to the version that it was based on."""
    if change.kind == Kind.CREATE:
        return differences({}, change.proposed)
    if _is_open(change) and change.template is not None:
        before = values_of(change.template)
    else:
        before = base_values(change)
    after = {"archived": True} if change.kind == Kind.ARCHIVE else change.proposed
    return differences(before, {**before, **after})


def _is_open(change: TemplateChange) -> bool:
    return change.state in TemplateChange.OPEN
