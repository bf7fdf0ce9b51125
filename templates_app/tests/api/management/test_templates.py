"""Templates: made, changed, brought back, previewed, archived."""

import json
import time
import uuid
from base64 import b64encode
from io import BytesIO
from urllib.parse import urlencode

import jwt
import pytest
from PIL import Image

from notify_project.models import AuditEvent
from notify_project.tests.queries import queries_of_few_and_many_rows
from services.creating import archive_service
from services.senders import add_letter_contact, archive_sender
from services.tests.api.management.client import Caller, member, support
from services.tests.factories import ApiKeyFactory, ServiceFactory, UserFactory
from templates_app.models import Template, TemplateHistory, TemplateRedacted
from templates_app.tests.factories import TemplateFactory, TemplateFolderFactory
from templates_app.versions import archive_template, update_template

pytestmark = pytest.mark.django_db


@pytest.fixture
def service():
    return ServiceFactory(name="Riverside Library")


@pytest.fixture
def author(service):
    return member(service, "manage_templates")


@pytest.fixture
def path(service):
    return f"/service/{service.id}/template"


def versions_of(row_id):
    return list(TemplateHistory.objects.filter(id=row_id).order_by("version"))


def unchanged(caller, method, path, body):
    """Ask for what is refused, and return the answer; nothing may have changed."""
    before = (AuditEvent.objects.count(), TemplateHistory.objects.count())
    status, answer = caller.ask(method, path, body)
    assert (AuditEvent.objects.count(), TemplateHistory.objects.count()) == before
    return status, answer["message"]


def test_a_letter_is_made_with_all_that_it_has(author, path, service):
    folder = TemplateFolderFactory(service=service)
    block = add_letter_contact(service, "1 Road\n((branch))")
    given = {
        "name": " Overdue ",
        "template_type": "letter",
        "subject": "Due: ((title))",
        "content": "Dear ((name))\n",
        "postage": "first",
        "letter_languages": "welsh_then_english",
        "letter_welsh_subject": "Pennawd",
        "letter_welsh_content": "Helo ((Name))",
        "letter_contact": str(block.id),
        "folder": str(folder.id),
    }

    status, made = author.post(path, given)

    row = Template.objects.get()
    assert status == 201
    assert made == given | {
        "id": str(row.id),
        "name": "Overdue",
        "version": 1,
        "archived": False,
        "redact_personalisation": False,
        "placeholders": ["branch", "Name", "title"],
        "process_type": "normal",
        "has_unsubscribe_link": False,
        "created_by": author.user.email_address,
        "created_at": made["created_at"],
        "updated_at": None,
    }
    assert author.get(f"{path}/{row.id}")[1] == made
    assert (row.folder, row.created_by) == (folder, author.user)
    event = AuditEvent.objects.get(action="create template")
    assert (event.actor_id, event.service_id) == (author.user.id, service.id)
    assert "Dear" not in json.dumps(event.after)


def test_a_change_is_the_next_version_and_the_same_values_are_none(author, path, service):
    template = TemplateFactory(service=service, email=True, created_by=author.user)
    url = f"{path}/{template.id}"

    for _ in range(2):
        status, changed = author.patch(
            url, {"content": " New ((x)) ", "has_unsubscribe_link": True}
        )
    empty = support().patch(url, {"version": 2})[1]

    assert (status, changed["version"], changed["content"]) == (200, 2, " New ((x)) ")
    assert (changed["has_unsubscribe_link"], changed["subject"]) == (True, "About ((name))")
    assert changed["placeholders"] == ["name", "x"]
    assert empty == changed
    assert [each.content for each in versions_of(template.id)] == [template.content, " New ((x)) "]
    event = AuditEvent.objects.get(action="change template")
    assert (event.before["version"], event.after["version"]) == (1, 2)
    assert event.after["changed"] == ["content", "has_unsubscribe_link"]


def test_a_change_of_a_version_that_is_not_the_newest_is_refused(author, path, service):
    template = TemplateFactory(service=service, content="Old")
    url = f"{path}/{template.id}"
    mine, theirs = ({"version": 1, "content": each} for each in ("Mine", "Theirs"))
    assert author.patch(url, theirs)[0] == 200

    for body in (mine, {"version": 1}):
        status, message = unchanged(author, "patch", url, body)
        assert status == 409
        assert message.startswith("The newest version is 2, not 1")
    assert author.patch(url, mine | {"version": 2})[1]["content"] == "Mine"


REFUSED = {
    "type": ({"template_type": "letter"}, {"template_type": ["This cannot be set"]}),
    "folder": ({"folder": None}, {"folder": ["This cannot be set"]}),
    "hidden": ({"hidden": True}, {"hidden": ["There is no such field"]}),
    "number": ({"content": 5}, {"content": ["A text is needed."]}),
    "list": ({"name": ["x"]}, {"name": ["A text is needed."]}),
    "null": ({"content": "a\0b"}, {"content": ["Null characters are not allowed."]}),
    "blank": ({"content": " \n"}, "The content must not be empty"),
    "turned": ({"name": "a\u202eb"}, "Characters that change the direction of text are not"),
    "subject": ({"subject": "x"}, "A text message has no subject"),
    "long": ({"content": "y" * 919}, "Content has a character count greater than the limit"),
    "long name": ({"name": "y" * 256}, {"name": ["Ensure this field has no more than 255"]}),
    "version": ({"version": 0}, {"version": ["Ensure this value is greater than or equal to"]}),
    "block": ({"letter_contact": "x"}, {"letter_contact": ["Must be a valid UUID."]}),
    "body": ([1], {"non_field_errors": ["Invalid data. Expected a dictionary, but got list."]}),
}


@pytest.mark.parametrize(("body", "wanted"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_saved_is_refused_in_words(author, path, service, body, wanted):
    template = TemplateFactory(service=service)

    status, message = unchanged(author, "patch", f"{path}/{template.id}", body)

    assert status == 400
    assert str(message).startswith(str(wanted).removesuffix("']}")), message


def test_what_other_services_have_is_not_there(author, path, service):
    other = TemplateFactory()
    mine = TemplateFactory(service=service, letter=True)
    hidden = TemplateFactory(service=service, hidden=True)
    block = add_letter_contact(other.service, "1 Road")
    folder = TemplateFolderFactory()
    new = {"name": "New", "template_type": "sms", "content": "x", "folder": str(folder.id)}

    for row in (other, hidden):
        for rest in ("", "/versions", "/versions/1"):
            assert author.get(f"{path}/{row.id}{rest}")[0] == 404
        assert unchanged(author, "patch", f"{path}/{row.id}", {"name": "x"})[0] == 404
        assert unchanged(author, "post", f"{path}/{row.id}/restore", {"version": 1})[0] == 404
    none = ["The service has none with this id"]
    assert unchanged(author, "post", path, new) == (400, {"folder": none})
    taken = {"letter_contact": str(block.id)}
    url = f"{path}/{mine.id}"
    assert unchanged(author, "patch", url, taken) == (400, {"letter_contact": none})
    assert [each["id"] for each in author.get(path)[1]["data"]] == [str(mine.id)]


def test_a_service_makes_and_changes_only_what_it_may_send(path, service):
    caller = support()
    service = ServiceFactory(permissions=["email"])
    template = TemplateFactory(service=service)
    path = f"/service/{service.id}/template"
    new = {"name": "New", "template_type": "letter", "subject": "x", "content": "x"}

    made = unchanged(caller, "post", path, new)
    changed = unchanged(caller, "patch", f"{path}/{template.id}", {"content": "x"})

    assert made == (403, "Creating letter templates is not allowed")
    assert changed == (403, "Updating text message templates is not allowed")


def test_how_urgent_messages_are_is_for_support_staff(author, path, service):
    template = TemplateFactory(service=service)
    url, urgent = f"{path}/{template.id}", {"process_type": "priority"}
    new = {"name": "New", "template_type": "sms", "content": "x"}

    refused = [
        unchanged(author, "patch", url, urgent),
        unchanged(author, "post", path, new | urgent),
        unchanged(support(service=service), "patch", url, urgent),
    ]

    assert refused == [(403, "Support staff only: process_type")] * 3
    assert support().patch(url, urgent)[1]["process_type"] == "priority"


def test_an_earlier_version_is_brought_back_and_stays_as_urgent_as_it_is(author, path, service):
    template = TemplateFactory(service=service, email=True, content="Old", priority=True)
    changes = {"content": "New", "subject": "New", "name": "New", "process_type": "normal"}
    update_template(template, actor=UserFactory(), **changes)
    url = f"{path}/{template.id}/restore"

    for _ in range(2):
        status, row = author.post(url, {"version": 1})

    assert (status, row["version"], row["content"]) == (200, 3, "Old")
    assert (row["subject"], row["name"], row["process_type"]) == (
        template.subject,
        template.name,
        "normal",
    )
    assert row["created_by"] == author.user.email_address
    assert [each.content for each in versions_of(template.id)] == ["Old", "New", "Old"]
    event = AuditEvent.objects.get(action="restore template version")
    assert (event.before["version"], event.after["version"], event.after["restored"]) == (2, 3, 1)
    assert event.after["changed"] == ["name", "content", "subject"]


def test_what_cannot_be_brought_back_is_said_and_changes_nothing(author, path, service):
    template = TemplateFactory(service=service, content="y" * 919)
    update_template(template, actor=author.user, content="Short")
    archived = archive_template(TemplateFactory(service=service), actor=None)
    url = f"{path}/{template.id}/restore"

    said = [unchanged(author, "post", url, {"version": each}) for each in (1, 2, 7, 10**30)]

    assert said[0][1].startswith("Version 1 cannot be restored: Content has a character count")
    assert said[1:3] == [
        (400, "Version 2 is the newest already"),
        (400, "The template has no version 7"),
    ]
    assert said[3][0] == 400
    gone = unchanged(author, "post", f"{path}/{archived.id}/restore", {"version": 1})
    assert gone == (400, "Template has been deleted")
    wanted = {"version": ["This field is required."]}
    assert unchanged(author, "post", url, {}) == (400, wanted)


def test_a_version_with_an_archived_contact_block_is_brought_back_without_it(author, path, service):
    block = add_letter_contact(service, "1 Road")
    letter = TemplateFactory(letter=True, service=service, service_letter_contact=block)
    update_template(letter, actor=author.user, content="New", service_letter_contact_id=None)
    archive_sender(block)
    url = f"{path}/{letter.id}/restore"

    refused = unchanged(author, "post", url, {"version": 1})
    status, row = author.post(url, {"version": 1, "without_contact_block": True})

    assert refused[0] == 400
    assert refused[1].startswith("The contact block of version 1 was archived")
    assert (status, row["content"], row["letter_contact"]) == (200, letter.content, None)
    assert author.get(f"{path}/{letter.id}/versions/1")[1]["letter_contact"] == str(block.id)


def test_a_contact_block_comes_back_with_its_version_and_an_archived_one_is_shown_as_none(
    author, path, service
):
    block = add_letter_contact(service, "1 Road\n((branch))")
    letter = TemplateFactory(letter=True, service=service, service_letter_contact=block)
    update_template(letter, actor=author.user, service_letter_contact_id=None)

    _, row = author.post(f"{path}/{letter.id}/restore", {"version": 1})
    archive_sender(block)
    _, after = author.get(f"{path}/{letter.id}")

    assert (row["letter_contact"], row["placeholders"]) == (str(block.id), ["branch", "name"])
    assert (after["letter_contact"], after["placeholders"]) == (None, ["name"])


def test_versions_are_listed_newest_first_and_shown_whole(author, path, service):
    first = UserFactory()
    template = TemplateFactory(service=service, created_by=first, content="Old ((a))")
    update_template(template, actor=None, content="New")
    update_template(template, actor=author.user, name="Newest")
    url = f"{path}/{template.id}/versions"

    _, page = author.get(f"{url}?page_size=2")
    _, rest = author.get(page["links"]["next"])
    _, whole = author.get(f"{url}/1")

    shown = [(row["version"], row["created_by"]) for row in page["data"] + rest["data"]]
    assert shown == [(3, author.user.email_address), (2, None), (1, first.email_address)]
    assert rest["links"]["next"] is None
    assert "content" not in page["data"][0]
    assert whole == rest["data"][0] | {
        "subject": None,
        "content": "Old ((a))",
        "placeholders": ["a"],
        "process_type": "normal",
        "has_unsubscribe_link": False,
        "postage": None,
        "letter_languages": None,
        "letter_welsh_subject": None,
        "letter_welsh_content": None,
        "letter_contact": None,
    }
    for none in ("4", "0", "9" * 30, "x"):
        assert author.get(f"{url}/{none}")[0] == 404


def test_a_key_of_the_service_does_not_open_versions(path, service, settings):
    settings.INTERNAL_API_SECRET = "a secret of at least thirty-two bytes"
    key = ApiKeyFactory(service=service)
    template = TemplateFactory(service=service)
    claims = {"iss": str(service.id), "iat": int(time.time())}
    caller = Caller(jwt.encode(claims, key.secret, "HS256"))

    status, answer = caller.get(f"{path}/{template.id}/versions")

    assert (status, answer) == (403, {"result": "error", "message": "Invalid token"})


def test_a_preview_shows_what_would_be_sent_and_keeps_nothing(path, service):
    service.prefix_sms = True
    service.save()
    reader = member(service, scope="read")
    sms = TemplateFactory(service=service, content="Old ((name))")
    update_template(sms, actor=None, content="Hello ((name))")
    email = TemplateFactory(service=service, email=True, content="# Hi\n\n((list))")
    letter = TemplateFactory(service=service, letter=True)
    url = f"{path}/{sms.id}/preview"

    _, text = reader.post(url, {"personalisation": {"NAME": "A" * 140, "other": 1}})
    _, old = reader.post(url, {"personalisation": {"name": "Ada"}, "version": 1})
    values = {"name": "Ada", "list": ["a", "b"]}
    _, mail = reader.post(f"{path}/{email.id}/preview", {"personalisation": values})
    _, post = reader.post(f"{path}/{letter.id}/preview", {"personalisation": values})

    assert text == {
        "id": str(sms.id),
        "template_type": "sms",
        "version": 2,
        "subject": None,
        "body": "Hello " + "A" * 140,
        "html": None,
        "characters": 146,
        "fragments": 2,
        "pages": None,
        "unprintable": [],
    }
    assert (old["version"], old["body"]) == (1, "Old Ada")
    assert (mail["subject"], mail["characters"], mail["fragments"]) == ("About Ada", None, None)
    assert "<li" in mail["html"]
    assert (post["subject"], post["html"]) == ("A letter to Ada", None)
    assert not AuditEvent.objects.filter(actor=reader.user).exists()


def test_a_preview_of_a_letter_counts_its_pages_and_names_what_cannot_be_printed(path, service):
    letter = TemplateFactory(service=service, letter=True, content="One ✓ 名\n\n***\n\n((name))")

    _, shown = member(service, scope="read").post(
        f"{path}/{letter.id}/preview", {"personalisation": {"name": "Zoë Ŵyn\n\n***\n\n🙂🙂"}}
    )

    assert (shown["pages"], shown["unprintable"]) == (3, ["✓", "名", "🙂"])


def test_each_page_of_a_letter_is_a_picture_and_other_pages_there_are_none(author, path, service):
    letter = TemplateFactory(service=service, letter=True, content="One\n\n***\n\nTwo")
    text = TemplateFactory(service=service)

    pictures = [author.get(f"{path}/{letter.id}/preview/{page}.png")[1] for page in (1, 2)]

    assert [Image.open(BytesIO(each)).size for each in pictures] == [(620, 877)] * 2
    assert pictures[0] != pictures[1]
    for page in (0, 3, 99999999999999999999):
        assert author.get(f"{path}/{letter.id}/preview/{page}.png")[0] == 404
    assert author.get(f"{path}/{text.id}/preview/1.png")[0] == 400


def test_a_preview_says_what_is_missing(author, path, service):
    template = TemplateFactory(service=service, content="((name)) ((date))")
    url = f"{path}/{template.id}/preview"

    said = [
        unchanged(author, "post", url, body)
        for body in (
            {},
            {"personalisation": {"name": "x"}},
            {"version": 4},
            {"personalisation": []},
            {"personalisation": None},
            {"values": {}},
        )
    ]

    assert said == [
        (400, "Missing personalisation: name, date"),
        (400, "Missing personalisation: date"),
        (400, "The template has no version 4"),
        (400, {"personalisation": ['Expected a dictionary of items but got type "list".']}),
        (400, {"personalisation": ["This field may not be null."]}),
        (400, {"values": ["There is no such field"]}),
    ]


def test_an_archived_service_and_an_archived_template_are_shown_and_not_changed(service, path):
    caller = support()
    template = TemplateFactory(service=service, content="Hello")
    archive_service(service, actor=None)

    for method, rest, body in (
        ("post", "", {"name": "New", "template_type": "sms", "content": "x"}),
        ("patch", f"/{template.id}", {"content": "x"}),
        ("post", f"/{template.id}/archive", {}),
        ("post", f"/{template.id}/restore", {"version": 1}),
        ("post", f"/{template.id}/redact", {}),
    ):
        refused = unchanged(caller, method, f"{path}{rest}", body)
        assert refused == (400, "The service is archived")
    assert caller.get(f"{path}/{template.id}")[1]["archived"] is True
    assert caller.post(f"{path}/{template.id}/preview")[1]["body"] == "Hello"
    assert not TemplateRedacted.objects.get().redact_personalisation


def test_a_template_is_archived_once_and_leaves_its_folder(author, path, service):
    folder = TemplateFolderFactory(service=service)
    template = TemplateFactory(service=service, folder=folder)
    url = f"{path}/{template.id}"

    answers = [author.post(f"{url}/archive") for _ in range(2)]

    assert answers[0] == answers[1]
    assert (answers[0][1]["archived"], answers[0][1]["folder"]) == (True, None)
    event = AuditEvent.objects.get(action="archive template")
    assert (event.before["folder"], event.after["folder"]) == (str(folder.id), None)
    refused = unchanged(author, "patch", url, {"content": "x"})
    assert refused == (400, "Template has been deleted")


def test_values_are_hidden_once_and_for_good(author, path, service):
    template = TemplateFactory(service=service)
    url = f"{path}/{template.id}"

    answers = [author.post(f"{url}/redact") for _ in range(2)]

    assert [(status, row["redact_personalisation"]) for status, row in answers] == [(200, True)] * 2
    assert AuditEvent.objects.get(action="redact template").actor_id == author.user.id
    refused = unchanged(author, "patch", url, {"redact_personalisation": False})
    assert refused == (400, {"redact_personalisation": ["This cannot be set"]})


def test_lists_are_of_what_is_in_use_and_can_be_narrowed(author, path, service):
    folder = TemplateFolderFactory(service=service)
    made = {
        "code": TemplateFactory(service=service, name="Sign-in code", folder=folder),
        "mail": TemplateFactory(service=service, name="100% welcome", email=True),
        "gone": archive_template(TemplateFactory(service=service, name="Old code"), actor=None),
    }
    names = {str(row.id): name for name, row in made.items()}

    def listed(query):
        _, page = author.get(f"{path}?{query}")
        return sorted(names[row["id"]] for row in page["data"])

    assert listed("") == listed("archived=false") == ["code", "mail"]
    assert listed("archived=true") == ["gone"]
    assert listed("name=CODE") == ["code"]
    assert listed("name=%25") == ["mail"]
    assert listed("template_type=email") == listed("folder=null") == ["mail"]
    assert listed(f"folder={folder.id}") == ["code"]
    assert "content" not in author.get(path)[1]["data"][0]


@pytest.mark.parametrize(
    "query",
    [
        "archived=maybe",
        "template_type=fax",
        "folder=x",
        f"folder={uuid.UUID(int=7)}",
        "name=a%00b",
    ],
)
def test_a_list_cannot_be_asked_for_what_there_is_not(author, path, query):
    status, answer = author.get(f"{path}?{query}")

    assert (status, list(answer["message"])) == (400, [query.partition("=")[0]])


@pytest.mark.parametrize("position", ["x", "\0", "2026-13-01", "9" * 400])
@pytest.mark.parametrize("rest", ["", "/{id}/versions"])
def test_a_cursor_that_no_page_has_given_is_none(author, path, service, position, rest):
    template = TemplateFactory(service=service)
    cursor = b64encode(urlencode({"p": position}).encode()).decode()

    status, _ = author.get(f"{path}{rest.format(id=template.id)}?cursor={cursor}")

    assert status in {200, 404}


def test_long_lists_take_no_more_questions_than_short_ones(author, path, service):
    template = TemplateFactory(service=service)
    author.client.defaults["HTTP_AUTHORIZATION"] = f"Bearer {author.token}"

    def make():
        folder = TemplateFolderFactory(service=service)
        TemplateFactory(service=service, folder=folder, created_by=UserFactory())
        update_template(template, actor=UserFactory(), content="x")

    few, many = queries_of_few_and_many_rows(author.client, path, make)
    few_versions, many_versions = queries_of_few_and_many_rows(
        author.client, f"{path}/{template.id}/versions", make
    )

    assert (few, few_versions) == (many, many_versions)
