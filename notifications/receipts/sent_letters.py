"""How letters were sent that came back: all that is left to say once they are deleted."""

from collections.abc import Sequence
from uuid import UUID

from notifications.callbacks.payloads import SentLetter
from notifications.lifecycle import CameBack
from notifications.models import Job, NotificationHistory
from services.models import User
from templates_app.read_models import find_version, prepare_versions

API = "API"
# The first recipient of a file is in row 2; jobs count from 0.
FIRST_ROW = 2


def how_sent(letters: Sequence[CameBack | NotificationHistory]) -> list[SentLetter]:
    """Return how letters were sent, in their order; a few queries, however many."""
    prepare_versions((each.template_id, each.template_version) for each in letters)
    jobs = Job.objects.filter(id__in={each.job_id for each in letters if each.job_id})
    names = dict(jobs.values_list("id", "original_file_name"))
    people = User.objects.filter(id__in={each.created_by_id for each in letters})
    addresses = dict(people.values_list("id", "email_address"))
    return [_how_sent(each, names, addresses) for each in letters]


def _how_sent(
    letter: CameBack | NotificationHistory, names: dict[UUID, str], addresses: dict[UUID, str]
) -> SentLetter:
    version = find_version(letter.template_id, letter.template_version)
    template = version if version and not version.hidden else None
    is_upload = template is None and letter.api_key_id is None
    row = letter.job_row_number
    return SentLetter(
        notification_id=letter.id,
        reference=letter.client_reference if letter.api_key_id else None,
        date_sent=letter.created_at,
        sent_by=addresses.get(letter.created_by_id, API) if letter.created_by_id else API,
        template_name=template.name if template else None,
        template_id=template.id if template else None,
        template_version=template.version if template else None,
        spreadsheet_file_name=names.get(letter.job_id) if letter.job_id else None,
        spreadsheet_row_number=None if row is None else row + FIRST_ROW,
        upload_letter_file_name=letter.client_reference if is_upload else None,
    )
