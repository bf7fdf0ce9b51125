import pytest
from django.db import IntegrityError, transaction

from notify_project import storage
from notify_project.models import AuditEvent
from notify_project.storage import Area
from services.branding.logos import InvalidLogo, logo_name
from services.branding.saving import InvalidBranding, save_branding
from services.models import EmailBranding
from services.read_models import find_service
from services.tests.branding import pictures
from services.tests.factories import EmailBrandingFactory, ServiceFactory, UserFactory

pytestmark = pytest.mark.django_db


def branding(**values):
    return EmailBranding(**({"name": "Riverside", "text": "Riverside Library"} | values))


def test_a_branding_is_saved_trimmed_and_its_colour_in_one_writing(files):
    saved = save_branding(
        branding(name=" Riverside ", text=" The library ", alt_text=" ", colour="#AABBCC"),
        actor=None,
    )

    saved.refresh_from_db()
    assert (saved.name, saved.brand_type, saved.active) == ("Riverside", "org", True)
    assert (saved.text, saved.alt_text, saved.colour) == ("The library", None, "#aabbcc")
    assert (saved.logo, saved.updated_at) == (None, None)


def test_a_logo_is_stored_and_stays_when_another_takes_its_place(files):
    row = save_branding(branding(), actor=None, logo=pictures.PNG)
    save_branding(row, actor=None, logo=pictures.GIF)

    row.refresh_from_db()
    assert row.logo == logo_name(pictures.GIF)
    assert storage.read(Area.BRANDING, row.logo) == pictures.GIF
    assert storage.read(Area.BRANDING, logo_name(pictures.PNG)) == pictures.PNG


def test_who_changed_what_is_written_down(files):
    actor = UserFactory(support=True)
    row = save_branding(branding(), actor=actor)
    row.colour = "#112233"
    save_branding(row, actor=actor)
    save_branding(row, actor=actor)

    created, changed = AuditEvent.objects.filter(subject_id=str(row.id)).order_by("created_at")
    assert (created.action, created.actor) == ("create email branding", actor)
    assert created.after["text"] == "Riverside Library"
    assert changed.action == "change email branding"
    assert (changed.before, changed.after) == ({"colour": None}, {"colour": "#112233"})


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"name": " "}, "needs a name"),
        ({"name": "x" * 256}, "at most 255 characters"),
        ({"name": "Taken"}, "The branding Taken exists already"),
        ({"name": "a\nb"}, "one line"),
        ({"text": "a\u2028b"}, "one line"),
        ({"text": "x" * 256}, "at most 255 characters"),
        ({"text": None}, "either a text or an alternative text"),
        ({"alt_text": "Riverside"}, "either a text or an alternative text"),
        ({"text": None, "alt_text": "Riverside"}, "needs a logo"),
        ({"brand_type": "banner"}, "banner is not a type"),
        ({"colour": "red"}, "#rrggbb"),
        ({"colour": "#12345"}, "#rrggbb"),
        ({"colour": "#112233;x:y"}, "#rrggbb"),
        ({"colour": "#11223\uff13"}, "#rrggbb"),
    ],
    ids=str,
)
def test_what_cannot_be_shown_is_refused_and_changes_nothing(values, message):
    EmailBrandingFactory(name="Taken")

    with pytest.raises(InvalidBranding, match=message):
        save_branding(branding(**values), actor=None)

    assert EmailBranding.objects.count() == 1


def test_a_file_that_is_no_picture_is_refused_and_not_stored(files):
    with pytest.raises(InvalidLogo):
        save_branding(branding(), actor=None, logo=pictures.SVG)

    assert not EmailBranding.objects.exists()
    assert storage.names(Area.BRANDING, "") == []


def test_a_logo_of_a_branding_that_is_refused_is_not_stored(files):
    with pytest.raises(InvalidBranding):
        save_branding(branding(colour="red"), actor=None, logo=pictures.PNG)

    assert storage.names(Area.BRANDING, "") == []


@pytest.mark.parametrize(
    "values",
    [
        {"brand_type": "banner"},
        {"colour": "red"},
        {"colour": "#AABBCC"},
        {"logo": "../secret.png"},
        {"text": ""},
        {"text": None},
        {"alt_text": "both"},
    ],
    ids=str,
)
def test_the_database_refuses_it_too(values):
    with pytest.raises(IntegrityError), transaction.atomic():
        EmailBrandingFactory(**values)


def test_services_show_a_changed_branding_at_once(
    redis, settings, django_capture_on_commit_callbacks
):
    settings.READ_MODEL_SECONDS = 60
    row = EmailBrandingFactory(text="Old")
    service = ServiceFactory(email_branding=row)
    before = find_service(service.id).branding.text

    row.text = "New"
    with django_capture_on_commit_callbacks(execute=True):
        save_branding(row, actor=None)

    assert (before, find_service(service.id).branding.text) == ("Old", "New")
