"""The versions of a template with their authors, at a glance."""

from django.urls import reverse
from django.utils.html import format_html, format_html_join

from templates_app.authors import with_authors
from templates_app.models import Template, TemplateHistory

_SHOWN = 10
_CELL = "py-1 pr-6 align-top"


def made_at(version: TemplateHistory) -> str:
    """Return when a version was made; the first one was made with the template."""
    return f"{version.updated_at or version.created_at:%-d %B %Y at %H:%M}"


def version_table(template: Template) -> str:
    """Return the newest versions as a table, with a link to each and to all."""
    newest = with_authors(TemplateHistory.objects.filter(id=template.pk)).order_by("-version")
    rows = format_html_join(
        "",
        '<tr><td class="{}"><a class="text-primary-600 dark:text-primary-500" href="{}">{}</a></td>'
        '<td class="{}">{}</td>'
        '<td class="{}" style="overflow-wrap:anywhere">{}</td></tr>',
        (
            (
                _CELL,
                reverse("admin:templates_app_templatehistory_change", args=[row.history_id]),
                f"Version {row.version}",
                _CELL,
                made_at(row),
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
