"""The admin site in a real browser, and what its pages cost."""

import os
import re
import uuid
from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from billing.report_requests import ask_for
from notifications.models import (
    CallbackAttempt,
    Document,
    FailingEndpoint,
    Hold,
    Job,
    PersonRequest,
    ReturnedLetter,
)
from notifications.suppression.entries import suppress
from notifications.tests.factories import (
    CallbackDeliveryFactory,
    InboundSmsFactory,
    NotificationFactory,
    ProviderDetailsFactory,
)
from notify_project import audit, clock
from notify_project.models import AuditEvent, PeriodicRun
from notify_project.tests.queries import queries_of_few_and_many_rows
from services.branding.logos import logo_name
from services.branding.saving import save_branding
from services.callbacks import set_callback
from services.models import ApiKey, EmailBranding, LetterBranding, ServiceCallbackApi
from services.senders import add_letter_contact
from services.tests.branding import pictures
from services.tests.factories import (
    ApiKeyFactory,
    EmailBrandingFactory,
    InboundNumberFactory,
    LetterBrandingFactory,
    OrganisationFactory,
    ServiceFactory,
    UserFactory,
)
from templates_app.changes.proposing import propose
from templates_app.models import TemplateHistory
from templates_app.tests.factories import TemplateFactory, TemplateFolderFactory

ONE_ID = "0a1b2c3d-0000-4000-8000-000000000007"
BROWSER = os.environ.get("NOTIFY_BROWSER")
PASSWORD = "a long enough password"


def make_template():
    folder = TemplateFolderFactory()
    TemplateFactory(service=folder.service, folder=folder, created_by=UserFactory())


def make_change():
    template = TemplateFactory()
    values = {"content": "New"}
    propose(template.service, "update", actor=UserFactory(), template=template, values=values)


def make_provider():
    ProviderDetailsFactory(identifier=f"provider {uuid.uuid4()}"[:20])


def make_document():
    now = clock.now()
    Document.objects.create(
        service=ServiceFactory(),
        notification_id=uuid.uuid4(),
        size=1,
        mime_type="text/csv",
        sealed_filename=b"",
        confirm_email=False,
        recipient_check=b"",
        created_at=now,
        expires_at=now + timedelta(days=1),
    )


def make_job():
    template = TemplateFactory()
    Job.objects.create(
        service=template.service,
        template=template,
        template_version=1,
        original_file_name="people.csv",
        notification_count=1,
        created_by=UserFactory(),
    )


def make_returned_letter():
    ReturnedLetter.objects.create(
        notification_id=uuid.uuid4(), service=ServiceFactory(), reported_at=clock.london_today()
    )


def make_suppressed():
    suppress(
        ServiceFactory(), f"{uuid.uuid4()}@example.org", actor=UserFactory(), reason="asked for"
    )


def make_callback():
    set_callback(
        ServiceFactory(),
        "delivery_status",
        url="https://service.example/told",
        token="0123456789",
        actor=UserFactory(),
    )


def make_failing_endpoint():
    now = clock.now()
    FailingEndpoint.objects.create(
        service=ServiceFactory(),
        callback_type="delivery_status",
        failures=1,
        first_failed_at=now,
        last_failed_at=now,
        last_error="ConnectTimeout",
    )


def make_hold():
    template = TemplateFactory()
    Hold.objects.create(
        kind="template",
        key=template.id,
        service_id=template.service_id,
        reason="x",
        actor=UserFactory(),
    )


def make_run():
    PeriodicRun.objects.create(task=f"task {uuid.uuid4()}", slot=clock.now())


def make_person_request():
    PersonRequest.objects.create(kind="find", digests=[], reason="asked", actor=UserFactory())


def make_report():
    today = clock.london_today()
    service = ServiceFactory()
    ask_for("messages", today, today, service=service, actor=UserFactory())


def make_event():
    audit.record("change", ServiceFactory(), actor=UserFactory())


# What makes another row of each list, with all that its columns show.
LISTS = {
    "services_service": lambda: ServiceFactory(organisation=OrganisationFactory()),
    "services_organisation": OrganisationFactory,
    "services_user": UserFactory,
    "services_apikey": ApiKeyFactory,
    "services_servicecallbackapi": make_callback,
    "services_inboundnumber": lambda: InboundNumberFactory(service=ServiceFactory()),
    "services_emailbranding": EmailBrandingFactory,
    "services_letterbranding": LetterBrandingFactory,
    "services_servicelettercontact": lambda: add_letter_contact(ServiceFactory(), "1 Road"),
    "templates_app_template": make_template,
    "templates_app_templatefolder": lambda: TemplateFolderFactory(
        parent=(folder := TemplateFolderFactory()), service=folder.service
    ),
    "templates_app_templatehistory": make_template,
    "templates_app_templatechange": make_change,
    "notifications_notification": NotificationFactory,
    "notifications_notificationhistory": NotificationFactory,
    "notifications_inboundsms": InboundSmsFactory,
    "notifications_providerdetails": make_provider,
    "notifications_hold": make_hold,
    "notifications_callbackdelivery": CallbackDeliveryFactory,
    "notifications_failingendpoint": make_failing_endpoint,
    "notifications_document": make_document,
    "notifications_returnedletter": make_returned_letter,
    "notifications_suppressedrecipient": make_suppressed,
    "notifications_job": make_job,
    "notifications_personrequest": make_person_request,
    "notifications_reportrequest": make_report,
    "notifications_servicestatistics": ServiceFactory,
    "notify_project_periodicrun": make_run,
    "notify_project_auditevent": make_event,
}


@pytest.fixture
def staff(db):
    user = UserFactory(email_address="staff@example.org", support=True)
    user.set_password(PASSWORD)
    user.save()
    return user


@pytest.fixture
def signed_in(staff):
    client = Client()
    client.force_login(staff)
    return client


@pytest.mark.parametrize("name", LISTS)
def test_a_list_costs_few_queries_however_many_rows(signed_in, name):
    few, many = queries_of_few_and_many_rows(
        signed_in, reverse(f"admin:{name}_changelist"), LISTS[name]
    )

    assert few == many
    assert many <= 15


COUNTED_BY_NOBODY = [
    *("notifications_notification", "notifications_notificationhistory", "notifications_job"),
    *("notifications_callbackdelivery", "notifications_inboundsms", "notify_project_auditevent"),
]


@pytest.mark.parametrize("name", COUNTED_BY_NOBODY)
@pytest.mark.parametrize("query", ["", "q=x", "period=week", f"q={ONE_ID}"])
def test_lists_of_big_tables_count_nothing(signed_in, django_assert_max_num_queries, name, query):
    LISTS[name]()

    with django_assert_max_num_queries(15) as queries:
        page = signed_in.get(f"{reverse(f'admin:{name}_changelist')}?{query}")

    assert page.status_code == 200
    assert not [each["sql"] for each in queries if "COUNT(" in each["sql"]]


def test_a_recipient_is_not_looked_for_from_the_address_of_a_page(signed_in):
    row = NotificationFactory()
    url = reverse("admin:notifications_notification_changelist")

    assert str(row.id) not in signed_in.get(url, {"q": row.normalised_to}).content.decode()


@pytest.mark.parametrize("term", ["id", "client_reference"])
def test_a_notification_is_found_by_an_exact_value(signed_in, term):
    wanted = NotificationFactory(client_reference="order 7")
    other = NotificationFactory()

    url = reverse("admin:notifications_notification_changelist")
    page = signed_in.get(url, {"q": str(getattr(wanted, term))}).content.decode()

    assert str(wanted.id) in page
    assert str(other.id) not in page


def test_nobody_changes_a_notification(signed_in):
    row = NotificationFactory()

    page = signed_in.get(reverse("admin:notifications_notification_change", args=[row.id]))
    posted = signed_in.post(
        reverse("admin:notifications_notification_change", args=[row.id]), {"status": "delivered"}
    )

    row.refresh_from_db()
    assert page.status_code == 200
    assert posted.status_code == 403
    assert row.status == "created"


def test_a_recipient_is_shown_only_to_people_with_the_right(db):
    row = NotificationFactory()
    user = UserFactory(platform_admin=True)
    user.user_permissions.add(Permission.objects.get(codename="view_notification"))
    client = Client()
    client.force_login(user)

    page = client.get(reverse("admin:notifications_notification_change", args=[row.id]))

    assert page.status_code == 200
    assert row.to not in page.content.decode()


def test_the_secret_of_a_key_is_shown_once(signed_in):
    service = ServiceFactory()

    page = signed_in.post(
        reverse("admin:services_apikey_add"),
        {"service": service.id, "name": "New key", "key_type": "team", "reason": "new team"},
    )

    key = ApiKey.objects.get()
    again = signed_in.get(reverse("admin:services_apikey_change", args=[key.id]))
    assert f"new_key-{service.id}-{key.secret}" in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]
    assert key.secret not in again.content.decode()
    assert AuditEvent.objects.get(action="issue key").reason == "new team"


def test_editing_a_template_makes_a_version_and_saving_it_unchanged_makes_none(signed_in):
    template = TemplateFactory(content="Old")
    url = reverse("admin:templates_app_template_change", args=[template.id])
    form = {"name": template.name, "content": "New", "process_type": "normal", "subject": ""}
    form["reason"] = "a new address"

    for _ in range(2):
        assert signed_in.post(url, form).status_code == 302

    versions = TemplateHistory.objects.filter(id=template.id).order_by("version")
    assert [version.content for version in versions] == ["Old", "New"]


def test_only_emails_are_asked_about_an_unsubscribe_link(signed_in):
    email, text = TemplateFactory(email=True), TemplateFactory()
    form = {
        "name": "News",
        "content": "New",
        "process_type": "normal",
        "subject": "s",
        "reason": "new",
    }
    urls = [reverse("admin:templates_app_template_change", args=[row.id]) for row in (email, text)]

    pages = [signed_in.get(url).content.decode() for url in urls]
    for url in urls:
        signed_in.post(url, {**form, "has_unsubscribe_link": "on"})

    email.refresh_from_db()
    text.refresh_from_db()
    assert ["has_unsubscribe_link" in page for page in pages] == [True, False]
    assert (email.has_unsubscribe_link, text.has_unsubscribe_link) == (True, False)
    assert (email.version, text.version) == (2, 2)


def test_a_template_that_cannot_be_sent_is_refused_on_the_page(signed_in):
    template = TemplateFactory()
    url = reverse("admin:templates_app_template_change", args=[template.id])

    page = signed_in.post(
        url, {"name": "x", "content": "y" * 919, "process_type": "normal", "subject": ""}
    )

    assert page.status_code == 200
    assert "greater than the limit of 918" in page.content.decode()
    assert TemplateHistory.objects.count() == 1


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"name": "!!!"}, "needs a letter or a digit"),
        ({"archived": True}, "The service is archived"),
    ],
)
def test_a_key_that_is_refused_is_explained_and_not_issued(signed_in, values, message):
    service = ServiceFactory(archived=values.get("archived", False))
    form = {"service": service.id, "name": values.get("name", "key"), "key_type": "team"}
    form["reason"] = "new team"

    page = signed_in.post(reverse("admin:services_apikey_add"), form, follow=True)

    assert page.status_code == 200
    assert message in page.content.decode()
    assert not ApiKey.objects.exists()


def service_form():
    """What the page of a service posts."""
    limits = ("email", "sms", "letter", "international_sms")
    form = {f"{name}_message_limit": 7 for name in limits} | {
        "name": "New",
        "rate_limit": 7,
        "reason": "agreed with the service",
    }
    for shown in ("permissions", "sms_senders", "email_reply_tos", "members", "guest_list"):
        form |= {f"{shown}-TOTAL_FORMS": 0, f"{shown}-INITIAL_FORMS": 0}
    return form


@pytest.mark.parametrize(
    ("changed", "value", "message"),
    [
        ("custom_email_sender_name", "!!!", "needs a letter or a digit"),
        ("rate_limit", str(2**31), "Ensure this value is less than or equal to"),
        ("sms_message_limit", str(2**40), "must be between 0 and"),
        ("contact_link", "javascript:alert(1)", "must be a web address"),
        ("name", "Libraries\r\nBcc: all@example.org", "must be one line"),
    ],
)
def test_a_service_that_is_refused_is_explained_and_stays(signed_in, changed, value, message):
    service = ServiceFactory()
    url = reverse("admin:services_service_change", args=[service.id])

    page = signed_in.post(url, service_form() | {changed: value}, follow=True)

    service.refresh_from_db()
    assert page.status_code == 200
    assert message in page.content.decode()
    assert service.version == 1


def test_a_service_says_whom_to_ask_and_wants_its_templates_reviewed(signed_in):
    service = ServiceFactory()
    url = reverse("admin:services_service_change", args=[service.id])

    changes = {"contact_link": "https://example.org/help", "templates_need_review": "on"}
    response = signed_in.post(url, service_form() | changes)

    assert response.status_code == 302
    service.refresh_from_db()
    assert (service.contact_link, service.version) == ("https://example.org/help", 2)
    assert service.templates_need_review


_VALUES = {"name": "Riverside", "brand_type": "org", "text": "Library", "active": "on"}
BRANDING = _VALUES | {"reason": "a new logo"}


def test_a_branding_is_made_with_its_logo_and_given_to_a_service(signed_in, files):
    service = ServiceFactory()
    logo = SimpleUploadedFile("logo.png", pictures.PNG, "image/png")

    made = signed_in.post(
        reverse("admin:services_emailbranding_add"), BRANDING | {"logo_file": logo}
    )
    branding = EmailBranding.objects.get()
    page = signed_in.get(reverse("admin:services_emailbranding_change", args=[branding.id]))
    given = signed_in.post(
        reverse("admin:services_service_change", args=[service.id]),
        service_form() | {"email_branding": str(branding.id)},
    )

    service.refresh_from_db()
    assert (made.status_code, given.status_code) == (302, 302)
    assert Client().get(f"/branding/{branding.logo}").content == pictures.PNG
    assert f'src="http://testserver/branding/{branding.logo}"' in page.content.decode()
    assert (service.email_branding, service.version) == (branding, 2)


def test_a_branding_of_letters_is_made_with_its_logo_and_given_to_a_service(signed_in, files):
    service = ServiceFactory()
    url = reverse("admin:services_letterbranding_add")
    svg, png = (
        SimpleUploadedFile("logo.png", each, "image/png") for each in (pictures.SVG, pictures.PNG)
    )

    refused = signed_in.post(url, {"name": "Riverside", "reason": "a new logo", "logo_file": svg})
    missing = signed_in.post(url, {"name": "Riverside", "reason": "a new logo"})
    made = signed_in.post(url, {"name": "Riverside", "reason": "a new logo", "logo_file": png})
    branding = LetterBranding.objects.get()
    page = signed_in.get(reverse("admin:services_letterbranding_change", args=[branding.id]))
    given = signed_in.post(
        reverse("admin:services_service_change", args=[service.id]),
        service_form() | {"letter_branding": str(branding.id)},
    )

    service.refresh_from_db()
    assert "must be a PNG" in refused.content.decode()
    assert "needs a logo" in missing.content.decode()
    assert (made.status_code, given.status_code) == (302, 302)
    assert f'src="http://testserver/branding/{branding.filename}"' in page.content.decode()
    assert service.letter_branding == branding


def test_a_logo_stays_when_the_rest_changes_and_goes_when_asked(signed_in, files):
    branding = EmailBrandingFactory(logo=logo_name(pictures.PNG))
    url = reverse("admin:services_emailbranding_change", args=[branding.id])
    logos = []

    for change in ({"colour": "#AABBCC"}, {"remove_logo": "on"}):
        assert signed_in.post(url, BRANDING | change).status_code == 302
        branding.refresh_from_db()
        logos.append(branding.logo)

    assert logos == [logo_name(pictures.PNG), None]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"colour": "red"}, "must be written #rrggbb"),
        ({"alt_text": "both"}, "either a text or an alternative text"),
        ({"text": ""}, "either a text or an alternative text"),
        ({"logo": pictures.SVG}, "must be a PNG, JPEG or GIF file"),
    ],
    ids=["colour", "two texts", "no text", "svg"],
)
def test_a_branding_that_is_refused_is_explained_and_not_saved(signed_in, files, change, message):
    form = BRANDING | change
    if "logo" in form:
        form["logo_file"] = SimpleUploadedFile("logo.png", form.pop("logo"), "image/png")

    page = signed_in.post(reverse("admin:services_emailbranding_add"), form)

    assert page.status_code == 200
    assert message in page.content.decode()
    assert "Constraint" not in page.content.decode()
    assert not EmailBranding.objects.exists()


def test_a_taken_name_of_a_branding_is_said_once(signed_in):
    EmailBrandingFactory(name="Riverside")

    page = signed_in.post(reverse("admin:services_emailbranding_add"), BRANDING)

    assert page.context["adminform"].form.errors == {
        "__all__": ["The branding Riverside exists already"]
    }


def test_a_page_of_a_branding_that_was_opened_before_another_save_keeps_it(signed_in, staff):
    branding = EmailBrandingFactory(**_VALUES | {"active": True})
    url = reverse("admin:services_emailbranding_change", args=[branding.id])
    shown = signed_in.get(url).context["adminform"].form["shown"].value()
    branding.text = "Renamed library"
    save_branding(branding, actor=staff)

    changes = BRANDING | {"colour": "#112233", "shown": shown}
    signed_in.post(url, changes)
    again = signed_in.post(url, changes | {"text": "Another"})

    branding.refresh_from_db()
    assert (branding.text, branding.colour) == ("Renamed library", "#112233")
    assert "Somebody changed this meanwhile" in again.content.decode()


def test_pages_have_an_icon_so_that_browsers_look_for_none(signed_in):
    page = signed_in.get(reverse("admin:index")).content.decode()

    assert '<link rel="icon" href="data:image/svg+xml' in page


def test_a_person_is_changed_and_audited_without_what_is_personal_or_gives_rights(signed_in, staff):
    person = UserFactory(name="Jo")
    form = {
        "email_address": person.email_address,
        "name": "Joanna",
        "mobile_number": "",
        "state": "inactive",
        "platform_admin": "on",
        "is_superuser": "on",
        "reason": "they left",
    }

    signed_in.post(reverse("admin:services_user_change", args=[person.id]), form)

    person.refresh_from_db()
    event = AuditEvent.objects.get(action="change person")
    assert (person.name, person.state) == ("Joanna", "inactive")
    assert (person.platform_admin, person.is_superuser) == (False, False)
    assert (event.actor_id, event.subject_id) == (staff.id, str(person.id))
    assert event.reason == "they left"
    assert (event.before, event.after) == (
        {"name": "not kept", "state": "active"},
        {"name": "not kept", "state": "inactive"},
    )


def test_nobody_deletes_a_person(signed_in, staff):
    page = signed_in.post(reverse("admin:services_user_delete", args=[staff.id]), {"post": "yes"})

    assert page.status_code == 403


@pytest.mark.skipif(not BROWSER, reason="no Chromium on this machine")
def test_support_staff_sign_in_and_issue_a_key_in_a_browser(
    transactional_db, live_server, settings
):
    from playwright.sync_api import expect, sync_playwright  # noqa: PLC0415

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps an event loop
    user = UserFactory(email_address="staff@example.org", support=True)
    user.set_password(PASSWORD)
    user.save()
    service = ServiceFactory(name="Library")
    row = NotificationFactory(template=TemplateFactory(service=service))

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=BROWSER,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_page()
        page.goto(f"{live_server.url}/admin/")
        page.fill("[name=username]", "Staff@example.org")
        page.fill("[name=password]", PASSWORD)
        page.click("[type=submit]")
        page.goto(f"{live_server.url}/admin/notifications/notification/?q={row.id}")
        expect(page.locator(f"#result_list a[href*='{row.id}']")).to_be_visible()
        page.goto(f"{live_server.url}/admin/services/apikey/add/")
        page.fill("[name=name]", "From the browser")
        page.select_option("[name=key_type]", "normal")
        page.get_by_label("Why?").fill("for the new client")
        page.evaluate(
            "([id, name]) => document.querySelector('[name=service]')"
            ".append(new Option(name, id, true, true))",
            [str(service.id), service.name],
        )
        page.click("[name=_save]")
        shown = page.locator("#issued-key").inner_text()
        browser.close()

    key = ApiKey.objects.get()
    assert shown.strip() == f"from_the_browser-{service.id}-{key.secret}"


def test_the_signing_secret_of_a_callback_is_shown_once_and_its_token_never(signed_in):
    form = {
        "service": ServiceFactory().id,
        "callback_type": "delivery_status",
        "url": "https://example.org/told",
        "token": "a token of the service",
        "reason": "they asked",
    }

    page = signed_in.post(reverse("admin:services_servicecallbackapi_add"), form)

    callback = ServiceCallbackApi.objects.get()
    again = signed_in.get(reverse("admin:services_servicecallbackapi_change", args=[callback.id]))
    assert callback.bearer_token == "a token of the service"
    assert callback.signing.secret in page.content.decode().replace("&#x2B;", "+")
    assert "no-store" in page.headers["Cache-Control"]
    for secret in (callback.signing.secret, callback.bearer_token):
        assert secret not in again.content.decode().replace("&#x2B;", "+")


def test_a_callback_is_changed_without_its_token_and_rotated(signed_in):
    service = ServiceFactory()
    url = "https://example.org/told"
    set_callback(service, "delivery_status", url=url, token="0123456789", actor=None)
    callback = ServiceCallbackApi.objects.get()
    change = reverse("admin:services_servicecallbackapi_change", args=[callback.id])

    why = {"reason": "they asked"}
    signed_in.post(change, {"url": "https://example.org/new", "token": "", **why})
    refused = signed_in.post(change, {"url": url, "token": "short", **why}, follow=True)
    chosen = {"action": "rotate", "_selected_action": [callback.id]}
    rows = reverse("admin:services_servicecallbackapi_changelist")
    asked = signed_in.post(rows, chosen)
    page = signed_in.post(rows, chosen | why | {"confirmed": "yes"})

    callback.refresh_from_db()
    assert (callback.url, callback.bearer_token) == ("https://example.org/new", "0123456789")
    assert "A bearer token has at least" in refused.content.decode()
    assert "Give a new signing secret?" in asked.content.decode()
    assert set(AuditEvent.objects.exclude(reason="").values_list("action", "reason")) == {
        ("change callback", "they asked"),
        ("rotate callback secret", "they asked"),
    }
    assert callback.signing.secret in page.content.decode().replace("&#x2B;", "+")
    assert callback.signing.previous is not None


def test_a_call_of_a_service_shows_its_attempts_and_not_its_body(
    signed_in, django_assert_max_num_queries
):
    row = CallbackDeliveryFactory(payload={"to": "zoe@example.com"}, attempts=60)
    CallbackAttempt.objects.bulk_create(
        CallbackAttempt(
            delivery=row, attempt=number, began_at=clock.now(), duration_ms=7, error="ReadTimeout"
        )
        for number in range(1, 61)
    )

    with django_assert_max_num_queries(15):
        page = signed_in.get(
            reverse("admin:notifications_callbackdelivery_change", args=[row.id])
        ).content.decode()

    attempts = re.findall(r'<tr><td class="px-3 py-1">(\d+)</td>', page)
    assert attempts == [str(number) for number in range(60, 10, -1)]
    assert page.count('<td class="px-3 py-1">ReadTimeout</td>') == 50
    assert "zoe@example.com" not in page


def test_calls_are_made_again_with_a_reason_only(signed_in, recorded_tasks):
    row = CallbackDeliveryFactory(state="given-up", finished_at=clock.now())
    url = reverse("admin:notifications_callbackdelivery_changelist")
    form = {"action": "replay", "_selected_action": [row.id]}

    asked = signed_in.post(url, form)
    refused = signed_in.post(url, {**form, "confirmed": "yes", "reason": " "}, follow=True)
    row.refresh_from_db()
    before = row.state
    signed_in.post(url, {**form, "confirmed": "yes", "reason": "their server was down"})

    row.refresh_from_db()
    assert "Tell 1 again" in asked.content.decode()
    assert "Say why, in 3 characters" in refused.content.decode()
    assert (before, row.state) == ("given-up", "waiting")


def test_who_may_only_look_cannot_make_calls_again(db):
    row = CallbackDeliveryFactory(state="given-up", finished_at=clock.now())
    user = UserFactory(platform_admin=True)
    user.user_permissions.add(Permission.objects.get(codename="view_callbackdelivery"))
    client = Client()
    client.force_login(user)
    form = {"action": "replay", "_selected_action": [row.id], "confirmed": "yes", "reason": "x"}

    client.post(reverse("admin:notifications_callbackdelivery_changelist"), form)

    row.refresh_from_db()
    assert row.state == "given-up"
