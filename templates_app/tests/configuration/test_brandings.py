import base64

import pytest
from django.db import transaction

from notify_project import storage
from notify_project.storage import Area
from services.branding.logos import logo_name
from services.branding.saving import save_branding
from services.models import EmailBranding, LetterBranding, Service
from services.tests.branding import pictures
from services.tests.factories import EmailBrandingFactory, ServiceFactory
from templates_app.configuration.export import export

LOGO = base64.b64encode(pictures.PNG).decode()
RIVERSIDE = f"""
email_brandings:
  - name: Riverside
    colour: "#0F766E"
    text: Riverside Library
    logo: {LOGO}
services:
  - name: Libraries
    email_branding: Riverside
"""


def changed(**values):
    fields = "".join(f"\n    {name}: {value}" for name, value in values.items())
    return f"email_brandings:\n  - name: Riverside{fields}"


def stored_logos():
    return storage.names(Area.BRANDING, "")


def test_a_branding_is_made_and_given_to_a_service(run):
    report = run(RIVERSIDE)

    row = EmailBranding.objects.get()
    assert report.changes == ['+ email branding "Riverside"', '+ service "Libraries"']
    assert (row.brand_type, row.colour, row.text) == ("org", "#0f766e", "Riverside Library")
    assert storage.read(Area.BRANDING, row.logo) == pictures.PNG
    assert Service.objects.get().email_branding == row
    assert run(RIVERSIDE).changes == []


@pytest.mark.parametrize(
    ("values", "changes"),
    [
        ({"colour": "null"}, ["colour #0f766e -> nothing"]),
        ({"type": "org_banner"}, ["type org -> org_banner"]),
        ({"text": "Books"}, ["text Riverside Library -> Books"]),
        (
            {"alt_text": "Waves"},
            ["alt text nothing -> Waves", "text Riverside Library -> nothing"],
        ),
        ({"logo": "null"}, [f'logo "{logo_name(pictures.PNG)[:40]}…" -> nothing']),
        ({}, []),
    ],
    ids=["colour", "type", "text", "other text", "logo", "nothing"],
)
def test_only_what_the_file_names_changes(run, values, changes):
    run(RIVERSIDE)

    report = run(changed(**values))

    assert report.problems == []
    assert report.changes == [f'~ email branding "Riverside": {each}' for each in changes]


def test_a_service_gives_its_branding_back(run):
    run(RIVERSIDE)

    report = run("services:\n  - name: Libraries\n    email_branding: null")

    assert report.changes == ['~ service "Libraries": email branding Riverside -> nothing']
    assert Service.objects.get().email_branding is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (changed(text="A", logo="'%%%'"), "2:5: The logo is not written in base64"),
        (changed(text="A", logo="PHN2Zy8+"), "2:5: The logo must be a PNG, JPEG or GIF file"),
        (changed(text="A", colour='"red"'), "2:5: The colour must be written #rrggbb"),
        (changed(text="A", type="bar"), "4:11: type must be one of org, both, org_banner"),
        (changed(), "2:5: A branding has either a text or an alternative text"),
        (
            RIVERSIDE.replace("email_branding: R", "email_branding: r"),
            "9:21: there is no email branding riverside; did you mean Riverside?",
        ),
        (
            f"{changed(text='A')}\n  - name: Riverside\n    text: B",
            "4:11: the email branding Riverside is declared twice",
        ),
    ],
    ids=["base64", "picture", "colour", "type", "no text", "unknown", "twice"],
)
def test_what_is_wrong_is_told_with_its_place_and_changes_nothing(problems, text, problem):
    assert [each for each in problems(text) if each.startswith(problem)]
    assert not EmailBranding.objects.exists()
    assert stored_logos() == []


def test_a_dry_run_stores_no_logo(run):
    run(RIVERSIDE, dry_run=True)

    assert stored_logos() == []


def test_an_export_has_the_brandings_that_can_be_used_or_are(run):
    save_branding(EmailBranding(name="Spare", text="S"), actor=None, logo=pictures.PNG)
    EmailBrandingFactory(name="Gone", active=False)
    ServiceFactory(email_branding=EmailBrandingFactory(name="Used", active=False))

    text = export()

    assert [name for name in ("Spare", "Gone", "Used") if f"name: {name}\n" in text] == [
        "Spare",
        "Used",
    ]
    assert f"logo: {LOGO}\n" in text
    assert run(text).changes == []


def test_a_branding_that_is_switched_off_comes_back_switched_off(run):
    with transaction.atomic():
        ServiceFactory(email_branding=EmailBrandingFactory(name="Used", active=False))
        text = export()
        transaction.set_rollback(True)

    report = run(text)

    assert report.problems == []
    assert not EmailBranding.objects.get(name="Used").active
    assert export() == text


def test_a_branding_is_switched_off(run):
    run(RIVERSIDE)

    report = run(changed(text="Riverside", active="false"))

    assert '~ email branding "Riverside": active yes -> no' in report.changes


def test_an_export_of_a_service_has_no_other_brandings(run):
    run(RIVERSIDE)
    EmailBrandingFactory(name="Another")

    text = export(["Libraries"])

    assert "Riverside" in text
    assert "Another" not in text


def test_an_export_says_when_a_logo_is_gone(run):
    run(RIVERSIDE)
    storage.delete(Area.BRANDING, logo_name(pictures.PNG))

    with pytest.raises(LookupError, match="the logo of the email branding Riverside is missing"):
        export()


LETTERHEAD = f"""
letter_brandings:
  - name: Riverside
    logo: {LOGO}
services:
  - name: Libraries
    letter_branding: Riverside
"""


def test_a_branding_of_letters_is_made_given_to_a_service_and_exported(run):
    report = run(LETTERHEAD)

    row = LetterBranding.objects.get()
    assert report.changes == ['+ letter branding "Riverside"', '+ service "Libraries"']
    assert storage.read(Area.BRANDING, row.filename) == pictures.PNG
    assert Service.objects.get().letter_branding == row
    exported = export(["Libraries"])
    assert run(exported).changes == []
    assert f"logo: {LOGO}" in exported
    assert "letter_branding: Riverside" in exported


def test_a_branding_of_letters_gets_another_logo_and_needs_one(run):
    run(LETTERHEAD)
    other = pictures.mark(2, (0, 0, 0))

    report = run(LETTERHEAD.replace(LOGO, base64.b64encode(other).decode()))
    refused = run("letter_brandings:\n  - name: Bare")

    assert LetterBranding.objects.get().filename == logo_name(other)
    assert len(report.changes) == 1
    assert "needs a logo" in str(refused.problems[0])
