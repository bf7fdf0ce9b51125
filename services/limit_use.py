"""How much of its limits a service has used just now, for people to look at; nothing is taken."""

import math
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from redis import Redis

from notify_project.constants import KeyType, NotificationType
from notify_project.redis_connection import RedisUnavailable, ask_redis
from services.day_counters import INTERNATIONAL_SMS, day_counter
from services.models import Service
from services.request_buckets import MINUTE, bucket_key, capacity_of

WORDS: Final = (*NotificationType.values, INTERNATIONAL_SMS)


@dataclass(frozen=True, slots=True)
class DayUse:
    """What was used of a daily limit since midnight UTC; None: nothing was counted yet."""

    word: str
    used: int | None
    limit: int


@dataclass(frozen=True, slots=True)
class MinuteUse:
    """How many requests one kind of key may make at once, of how many."""

    key_type: str
    room: int
    capacity: int


@dataclass(frozen=True, slots=True)
class LimitUse:
    """All limits of a service; without Redis nobody knows what is used."""

    days: list[DayUse]
    minutes: list[MinuteUse]
    is_known: bool = True


def limit_use(service: Service, now: datetime) -> LimitUse:
    """Return what a service has used of its limits."""
    limits = {
        NotificationType.EMAIL.value: service.email_message_limit,
        NotificationType.SMS.value: service.sms_message_limit,
        NotificationType.LETTER.value: service.letter_message_limit,
        INTERNATIONAL_SMS: service.international_sms_message_limit,
    }
    try:
        used, buckets = ask_redis(
            f"read limits of service {service.id}", lambda redis: _read(redis, service.id, now)
        )
    except RedisUnavailable:
        return LimitUse([DayUse(word, None, limits[word]) for word in WORDS], [], is_known=False)
    most = max(capacity_of(service.rate_limit) - 1, 0)
    return LimitUse(
        [
            DayUse(word, _number(value), limits[word])
            for word, value in zip(WORDS, used, strict=True)
        ],
        [
            MinuteUse(key_type, _room(bucket, service.rate_limit, now), most)
            for key_type, bucket in zip(KeyType.values, buckets, strict=True)
        ],
    )


def _read(
    redis: Redis, service_id: UUID, now: datetime
) -> tuple[list[bytes | None], list[list[bytes | None]]]:
    with redis.pipeline(transaction=False) as pipeline:
        pipeline.mget([day_counter(service_id, word, now) for word in WORDS])
        for key_type in KeyType.values:
            pipeline.hmget(bucket_key(service_id, key_type), ["tokens", "at"])
        used, *buckets = pipeline.execute()
    return used, buckets


def _number(value: bytes | None) -> int | None:
    return int(value) if value is not None and value.isdigit() else None


def _room(bucket: list[bytes | None], rate: int, now: datetime) -> int:
    """Return the tokens of a bucket, with what it has gained since the last request.

    A request takes one and wants another to be left.
    """
    tokens, at = bucket
    most = capacity_of(rate)
    if tokens is not None and at is not None:
        gained = math.floor(max(now.timestamp() - float(at), 0.0) * rate / MINUTE)
        most = min(most, int(tokens) + gained)
    return max(most - 1, 0)
