"""Which queue carries a message: one pure function."""

from notify_project.constants import NotificationType, ProcessType, Queue


def choose_queue(notification_type: str, is_real: bool, process_type: str) -> Queue:  # noqa: FBT001 - the rule's own three words
    """Return the lane of a text or an email, or the queue of a letter.

    A message that is not real never waits before, nor delays, one that is.
    """
    if not is_real:
        return Queue.RESEARCH_MODE
    if notification_type == NotificationType.LETTER:
        return Queue.LETTERS
    if process_type == ProcessType.PRIORITY:
        return Queue.PRIORITY
    return Queue.NORMAL
