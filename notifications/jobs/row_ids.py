"""The id of a row's message: always the same, whoever stores it and however often. Pure."""

import uuid

NAMESPACE_NOTIFY_JOB = uuid.UUID("6d3f6a0e-9c4b-5b7e-8a55-0f2d1c7be9a4")


def row_id(job_id: uuid.UUID, number: int) -> uuid.UUID:
    """Return the id of the notification of a row, counted from 0."""
    return uuid.uuid5(NAMESPACE_NOTIFY_JOB, f"{job_id}:{number}")
