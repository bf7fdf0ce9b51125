"""What is looked for among notifications, and the index that answers each question."""

from django.db import models
from django.db.models.functions import Coalesce, Greatest, Right
from django.db.models.lookups import IsNull

from notifications.statuses import Status
from notify_project.constants import KeyType, NotificationType

# When a waiting message may next be taken: at once, when its retry is due, or when the lease
# of the worker that took it has run out. PostgreSQL's GREATEST passes over nulls.
DUE_AT = Greatest("created_at", "claimed_until", "next_attempt_at")
# Not the column itself: the planner would rather read along the index on all services' times,
# past the messages of all others.
NEWEST_FIRST = (
    models.Func(
        models.Value("UTC"),
        models.F("created_at"),
        function="timezone",
        output_field=models.DateTimeField(),
    ).desc(),
    models.F("id").desc(),
)
NEWEST_IN_STATUS = ("notification_type", "status", *NEWEST_FIRST)
# How many characters of an address's end, a postcode or a country, are enough to look it up by.
ENDING_CHARACTERS = 4
LETTER_ENDING = Right("normalised_to", ENDING_CHARACTERS)
NOT_OF_A_JOB = IsNull(models.F("job_id"), rhs=True)
# A row of a job has no key of its own; what a person sent has neither.
CAME_BY = Coalesce("job_id", "api_key_id")


def hash_of(text: models.F | models.Value) -> models.Func:
    """Return what an index holds instead of a text that may be longer than its entries."""
    return models.Func(
        text,
        models.Value(0),
        function="hashtextextended",
        output_field=models.BigIntegerField(),
    )


UNFINISHED_TEST_LETTERS = models.Q(
    is_real=False,
    notification_type=NotificationType.LETTER,
    status__in=[Status.SENDING, Status.PENDING_VIRUS_CHECK],
)

# Sheets are the proof that there is a PDF, and that it is good.
READY_TO_PRINT = models.Q(
    notification_type=NotificationType.LETTER,
    status=Status.CREATED,
    is_real=True,
    key_type=KeyType.NORMAL,
    billable_units__gt=0,
)

INDEXES = [
    # The newest that a service sent with a kind of key, in jobs or by themselves.
    models.Index(
        "service_id",
        "key_type",
        NOT_OF_A_JOB,
        *NEWEST_FIRST,
        name="ix_notif_newest",
    ),
    # The newest of them in one status; which few messages failed is found at once.
    models.Index(
        "service_id",
        "key_type",
        NOT_OF_A_JOB,
        *NEWEST_IN_STATUS,
        name="ix_notif_newest_in_status",
    ),
    # The same under one reference, which a caller may give to a million messages.
    models.Index(
        hash_of(models.F("client_reference")),
        "service_id",
        "key_type",
        NOT_OF_A_JOB,
        *NEWEST_IN_STATUS,
        condition=models.Q(client_reference__isnull=False),
        name="ix_notif_newest_of_reference",
    ),
    # Letters are few, and looked for by where they stand; texts and emails are not.
    models.Index(
        fields=["status", "created_at"],
        condition=models.Q(notification_type="letter"),
        name="ix_notif_letter_status",
    ),
    # The newest that was sent with one template.
    models.Index(
        "template_id",
        *NEWEST_IN_STATUS,
        name="ix_notif_newest_of_template",
    ),
    # The newest that came in one job or with one key.
    models.Index(
        CAME_BY,
        *NEWEST_IN_STATUS,
        name="ix_notif_newest_by",
    ),
    # The newest to one recipient; all that some addresses get is a service's own tests.
    models.Index(
        hash_of(models.F("normalised_to")),
        "service_id",
        *NEWEST_IN_STATUS,
        condition=models.Q(normalised_to__isnull=False),
        name="ix_notif_newest_to",
    ),
    models.Index(
        fields=["reference"],
        condition=models.Q(reference__isnull=False),
        name="ix_notif_reference",
    ),
    models.Index(fields=["created_at"], name="ix_notif_created_at"),
    # Which message came by a request that its caller named?
    models.Index(
        fields=["request_id"],
        condition=models.Q(request_id__isnull=False),
        name="ix_notif_request",
    ),
    # Which letters went to a postcode?
    models.Index(
        LETTER_ENDING,
        condition=models.Q(notification_type="letter"),
        name="ix_notif_letter_ending",
    ),
    # Which messages of a lane may a worker take, service by service, oldest first?
    models.Index(
        "lane",
        "service_id",
        DUE_AT,
        condition=models.Q(status="created", notification_type__in=["sms", "email"]),
        name="ix_notif_due_in_lane",
    ),
    # Is anything due in a lane, and since when?
    models.Index(
        "lane",
        DUE_AT,
        condition=models.Q(status="created", notification_type__in=["sms", "email"]),
        name="ix_notif_oldest_due",
    ),
    # Which letters wait for an outcome that is made up?
    models.Index(
        fields=["created_at", "id"],
        condition=UNFINISHED_TEST_LETTERS,
        name="ix_notif_test_letters",
    ),
    # Which letters have no pages yet?
    models.Index(
        fields=["created_at", "id"],
        condition=models.Q(
            notification_type="letter", status="created", is_real=True, billable_units=0
        ),
        name="ix_notif_letters_to_make",
    ),
    # Which letters are ready to be printed?
    models.Index(
        fields=["created_at", "id"],
        condition=READY_TO_PRINT,
        name="ix_notif_letters_to_print",
    ),
    # Which letters that came as a PDF wait for their check?
    models.Index(
        fields=["created_at", "id"],
        condition=models.Q(notification_type="letter", status="pending-virus-check", is_real=True),
        name="ix_notif_letters_to_check",
    ),
]
