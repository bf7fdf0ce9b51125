"""How sure the figures of a page are, in words."""

from notifications.statistics.shown_counts import TOO_MANY, Shown
from notify_project import clock


def how_counted(shown: Shown) -> str:
    """Return when what is shown was counted, and what is missing; empty if all was just now."""
    words = []
    if shown.as_of is not None:
        words.append(f"As of {clock.london_words(shown.as_of)}: it is counted every five minutes.")
    if shown.left_out:
        days = " and ".join(f"{day:%-d %B}" for day in shown.left_out)
        words.append(
            f"Without {days}: more than {TOO_MANY:,} messages, which nobody has counted yet. "
            "They are counted within five minutes."
        )
    return " ".join(words)
