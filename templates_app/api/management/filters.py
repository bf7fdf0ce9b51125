"""What lists of templates can be asked for."""

from typing import Any

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema_field
from rest_framework.request import Request

from templates_app.models import Template, TemplateFolder

TOP_LEVEL = "null"
_ARCHIVED = {
    "type": "boolean",
    "description": "Archived ones, or those in use, which is what one gets without it.",
}
_FOLDER = {
    "type": "string",
    "anyOf": [{"format": "uuid"}, {"const": TOP_LEVEL}],
    "description": "The id of the folder that they are in, or null for the top level.",
}


def _folders(request: Request) -> QuerySet[TemplateFolder]:
    context: dict[str, Any] = request.parser_context
    return TemplateFolder.objects.filter(service=context["view"].service)


class TemplateFilter(filters.FilterSet):  # type: ignore[misc]  # it has no types
    """Which templates of a service."""

    archived = extend_schema_field(_ARCHIVED)(
        filters.TypedChoiceFilter(
            choices=[("true", "true"), ("false", "false")], coerce="true".__eq__
        )
    )
    folder = extend_schema_field(_FOLDER)(
        filters.ModelChoiceFilter(queryset=_folders, null_label="top level", null_value=TOP_LEVEL)
    )
    name = filters.CharFilter(lookup_expr="icontains", help_text="A part of the name.")

    class Meta:
        model = Template
        fields = ["template_type"]
