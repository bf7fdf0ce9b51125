"""How the story of a message is worded, and how that is described."""

from typing import Any

from rest_framework import serializers

from notifications.support.timeline.steps import Kind, Step, Tone
from notifications.support.timeline.story import Story


class StepSerializer(serializers.Serializer[Any]):
    """One thing that happened to a message, or will."""

    at = serializers.DateTimeField()
    kind = serializers.CharField(help_text=f"{', '.join(Kind)}: the last is yet to come.")
    what = serializers.CharField()
    details = serializers.ListField(child=serializers.CharField())
    tone = serializers.CharField(help_text=f"{', '.join(Tone)}.")
    raw = serializers.CharField(help_text="What a provider answered, without what is personal.")
    seconds_after = serializers.FloatField(
        allow_null=True, help_text="Since the step before; null for the first, and what is ahead."
    )


class StorySerializer(serializers.Serializer[Any]):
    """Where a message is, why it is not further, and how it came there."""

    sentence = serializers.CharField()
    advice = serializers.CharField(help_text="What to do about it; may be empty.")
    further = serializers.ListField(
        child=serializers.CharField(), help_text="What else is open, such as telling the service."
    )
    tone = serializers.CharField(help_text=f"{', '.join(Tone)}.")
    steps = StepSerializer(many=True)


def told(story: Story, *, with_raw: bool) -> dict[str, Any]:
    """Return a story as the API tells it.

    Args:
        story: of one message.
        with_raw: with the words of providers.
    """
    return {
        "sentence": story.why.sentence,
        "advice": story.why.advice,
        "further": list(story.why.further),
        "tone": story.why.tone,
        "steps": [_told(step, with_raw=with_raw) for step in story.steps],
    }


def _told(step: Step, *, with_raw: bool) -> dict[str, Any]:
    return {
        "at": step.at,
        "kind": step.kind,
        "what": step.what,
        "details": list(step.details),
        "tone": step.tone,
        "raw": step.raw if with_raw else "",
        "seconds_after": None if step.after is None else step.after.total_seconds(),
    }
