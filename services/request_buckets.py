"""Buckets of requests: their names, and how many tokens they hold. Pure."""

import math
from typing import Final
from uuid import UUID

# Source: the API contract, rate limits.
LARGEST_BUCKET: Final = 1000
MINUTE: Final = 60


def capacity_of(rate: int) -> int:
    """Return how many tokens a bucket holds that gains so many a minute."""
    return min(math.ceil(rate / 3) + 1, LARGEST_BUCKET)


def bucket_key(service_id: UUID, key_type: str) -> str:
    """Return the key of the bucket that one kind of a service's keys shares."""
    return f"rate-limit-{service_id}-{key_type}"
