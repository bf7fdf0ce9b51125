"""Words that several apps use."""

from django.db import models


class NotificationType(models.TextChoices):
    """Channels. Source: the API contract."""

    EMAIL = "email"
    SMS = "sms"
    LETTER = "letter"


class KeyType(models.TextChoices):
    """Kinds of API key; also stored on every notification."""

    NORMAL = "normal"
    TEAM = "team"
    TEST = "test"


class ProcessType(models.TextChoices):
    """How urgent the messages of a template are."""

    NORMAL = "normal"
    PRIORITY = "priority"


class Queue(models.TextChoices):
    """RQ queues."""

    PRIORITY = "priority"
    NORMAL = "normal"
    BULK = "bulk"
    RESEARCH_MODE = "research-mode"
    RECEIPTS = "receipts"
    CALLBACKS = "callbacks"
    PERIODIC = "periodic"
    REPORTING = "reporting"
    LETTERS = "letters"
    DATABASE = "database"
    JOBS = "jobs"
    JOB_ROWS = "job-rows"


# Queues that carry waiting texts and emails; a message keeps the lane that it was accepted for.
LANES = (Queue.PRIORITY, Queue.NORMAL, Queue.BULK, Queue.RESEARCH_MODE)
# All that a message may wait in; another queue changes no constraint of its table.
MESSAGE_QUEUES = (*LANES, Queue.LETTERS)


EXPIRE_CACHE_TEN_MINUTES = 600
