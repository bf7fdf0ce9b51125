"""Bodies of changes that are given a reason, which the audit keeps."""

from typing import Any

from rest_framework import serializers

LONGEST = 500
_HELP = "It is kept with the audit, so name nobody."


class NoteSerializer(serializers.Serializer[Any]):
    """A change that may be given a reason."""

    reason = serializers.CharField(
        max_length=LONGEST, required=False, allow_blank=True, default="", help_text=_HELP
    )


class ReasonSerializer(serializers.Serializer[Any]):
    """A change that must be given a reason."""

    reason = serializers.CharField(max_length=LONGEST, help_text=_HELP)
