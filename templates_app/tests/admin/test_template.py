import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from notify_project.models import AuditEvent
from notify_project.tests.queries import queries_of_few_and_many_rows
from services.senders import add_letter_contact, archive_sender
from services.tests.factories import ServiceFactory, UserFactory
from templates_app.admin.template_form import TemplateForm
from templates_app.folders import move
from templates_app.models import Template, TemplateHistory, TemplateRedacted
from templates_app.redaction import redact
from templates_app.tests.attachments import pdf
from templates_app.tests.factories import TemplateFactory, TemplateFolderFactory
from templates_app.versions import archive_template, update_template

ADD = "admin:templates_app_template_add"
WHY = {"reason": "asked for"}


def url(template, what="change"):
    return reverse(f"admin:templates_app_template_{what}", args=[template.pk])


def form(template, **values):
    """Return what the page of a template posts."""
    names = ["name", "subject", "content", "process_type", "postage"]
    names += ["letter_languages", "letter_welsh_subject", "letter_welsh_content"]
    columns = {name: getattr(template, name) or "" for name in names}
    placed = {"folder": template.folder_id, "service_letter_contact": None}
    return {**columns, **{name: value or "" for name, value in placed.items()}, **WHY, **values}


def shown_by(page):
    """Return what a page says that it showed."""
    return page.context["adminform"].form["shown"].value()


def versions_of(template):
    return list(TemplateHistory.objects.filter(id=template.pk).order_by("version"))


@pytest.mark.parametrize(
    ("template_type", "kept"),
    [
        ("sms", {"subject": None, "postage": None, "letter_welsh_content": None}),
        ("email", {"subject": "Heading", "postage": None, "letter_languages": None}),
        (
            "letter",
            {
                "subject": "Heading",
                "postage": "first",
                "letter_languages": "welsh_then_english",
                "letter_welsh_content": "Helo",
            },
        ),
    ],
)
def test_a_new_template_has_what_its_type_has(signed_in, staff, template_type, kept):
    service = ServiceFactory()
    given = {
        "service": service.pk,
        "template_type": template_type,
        "name": " New ",
        "subject": "Heading",
        "content": "Hello",
        "process_type": "normal",
        "postage": "first",
        "letter_languages": "welsh_then_english",
        "letter_welsh_subject": "Pennawd",
        "letter_welsh_content": "Helo",
        **WHY,
    }

    page = signed_in.post(reverse(ADD), given)

    row = Template.objects.get()
    assert page.status_code == 302
    assert (row.name, row.created_by, row.version) == ("New", staff, 1)
    assert {name: getattr(row, name) for name in kept} == kept
    event = AuditEvent.objects.get(action="create template")
    assert (event.actor, event.reason, event.after["name"]) == (staff, "asked for", "New")


def test_a_version_says_why_in_the_audit_and_not_what(signed_in, staff):
    template = TemplateFactory(content="Old")

    refused = signed_in.post(url(template), form(template, content="y" * 919, reason="x"))
    signed_in.post(url(template), form(template, content="New", reason="a new address"))

    shown = refused.content.decode()
    event = AuditEvent.objects.get()
    assert "Say why, in 3 characters at least" in shown
    assert "greater than the limit of 918" in shown
    assert (event.action, event.actor, event.reason) == ("change template", staff, "a new address")
    assert (event.before["version"], event.after["version"]) == (1, 2)
    assert event.after["changed"] == ["content"]
    assert "New" not in str(event.after)


def test_saving_what_nobody_has_changed_asks_nothing_and_makes_no_version(signed_in):
    template = TemplateFactory()

    answer = signed_in.post(url(template), form(template, reason=""))

    assert answer.status_code == 302
    assert len(versions_of(template)) == 1
    assert not AuditEvent.objects.exists()


def test_a_letter_gets_and_loses_its_welsh(signed_in):
    letter = TemplateFactory(letter=True)
    welsh = {"letter_welsh_subject": "Pennawd", "letter_welsh_content": "Helo"}

    for languages in ("welsh_then_english", "english"):
        signed_in.post(url(letter), form(letter, letter_languages=languages, **welsh))

    assert [row.letter_welsh_content for row in versions_of(letter)] == [None, "Helo", None]


REFUSED = {
    "a picture": ({"content": "Hi 👍"}, "You cannot use 👍 in text messages. It will not"),
    "a comma": ({"content": "((a, b))"}, "You cannot put commas between double brackets"),
    "a long text": ({"content": "y" * 919}, "greater than the limit of 918"),
    "no name": ({"name": " "}, "This field is required"),
    "an unseen name": ({"name": "\u200b\ufeff"}, "The name must not be empty"),
    "a turned name": ({"name": "a\u202eb"}, "change the direction of text"),
    "a null": ({"content": "a\0b"}, "Null characters are not allowed"),
}


@pytest.mark.parametrize(("values", "message"), REFUSED.values(), ids=REFUSED)
def test_a_refusal_of_a_text_is_worded_on_the_page(signed_in, values, message):
    template = TemplateFactory()

    page = signed_in.post(url(template), form(template, **values))

    assert page.status_code == 200
    assert message in page.content.decode()
    assert len(versions_of(template)) == 1


REFUSED_LETTERS = {
    "a long QR code": ({"content": f"QR: {'x' * 505}"}, "Cannot create a usable QR code"),
    "a comma in Welsh": ({"letter_welsh_content": "((a,))"}, "cannot put commas between"),
    "no Welsh subject": ({"letter_welsh_subject": " "}, "Invalid template subject"),
    "no subject": ({"subject": " "}, "Invalid template subject"),
}


@pytest.mark.parametrize(("values", "message"), REFUSED_LETTERS.values(), ids=REFUSED_LETTERS)
def test_a_refusal_of_a_letter_is_worded_on_the_page(signed_in, values, message):
    letter = TemplateFactory(welsh=True)

    page = signed_in.post(url(letter), form(letter, **values))

    assert page.status_code == 200
    assert message in page.content.decode()
    assert "qr-code-too-long" not in page.content.decode()
    assert len(versions_of(letter)) == 1


def test_a_service_without_the_permission_neither_makes_nor_changes_texts(signed_in):
    service = ServiceFactory(permissions=["email"])
    template = TemplateFactory(service=service)
    new = {"service": service.pk, "template_type": "sms", **form(template)}

    pages = [
        signed_in.post(reverse(ADD), new).content.decode(),
        signed_in.post(url(template), form(template, content="Other")).content.decode(),
    ]

    assert "Creating text message templates is not allowed" in pages[0]
    assert "Updating text message templates is not allowed" in pages[1]
    assert TemplateHistory.objects.count() == 1


def test_the_line_ends_of_browsers_are_no_change(signed_in, staff):
    template = TemplateFactory(content="a\nb\n", created_by=staff)

    signed_in.post(url(template), form(template, content="a\r\nb\r\n"))

    assert [row.content for row in versions_of(template)] == ["a\nb\n"]


def test_a_form_changes_only_what_its_writer_has_changed(db):
    template = TemplateFactory(name="Old", content="Old")
    page = TemplateForm(form(template, content="New"), instance=template)
    update_template(template, actor=None, name="Changed meanwhile")

    page.is_valid()

    assert page.differences() == {"content": "New"}


def test_a_page_that_was_opened_before_another_save_keeps_what_that_saved(signed_in, staff):
    folder = TemplateFolderFactory()
    template = TemplateFactory(name="Old", content="a\nb", service=folder.service)
    stale = shown_by(signed_in.get(url(template)))
    update_template(template, actor=staff, name="Renamed meanwhile")
    move(folder.service, template_ids=[template.pk], into=folder.pk, actor=staff)

    signed_in.post(url(template), form(template, content="a\r\nc", shown=stale))

    row = Template.objects.get()
    assert (row.name, row.content, row.folder) == ("Renamed meanwhile", "a\r\nc", folder)


def test_what_two_people_change_is_refused_once_and_the_text_stays_on_the_page(signed_in, staff):
    template = TemplateFactory(name="Old", content="Old")
    stale = shown_by(signed_in.get(url(template)))
    update_template(template, actor=staff, name="Renamed meanwhile", content="Theirs")

    refused = signed_in.post(url(template), form(template, content="Mine", shown=stale))
    before = Template.objects.get()
    again = form(template, content="Mine", shown=shown_by(refused))
    signed_in.post(url(template), again)

    assert "Somebody saved version 2 meanwhile" in refused.content.decode()
    assert "Mine" in refused.content.decode()
    assert (before.content, before.version) == ("Theirs", 2)
    after = Template.objects.get()
    assert (after.name, after.content) == ("Renamed meanwhile", "Mine")


def test_two_people_who_make_the_same_change_do_not_meet(signed_in, staff):
    template = TemplateFactory(content="Old", created_by=staff)
    stale = shown_by(signed_in.get(url(template)))
    update_template(template, actor=staff, content="New")

    page = signed_in.post(url(template), form(template, content="New", shown=stale))

    assert page.status_code == 302
    assert len(versions_of(template)) == 2


@pytest.mark.parametrize("shown", ["no JSON", "[]", "7", '{"name": 1}'])
def test_a_page_that_does_not_say_what_it_showed_reverts_nothing_by_accident(signed_in, shown):
    template = TemplateFactory(name="Name")

    page = signed_in.post(url(template), form(template, content="New", shown=shown))

    assert page.status_code in (200, 302)
    assert Template.objects.get().name == "Name"


def test_a_line_end_that_is_taken_away_is_a_change(signed_in):
    template = TemplateFactory(content="a\n")

    signed_in.post(url(template), form(template, content="a"))

    assert [row.content for row in versions_of(template)] == ["a\n", "a"]


def test_moving_a_template_makes_no_version_even_for_another_author(signed_in):
    folder = TemplateFolderFactory()
    template = TemplateFactory(service=folder.service, content="a\nb")

    signed_in.post(url(template), form(template, content="a\r\nb", folder=folder.pk))

    assert Template.objects.get().folder == folder
    assert len(versions_of(template)) == 1


def test_only_folders_and_contact_blocks_of_the_service_are_offered(signed_in):
    letter = TemplateFactory(letter=True)
    block = add_letter_contact(ServiceFactory(), "1 Road")

    for name, other in (("folder", TemplateFolderFactory()), ("service_letter_contact", block)):
        page = signed_in.post(url(letter), form(letter, **{name: other.pk}))

        assert page.status_code == 200
        assert "Select a valid choice" in page.content.decode()
    assert len(versions_of(letter)) == 1


def test_a_contact_block_is_chosen_and_kept_by_the_next_save(signed_in, staff):
    letter = TemplateFactory(letter=True, created_by=staff)
    block = add_letter_contact(letter.service, "1 Road")

    for _ in range(2):
        signed_in.post(url(letter), form(letter, service_letter_contact=block.pk))

    assert [row.service_letter_contact_id for row in versions_of(letter)] == [None, block.pk]


def test_an_archived_contact_block_is_not_shown_and_no_change_by_itself(signed_in, staff):
    service = ServiceFactory()
    block = add_letter_contact(service, "1 Road")
    letter = TemplateFactory(
        letter=True, service=service, service_letter_contact=block, created_by=staff
    )
    archive_sender(block)

    page = signed_in.get(url(letter)).content.decode()
    signed_in.post(url(letter), form(letter))

    assert "1 Road" not in page
    assert len(versions_of(letter)) == 1


def sure(template):
    return {"confirmed": "yes", "reason": "not used", "typed": template.name}


@pytest.mark.parametrize("what", ["archive", "redact"])
def test_what_cannot_be_taken_back_is_asked_first(signed_in, what):
    template = TemplateFactory()

    page = signed_in.get(url(template, what))
    asked = signed_in.post(url(template, what), {})

    assert "confirmed" in page.content.decode()
    assert asked.status_code == 200
    assert not Template.objects.get().archived
    assert not TemplateRedacted.objects.get().redact_personalisation


def test_a_template_is_archived_and_cannot_be_changed_any_more(signed_in, staff):
    template = TemplateFactory()

    signed_in.post(url(template, "archive"), sure(template))
    again = signed_in.post(url(template, "archive"), sure(template))
    change = signed_in.post(url(template), form(template, content="My long text"))

    assert (again.status_code, change.status_code) == (403, 200)
    assert "Template has been deleted" in change.content.decode()
    assert "My long text" in change.content.decode()
    assert [row.archived for row in versions_of(template)] == [False, True]
    assert Template.objects.get().created_by == staff
    event = AuditEvent.objects.get(action="archive template")
    assert (event.actor, event.reason) == (staff, "not used")


def test_a_template_leads_to_sending_it_until_it_is_archived(signed_in, staff):
    template = TemplateFactory()

    leads = signed_in.get(url(template, "send"))
    archive_template(template, actor=staff)

    assert leads.url == f"/admin/notifications/job/add/?template={template.id}"
    assert signed_in.get(url(template, "send")).status_code == 403


def test_values_are_hidden_for_good(signed_in, staff):
    template = archive_template(TemplateFactory(), actor=None)

    signed_in.post(url(template, "redact"), sure(template))
    again = signed_in.get(url(template, "redact"))

    assert TemplateRedacted.objects.get().updated_by == staff
    assert AuditEvent.objects.get(action="redact template").reason == "not used"
    assert again.status_code == 403
    page = signed_in.get(url(template)).content.decode()
    assert f"by {staff}" in page
    assert "Hide values" not in page


@pytest.mark.parametrize("what", ["archive", "redact"])
def test_nobody_without_the_right_archives_or_redacts(db, client, what):
    template = TemplateFactory()
    client.force_login(UserFactory(platform_admin=True))

    answer = client.post(url(template, what), {"confirmed": "yes"})

    assert answer.status_code == 403
    assert not Template.objects.get().archived


def test_the_page_of_a_template_shows_authors_and_folder_with_few_queries(signed_in, staff):
    folder = TemplateFolderFactory(name="Reminders")
    folder = TemplateFolderFactory(name="Late", parent=folder, service=folder.service)
    letter = TemplateFactory(welsh=True, service=folder.service, folder=folder)
    redact(letter, actor=staff)

    few, many = queries_of_few_and_many_rows(
        signed_in, url(letter), lambda: update_template(letter, actor=UserFactory())
    )
    page = signed_in.get(url(letter)).content.decode()

    assert few == many
    newest = Template.objects.select_related("created_by").get().created_by
    assert "Reminders / Late" in page
    assert newest.email_address in page
    assert "All versions, 1 to 13" in page


def test_a_version_shows_its_author_and_text(signed_in):
    author = UserFactory()
    version = versions_of(TemplateFactory(welsh=True, created_by=author))[0]

    page = signed_in.get(
        reverse("admin:templates_app_templatehistory_change", args=[version.history_id])
    ).content.decode()

    assert author.email_address in page
    assert "Helo ((name))" in page
    assert f"{version.created_at:%-d %B %Y at %H:%M}" in page
    archived = page.split("Archived</label>")[1].split("</label>")[0]
    assert ">no</div>" in archived


def test_a_long_name_is_cut_in_lists_and_whole_under_the_pointer(signed_in):
    folder = TemplateFolderFactory(name="f" * 255)
    template = TemplateFactory(name="x" * 255, service=folder.service, folder=folder)

    for model in ("template", "templatehistory"):
        page = signed_in.get(reverse(f"admin:templates_app_{model}_changelist")).content.decode()

        assert f'<span title="{template.name}">{"x" * 59}…</span>' in page


def test_a_pdf_is_attached_to_letters_and_taken_away(signed_in, staff, files):
    letter = TemplateFactory(letter=True)
    page = url(letter, "attachment")

    asked = signed_in.get(page).content.decode()
    refused = signed_in.post(page, {"file": SimpleUploadedFile("map.pdf", b"x"), **WHY})
    attached = signed_in.post(page, {"file": SimpleUploadedFile("map.pdf", pdf()), **WHY})
    asked_again = signed_in.get(page).content.decode()
    gone = signed_in.post(page, WHY)

    assert 'type="file"' in asked
    assert "unable-to-read-the-file" in refused.content.decode()
    assert (attached.status_code, gone.status_code) == (302, 302)
    assert "map.pdf, pages: 1" in asked_again
    attachments = [row.letter_attachment_id is not None for row in versions_of(letter)]
    assert attachments == [False, True, False]
    assert set(AuditEvent.objects.values_list("action", "reason")) == {
        ("attach to template", "asked for"),
        ("archive attachment", "asked for"),
    }
    assert Template.objects.get().created_by == staff


def test_only_letters_that_may_be_changed_have_a_page_for_attachments(signed_in, client):
    text, letter = TemplateFactory(), TemplateFactory(letter=True)
    archived = archive_template(TemplateFactory(letter=True), actor=None)
    client.force_login(UserFactory(platform_admin=True))

    answers = [signed_in.get(url(each, "attachment")).status_code for each in (text, archived)]

    assert answers == [403, 403]
    assert client.get(url(letter, "attachment")).status_code == 403
