"""The steps of a letter between its acceptance and the post."""

from collections.abc import Iterator

from notifications.models import LetterCheck, LetterPrintBatch
from notifications.support.timeline.facts import Facts
from notifications.support.timeline.steps import Kind, Step, Tone

_State = LetterPrintBatch.State


def printing_steps(facts: Facts) -> Iterator[Step]:
    """Yield what became of a letter on its way to the printer and back."""
    if facts.printing.check is not None:
        yield _checked(facts.printing.check)
    for batch in facts.printing.batches:
        yield from _printed(batch)
    for rejection in facts.printing.rejections:
        words = "The printer refused a job of it"
        details = (f"Job {rejection.job_id}; it is not used again",)
        yield Step(rejection.created_at, Kind.LETTER, words, Tone.BAD, details)
    if facts.printing.returned is not None:
        words = f"Reported as brought back on {facts.printing.returned.reported_at:%-d %B %Y}"
        yield Step(facts.printing.returned.created_at, Kind.LETTER, words, Tone.BAD)


def _checked(check: LetterCheck) -> Step:
    details = [] if check.is_clean is not None else ["Nobody scanned it for viruses"]
    if check.page_count:
        details.insert(0, f"{check.page_count} pages")
    if check.is_clean is False:
        words, tone = "Its PDF was scanned: it has a virus", Tone.BAD
    elif check.message:
        pages = ", ".join(map(str, check.invalid_pages))
        words = f"Its PDF was checked: {check.message}" + (f", page {pages}" if pages else "")
        tone = Tone.BAD
    else:
        words, tone = "Its PDF was checked, and is good", Tone.GOOD
    return Step(check.checked_at, Kind.LETTER, words, tone, tuple(details))


def _printed(batch: LetterPrintBatch) -> Iterator[Step]:
    letters = "1 letter" if batch.letter_count == 1 else f"{batch.letter_count:,} letters"
    name = batch.file_name or f"a batch of {letters}"
    details = (f"Print run of {batch.print_day:%-d %B %Y}, batch {batch.id}",)
    yield Step(
        batch.created_at, Kind.LETTER, f"Planned for {batch.provider} in {name}", details=details
    )
    if batch.uploaded_at:
        words = f"The batch is with {batch.provider}"
        yield Step(batch.uploaded_at, Kind.LETTER, words, Tone.GOOD)
    if batch.acknowledged_at:
        words = f"{batch.provider} says that it has the file"
        yield Step(batch.acknowledged_at, Kind.LETTER, words, Tone.GOOD)
