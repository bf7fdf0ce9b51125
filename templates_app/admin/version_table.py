"""The versions of a template with their authors, at a glance."""

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils.html import format_html, format_html_join

from services.models import User
from templates_app.models import Template, TemplateHistory

_SHOWN = 10
_CELL = "py-1 pr-6 align-top"


def with_authors(versions: QuerySet[TemplateHistory]) -> QuerySet[TemplateHistory, Any]:
    """Add the address of the author to each version."""
    authors = User.objects.filter(id=OuterRef("created_by_id")).values("email_address")
    return versions.annotate(author=Subquery(authors))


def version_table(template: Template) -> str:
    """Return the newest versions as a table, with a link to each and to all."""
    newest = with_authors(TemplateHistory.objects.filter(id=template.pk)).order_by("-version")
    rows = format_html_join(
        "",
        '<tr><td class="{}"><a class="text-primary-600 dark:text-primary-500" href="{}">{}</a></td>'
        '<td class="{}">{}</td><td class="{}">{}</td></tr>',
        (
            (
                _CELL,
                reverse("admin:templates_app_templatehistory_change", args=[row.history_id]),
                f"Version {row.version}",
                _CELL,
                f"{row.updated_at or row.created_at:%-d %B %Y at %H:%M}",
                _CELL,
                row.author or "–",
            )
            for row in newest[:_SHOWN]
        ),
    )
    everything = reverse("admin:templates_app_templatehistory_changelist")
    return format_html(
        '<table>{}</table><a class="text-primary-600 dark:text-primary-500" href="{}?q={}">{}</a>',
        rows,
        everything,
        template.pk,
        f"All versions, 1 to {template.version}",
    )
