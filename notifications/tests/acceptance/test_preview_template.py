import pytest
from django.core.management import CommandError, call_command

from services.branding.letters import save_letter_branding
from services.models import LetterBranding
from services.tests.branding import pictures
from services.tests.factories import ServiceFactory
from templates_app.tests.factories import TemplateFactory
from templates_app.versions import archive_template, update_template

pytestmark = pytest.mark.django_db


@pytest.fixture
def show(capsys):
    def run(*args):
        call_command("preview_template", *map(str, args))
        return capsys.readouterr().out

    return run


def test_a_text_is_shown_with_its_length_and_price_in_messages(show):
    service = ServiceFactory(name="Pigeons", prefix_sms=True)
    template = TemplateFactory(service=service, name="Reminder", content="Hi ((name)) , at 9")

    assert show(template.id, "--set", "Name=Jo") == (
        "Reminder · text message · version 1 · Pigeons\n\n"
        "Pigeons: Hi Jo, at 9\n\n"
        "11 characters of 918, GSM-7, billed as 1 message\n"
    )


def test_what_has_no_value_stays_visible_and_what_is_not_used_is_told(show):
    template = TemplateFactory(content="Hi ((first name)), ((when))")

    shown = show(template.id, "--set", "first_name=Jo", "--set", "colour=red")

    assert "Hi Jo, ((when))" in shown
    assert "6 characters of 918" in shown
    assert "Without a value, so it would be refused: when\n" in shown
    assert "Not in the template, so ignored: colour\n" in shown


def test_an_email_is_shown_as_plain_text_and_written_as_html(show, tmp_path):
    template = TemplateFactory(
        email=True, subject="It's ((name))", content="# Bring\n\n((what))", name="List"
    )
    file = tmp_path / "email.html"

    shown = show(
        template.id,
        "--set",
        "name=<b>",
        "--set",
        "what=a bag",
        "--set",
        "what=a pen",
        "--html",
        file,
    )

    assert "Subject: It’s <b>\n" in shown
    assert f"Bring\n{'=' * 65}\n\n• a bag\n• a pen\n" in shown
    assert "In lists of messages: Bring • a bag • a pen\n" in shown
    assert shown.endswith(f"HTML in {file}\n")
    html = file.read_text()
    assert html.startswith("<!DOCTYPE html>")
    assert "<title>It’s &lt;b&gt;</title>" in html


def test_an_email_with_a_link_to_unsubscribe_shows_one(show):
    template = TemplateFactory(unsubscribe=True, subject="Hi", content="Hello")

    assert "Unsubscribe from these emails: http" in show(template.id)


def test_a_letter_is_shown_with_its_heading(show):
    template = TemplateFactory(letter=True, subject="About ((n))", content="Dear ((n))")

    shown = show(template.id, "--set", "n=A & B")

    assert "Subject: About A & B\n" in shown
    assert "Dear A & B\n" in shown


def test_a_letter_is_written_as_html_with_its_address(show, tmp_path):
    template = TemplateFactory(letter=True, subject="About ((n))", content="QR: ((n))")
    file = tmp_path / "letter.html"
    address = (
        "--set",
        "address line 1=Jo",
        "--set",
        "address_line_2=1 Road",
        "--set",
        "postcode=n19gu",
    )

    shown = show(template.id, "--set", "n=<x>", *address, "--html", file)

    html = file.read_text()
    assert "Jo<br>1 Road<br>N1 9GU" in html
    assert "<h1>About &lt;x&gt;</h1>" in html
    assert "<svg" in html
    assert "ignored" not in shown


def test_a_letter_in_welsh_and_english_is_shown_whole(show, tmp_path):
    template = TemplateFactory(
        welsh=True,
        letter_welsh_subject="Bil",
        letter_welsh_content="Helo ((n))",
        content="Hi ((n))",
    )
    file = tmp_path / "letter.html"

    shown = show(template.id, "--set", "n=Jo", "--set", "address line 1=Jo", "--html", file)

    assert "Helo Jo\n\nHi Jo\n" in shown
    html = file.read_text()
    assert html.index("<h1>Bil</h1>") < html.index("<p>Helo Jo</p>") < html.index("<p>Hi Jo</p>")
    assert html.count('<address class="recipient">') == 1


def test_a_qr_code_that_does_not_fit_is_shown_as_text(show, tmp_path):
    template = TemplateFactory(letter=True, subject="Hi", content="QR: ((m))")

    shown = show(template.id, "--set", f"m={'x' * 3000}", "--html", tmp_path / "letter.html")

    assert "Would be refused: Cannot create a usable QR code" in shown
    assert "<svg" not in (tmp_path / "letter.html").read_text()


def test_what_would_be_refused_is_told(show):
    text = TemplateFactory(content="((m))")
    letter = TemplateFactory(letter=True, subject="Hi", content="QR: ((m))")

    assert "Would be refused: Your message is empty.\n" in show(text.id, "--set", "m=")
    assert "Text messages cannot be longer than 918" in show(text.id, "--set", f"m={'x' * 919}")
    assert "Cannot create a usable QR code" in show(letter.id, "--set", f"m={'x' * 505}")


def test_a_name_finds_a_template_and_an_older_version(show):
    template = TemplateFactory(name="Reminder", content="Old")
    update_template(template, actor=None, content="New")

    assert "\nNew\n" in show("Reminder")
    assert "\nOld\n" in show("Reminder", "--version", 1)


def test_an_archived_template_is_found_by_its_id_alone(show):
    template = TemplateFactory(name="Gone")
    archive_template(template, actor=None)

    assert "Archived: it can no longer be sent.\n" in show(template.id)
    with pytest.raises(CommandError, match="No template has the id or the name 'Gone'"):
        show("Gone")


def test_a_name_of_several_templates_lists_them(show):
    first, second = TemplateFactory.create_batch(2, name="Reminder")

    with pytest.raises(CommandError, match="Several templates are called 'Reminder'") as error:
        show("Reminder")

    assert f"{first.id}  sms  {first.service.name}" in str(error.value)
    assert f"{second.id}  sms  {second.service.name}" in str(error.value)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--version", "2"], "has versions 1 to 1, and no version 2"),
        (["--version", "0"], "has versions 1 to 1, and no version 0"),
        (["--set", "name"], "--set wants NAME=VALUE, not 'name'"),
        (["--set", "=x"], "--set wants NAME=VALUE, not '=x'"),
        (["--html", "x.html"], "--html is for emails and letters"),
    ],
    ids=["no such version", "version 0", "no value", "no name", "html of a text"],
)
def test_wrong_arguments_are_refused(show, arguments, words):
    template = TemplateFactory()

    with pytest.raises(CommandError, match=words):
        show(template.id, *arguments)


def test_a_file_that_cannot_be_written_is_told(show, tmp_path):
    template = TemplateFactory(email=True)

    with pytest.raises(CommandError, match="No such file or directory"):
        show(template.id, "--html", tmp_path / "missing" / "x.html")


def test_a_letter_shows_the_logo_of_its_service_to_browsers_and_names_what_it_cannot_print(
    show, tmp_path, files
):
    logo = save_letter_branding(LetterBranding(name="Riverside"), actor=None, logo=pictures.PNG)
    service = ServiceFactory(letter_branding=logo)
    template = TemplateFactory(service=service, letter=True, subject="Hi", content="Dear ((n))")

    html, pdf = tmp_path / "letter.html", tmp_path / "letter.pdf"
    shown = show(template.id, "--set", "n=Zoë 名", "--html", html, "--pdf", pdf)

    assert "Printed as empty boxes: 名\n" in shown
    assert f'src="http://testserver/branding/{logo.filename}"' in html.read_text()
    assert b"/Image" in pdf.read_bytes()
