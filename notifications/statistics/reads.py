"""How often each template of a service was used lately."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from notifications.statistics.template_usage import request_rebuilds
from notifications.statistics.usage_counters import read_hashes, trusted_counts, usage_key
from notifications.statistics.usage_in_history import count_usage
from notify_project import clock
from notify_project.constants import NotificationType
from notify_project.redis_connection import RedisUnavailable, ask_redis
from templates_app.models import Template


@dataclass(frozen=True, slots=True)
class TemplateUse:
    """How often a template was used."""

    template_id: UUID
    template_name: str
    template_type: str
    is_precompiled_letter: bool
    count: int


def template_usage(service_id: UUID, whole_days: int) -> list[TemplateUse]:
    """Return what a service used today and on the whole London days before, by name.

    Each day comes from Redis if its counters can be believed, and else from the database.
    """
    days = clock.london_days_back(clock.london_today(), whole_days)
    counted = believable(service_id, days)
    counted |= count_usage(service_id, [day for day in days if day not in counted])
    total: Counter[UUID] = Counter()
    for counts in counted.values():
        total.update(counts)
    return with_names(service_id, total)


def believable(service_id: UUID, days: list[date]) -> dict[date, dict[UUID, int]]:
    """Return the days whose counters are complete; the others are asked to be counted again."""
    keys = [usage_key(service_id, day) for day in days]
    try:
        generation, hashes = ask_redis(
            f"HGETALL {keys[-1]} and the days after it", lambda client: read_hashes(client, keys)
        )
        counts = {
            day: trusted_counts(fields, generation)
            for day, fields in zip(days, hashes, strict=True)
        }
        request_rebuilds(service_id, [day for day in days if counts[day] is None])
    except RedisUnavailable:
        return {}
    return {day: found for day, found in counts.items() if found is not None}


def with_names(service_id: UUID, total: Counter[UUID]) -> list[TemplateUse]:
    """Return the templates of a service that were used, by name."""
    used = {template_id: count for template_id, count in total.items() if count > 0}
    # Only templates of this service, whatever the counters hold; archived ones too.
    templates = Template.objects.filter(service_id=service_id, id__in=used).order_by("name", "id")
    return [
        TemplateUse(
            template_id=template.id,
            template_name=template.name,
            template_type=template.template_type,
            is_precompiled_letter=template.hidden
            and template.template_type == NotificationType.LETTER,
            count=used[template.id],
        )
        for template in templates.only("id", "name", "template_type", "hidden")
    ]
