import pytest
from django.db import IntegrityError, transaction

from notify_project import storage
from notify_project.models import AuditEvent
from notify_project.storage import Area
from services.branding.letters import letter_logo, save_letter_branding
from services.branding.logos import InvalidLogo, logo_name
from services.branding.saving import InvalidBranding
from services.creating import update_service
from services.models import LetterBranding, ServiceHistory
from services.read_models import find_service
from services.tests.branding import pictures
from services.tests.factories import LetterBrandingFactory, ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_a_branding_of_letters_is_saved_with_its_logo(files):
    actor = UserFactory(support=True)

    saved = save_letter_branding(LetterBranding(name=" Riverside "), actor=actor, logo=pictures.PNG)

    event = AuditEvent.objects.get(subject_id=str(saved.id))
    assert (saved.name, saved.filename) == ("Riverside", logo_name(pictures.PNG))
    assert letter_logo(saved.filename) == pictures.PNG
    assert (event.action, event.actor) == ("create letter branding", actor)


@pytest.mark.parametrize("content", [pictures.SVG, pictures.GIF, pictures.JPEG, b""])
def test_the_logo_of_letters_is_a_png_and_nothing_else(files, content):
    with pytest.raises(InvalidLogo):
        save_letter_branding(LetterBranding(name="Riverside"), actor=None, logo=content)

    assert not LetterBranding.objects.exists()
    assert storage.names(Area.BRANDING, "") == []


@pytest.mark.parametrize(
    ("name", "logo", "message"),
    [
        ("", pictures.PNG, "needs a name"),
        ("a\nb", pictures.PNG, "one line"),
        ("Other", None, "needs a logo"),
        ("Taken", pictures.PNG, "The branding Taken exists already"),
        ("Other", pictures.mark(2, (0, 0, 0)), "The branding Taken has this logo already"),
    ],
    ids=["no name", "two lines", "no logo", "taken name", "taken logo"],
)
def test_a_branding_of_letters_that_cannot_be_is_refused(files, name, logo, message):
    LetterBrandingFactory(name="Taken", filename=logo_name(pictures.mark(2, (0, 0, 0))))

    with pytest.raises(InvalidBranding, match=message):
        save_letter_branding(LetterBranding(name=name), actor=None, logo=logo)

    assert LetterBranding.objects.count() == 1


@pytest.mark.parametrize("filename", ["../secret.png", f"{'0' * 64}.svg"])
def test_the_database_refuses_what_is_no_name_of_a_logo(filename):
    with pytest.raises(IntegrityError), transaction.atomic():
        LetterBrandingFactory(filename=filename)


def test_letters_of_a_service_have_a_new_logo_at_once(
    files, redis, settings, django_capture_on_commit_callbacks
):
    settings.READ_MODEL_SECONDS = 60
    service, row = ServiceFactory(), LetterBrandingFactory(filename=f"{'a' * 64}.png")
    before = find_service(service.id).letter_logo

    with django_capture_on_commit_callbacks(execute=True):
        update_service(service, actor=None, letter_branding=row)
    given = find_service(service.id).letter_logo
    with django_capture_on_commit_callbacks(execute=True):
        save_letter_branding(row, actor=None, logo=pictures.PNG)

    assert (before, given) == (None, f"{'a' * 64}.png")
    assert find_service(service.id).letter_logo == logo_name(pictures.PNG)
    assert ServiceHistory.objects.get(id=service.id, version=2).letter_branding_id == row.id
