"""Versions of templates, to read."""

from django.db.models import QuerySet

from services.api.management.viewsets import ByKey, Reads, ServiceOwnedViewSet, get_or_refuse
from templates_app.api.management.template_serializers import (
    TemplateVersionEntrySerializer,
    TemplateVersionSerializer,
)
from templates_app.authors import with_authors
from templates_app.models import Template, TemplateHistory

_TEXTS = ("content", "subject", "letter_welsh_subject", "letter_welsh_content")


class _NewestFirst(ByKey):
    ordering = ("-version",)


class TemplateVersionViewSet(Reads, ServiceOwnedViewSet):
    """All that a template ever said: a version never changes, and none is ever removed."""

    names = ("a version of a template", "versions of a template, without their texts")
    queryset = TemplateHistory.objects.all()
    serializer_class = TemplateVersionSerializer
    pagination_class = _NewestFirst
    lookup_field = "version"
    lookup_value_converter = "int"

    def get_queryset(self) -> QuerySet[TemplateHistory]:
        """Return the versions of the template of the path."""
        templates = Template.objects.filter(service=self.service, hidden=False)
        template = get_or_refuse(templates, id=self.kwargs["template_id"])
        rows = with_authors(TemplateHistory.objects.filter(id=template.id))
        return rows.defer(*_TEXTS) if self.action == "list" else rows

    def get_serializer_class(self) -> type[TemplateVersionEntrySerializer]:
        """Leave texts out of lists."""
        return (
            TemplateVersionEntrySerializer if self.action == "list" else TemplateVersionSerializer
        )
