"""How a file that was checked is worded in JSON."""

from dataclasses import asdict
from typing import Any

from rest_framework import serializers

from notifications.jobs.estimate import Estimate
from notifications.jobs.look import Look
from notifications.spreadsheets.outcome import Code
from templates_app.read_models import TemplateModel


class FileRefusalSerializer(serializers.Serializer[Any]):
    """Why a file cannot be sent as it is."""

    code = serializers.ChoiceField(choices=[(code.value, code.value) for code in Code])
    message = serializers.CharField()
    details = serializers.ListField(child=serializers.CharField())


class ColumnsSerializer(serializers.Serializer[Any]):
    """What the names of columns say."""

    found = serializers.ListField(child=serializers.CharField())
    missing = serializers.ListField(
        child=serializers.CharField(), help_text="Placeholders of the template without a column."
    )
    duplicates = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text="Columns that name the same part of the recipient.",
    )
    has_recipient = serializers.BooleanField()


class RowErrorSerializer(serializers.Serializer[Any]):
    """Something to mend in a row."""

    row = serializers.IntegerField(help_text="As the spreadsheet counts: the names are row 1.")
    column = serializers.CharField(
        allow_null=True, help_text="Null where the row as a whole is wrong."
    )
    value = serializers.CharField()
    message = serializers.CharField()


class RowErrorsSerializer(serializers.Serializer[Any]):
    """What must be mended in rows."""

    count = serializers.IntegerField()
    rows = serializers.IntegerField(help_text="How many rows are wrong.")
    first = RowErrorSerializer(many=True, help_text="At most 100 of them.")


class FirstMessageSerializer(serializers.Serializer[Any]):
    """A row as its recipient would see it."""

    row = serializers.IntegerField()
    recipient = serializers.CharField()
    subject = serializers.CharField(allow_null=True)
    body = serializers.CharField()
    fragments = serializers.IntegerField(allow_null=True)


class EstimateSerializer(serializers.Serializer[Any]):
    """What the rows that can be sent would cost, in the words of bills."""

    messages = serializers.IntegerField()
    fragments = serializers.IntegerField(allow_null=True)
    chargeable_units = serializers.IntegerField()
    free_allowance_left = serializers.IntegerField(allow_null=True)
    free_allowance_used = serializers.IntegerField()
    charged_units = serializers.IntegerField()
    cost = serializers.FloatField(help_text="In pounds.")
    cost_is_least = serializers.BooleanField(
        help_text="Of letters: the price of one sheet each. How many sheets each has is not known "
        "before it is made."
    )


class TemplateShownSerializer(serializers.Serializer[Any]):
    """The template that the file was checked against."""

    id = serializers.UUIDField()
    version = serializers.IntegerField()
    name = serializers.CharField()
    template_type = serializers.CharField()


class LookSerializer(serializers.Serializer[Any]):
    """A file of recipients that was checked."""

    id = serializers.UUIDField(
        allow_null=True, help_text="Of the job that can be created of it; null if none can."
    )
    can_be_sent = serializers.BooleanField()
    refusal = FileRefusalSerializer(allow_null=True)
    original_file_name = serializers.CharField()
    template = TemplateShownSerializer()
    row_count = serializers.IntegerField()
    columns = ColumnsSerializer()
    row_errors = RowErrorsSerializer()
    first_messages = FirstMessageSerializer(many=True, help_text="At most 10 of them.")
    estimate = EstimateSerializer(allow_null=True)


def look_in_json(look: Look, template: TemplateModel) -> dict[str, Any]:
    """Return what was found in a file."""
    uploaded = look.uploaded
    checked, refusal, columns = uploaded.checked, uploaded.refusal, uploaded.checked.columns
    return {
        "id": None if refusal else str(uploaded.job_id),
        "can_be_sent": refusal is None,
        "refusal": refusal
        and {"code": refusal.code.value, "message": refusal.heading, "details": refusal.details},
        "original_file_name": uploaded.file_name,
        "template": {
            "id": str(template.id),
            "version": template.version,
            "name": template.name,
            "template_type": template.template_type,
        },
        "row_count": checked.row_count,
        "columns": {
            "found": columns.headings,
            "missing": columns.missing,
            "duplicates": columns.duplicates,
            "has_recipient": columns.has_recipient,
        },
        "row_errors": {
            "count": look.error_count,
            "rows": checked.wrong_row_count if columns.are_usable else 0,
            "first": [
                {
                    "row": entry.row,
                    "column": entry.column or None,
                    "value": entry.value,
                    "message": entry.what_to_do,
                }
                for entry in look.errors
            ],
        },
        "first_messages": [asdict(message) for message in look.messages],
        "estimate": uploaded.estimate and _estimate(uploaded.estimate),
    }


def _estimate(estimate: Estimate) -> dict[str, Any]:
    return {
        "messages": estimate.messages,
        "fragments": estimate.fragments,
        "chargeable_units": estimate.chargeable_units,
        "free_allowance_left": estimate.free_allowance_left,
        "free_allowance_used": estimate.free_allowance_used,
        "charged_units": estimate.charged_units,
        "cost": float(round(estimate.pounds, 6)),
        "cost_is_least": estimate.is_least,
    }
