"""Which queue carries a message: pure functions."""

from notify_project.constants import NotificationType, ProcessType, Queue


def choose_queue(
    notification_type: str,
    is_real: bool,  # noqa: FBT001 - the rule's own three words
    process_type: str,
    *,
    of_large_job: bool = False,
) -> Queue:
    """Return the lane of a text or an email, or the queue of a letter.

    A message that is not real never waits before, nor delays, one that is. A large mailing, however
    urgent its template, must not fill the lane of those that somebody waits for.
    """
    if not is_real:
        return Queue.RESEARCH_MODE
    if notification_type == NotificationType.LETTER:
        return Queue.LETTERS
    if of_large_job:
        return Queue.BULK
    if process_type == ProcessType.PRIORITY:
        return Queue.PRIORITY
    return Queue.NORMAL


def choose_storing_queue(notification_type: str, is_real: bool, process_type: str) -> Queue:  # noqa: FBT001 - as above
    """Return the queue on which a message waits to be stored.

    What is urgent waits in its own lane, and what is not real keeps out of the way.
    """
    lane = choose_queue(notification_type, is_real, process_type)
    if notification_type == NotificationType.LETTER or lane == Queue.NORMAL:
        return Queue.DATABASE
    return lane
