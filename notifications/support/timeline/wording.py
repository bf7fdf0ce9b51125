"""The version of a template that a message was made with, and today's."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, Subquery

from notifications.support.timeline.facts import Message
from templates_app.models import Template, TemplateHistory, TemplateRedacted


@dataclass(frozen=True, slots=True)
class Wording:
    """What a message was worded by.

    Attributes:
        used: None where that version is gone.
        today: likewise.
        hides_values: from people, for good.
    """

    used: TemplateHistory | None
    today: TemplateHistory | None
    hides_values: bool

    @property
    def is_changed(self) -> bool:
        """Whether the template is another today."""
        return self.used is not None and self.today is not None and self.used.pk != self.today.pk


def read_wording(row: Message) -> Wording:
    """Return the wording of a message, with one query."""
    newest = Template.objects.filter(id=OuterRef("id")).values("version")
    hidden = TemplateRedacted.objects.filter(template=OuterRef("id"), redact_personalisation=True)
    versions = TemplateHistory.objects.filter(id=row.template_id).filter(
        Q(version=row.template_version) | Q(version=Subquery(newest))
    )
    found = list(versions.annotate(hides=Exists(hidden)).order_by("version"))
    return Wording(
        used=next((each for each in found if each.version == row.template_version), None),
        today=found[-1] if found else None,
        hides_values=any(each.hides for each in found),
    )
