import os
import uuid

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from services.tests.factories import ServiceFactory, UserFactory
from templates_app.models import Template, TemplateHistory
from templates_app.tests.factories import TemplateFactory

BROWSER = os.environ.get("NOTIFY_BROWSER")
LIVE = "/admin/templates_app/template/live/"


def form_of(row, **values):
    return {
        "live_template": str(row.pk),
        "name": row.name,
        "subject": row.subject or "",
        "content": row.content,
        "process_type": "normal",
        **values,
    }


def ask(client, form):
    answer = client.post(LIVE, {**form, "script": "1"})
    assert answer.status_code == 200
    return answer.json()


def test_what_is_written_is_shown_with_its_values_and_nothing_is_saved(signed_in):
    row = TemplateFactory(content="Old")

    told = ask(
        signed_in,
        form_of(row, content="Hi ((name)), ((day))", **{"value:name": "Amala"}),
    )

    assert "Hi Amala, &lt;span class=&#x27;placeholder&#x27;&gt;((day))" in told["html"]
    assert "1 fragment" in told["html"]
    assert told["names"] == ["name", "day"]
    row.refresh_from_db()
    assert (row.content, TemplateHistory.objects.count()) == ("Old", 1)


def test_a_template_that_does_not_exist_yet_is_shown(signed_in):
    form = {"service": ServiceFactory().pk, "template_type": "email", "name": "News"}

    told = ask(signed_in, {**form, "subject": "S", "content": "# Hello", "process_type": "normal"})

    assert "&lt;h2" in told["html"]
    assert not Template.objects.exists()


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"content": "y" * 919}, "greater than the limit of 918"),
        ({"content": ""}, "Content: This field is required"),
        ({"content": "Hi ((a,b))"}, "You cannot put commas between double brackets"),
        ({"content": "Hi 漢"}, "You cannot use 漢 in text messages"),
        ({"content": "y" * 200_000}, "too much text to show"),
    ],
)
def test_what_could_not_be_saved_is_said(signed_in, values, words):
    assert words in ask(signed_in, form_of(TemplateFactory(), **values))["html"]


def test_hostile_content_and_values_stay_in_the_frame(signed_in):
    row = TemplateFactory(email=True)
    hostile = '"></iframe><script>alert(1)</script>'

    told = ask(
        signed_in,
        form_of(row, content=f"((name)) {hostile}", **{"value:name": hostile}),
    )

    assert "<script" not in told["html"]
    assert told["html"].count("<iframe") == 1


def test_without_a_script_the_preview_is_a_page(signed_in):
    page = signed_in.post(LIVE, form_of(TemplateFactory(), content="Hi ((name))"))

    assert page.status_code == 200
    assert "Nothing is saved yet" in page.content.decode()
    assert page.content.decode().count("<iframe") == 1


def test_the_form_has_a_button_and_inputs_for_values_without_a_script(signed_in):
    row = TemplateFactory(content="Hi ((name))")

    page = signed_in.get(reverse("admin:templates_app_template_change", args=[row.pk]))
    text = page.content.decode()

    assert f'formaction="{LIVE}"' in text
    assert '<input name="value:name" form="template_form"' in text


def test_who_may_only_look_has_no_live_preview(db):
    row = TemplateFactory()
    user = UserFactory(platform_admin=True)
    user.user_permissions.add(Permission.objects.get(codename="view_template"))
    client = Client()
    client.force_login(user)

    page = client.get(reverse("admin:templates_app_template_change", args=[row.pk]))

    assert 'id="live-preview"' not in page.content.decode()
    assert client.post(LIVE, form_of(row)).status_code == 403
    assert client.post(f"{LIVE}pages/", form_of(row)).status_code == 403


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"live_template": str(uuid.uuid4())},
        {"live_template": "x"},
        {"service": "x", "template_type": "sms"},
        {"service": str(uuid.uuid4()), "template_type": "sms"},
    ],
)
def test_what_is_not_there_is_not_found(signed_in, form):
    assert signed_in.post(LIVE, form).status_code == 404


def test_a_type_that_is_none_is_not_found(signed_in):
    form = {"service": ServiceFactory().pk, "template_type": "fax"}

    assert signed_in.post(LIVE, form).status_code == 404


def test_it_is_only_posted_and_only_from_our_own_pages(signed_in, staff):
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(staff)

    assert signed_in.get(LIVE).status_code == 404
    assert careful.post(LIVE, form_of(TemplateFactory())).status_code == 403


def test_pages_of_a_letter_are_a_picture_of_what_is_written(signed_in):
    row = TemplateFactory(letter=True, subject="S", content="Old")
    form = form_of(row, content="New", postage="second", letter_languages="english")

    one = signed_in.post(f"{LIVE}pages/", form)
    other = signed_in.post(f"{LIVE}pages/", {**form, "content": "New " * 50})

    assert one["Content-Type"] == other["Content-Type"] == "image/png"
    assert one.content.startswith(b"\x89PNG")
    assert one.content != other.content


def test_why_there_are_no_pages_is_said_in_words(signed_in):
    row = TemplateFactory(letter=True, subject="S")

    answer = signed_in.post(f"{LIVE}pages/", form_of(row, content="x" * 31_000))

    assert (answer.status_code, answer["Content-Type"]) == (409, "text/plain")
    assert "are not shown" in answer.content.decode()


def test_a_text_has_no_pages(signed_in):
    assert signed_in.post(f"{LIVE}pages/", form_of(TemplateFactory())).status_code == 404


@pytest.mark.skipif(not BROWSER, reason="no Chromium on this machine")
def test_the_preview_follows_what_is_typed_in_a_browser(transactional_db, live_server):
    from playwright.sync_api import expect, sync_playwright  # noqa: PLC0415

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps an event loop
    client = Client()
    client.force_login(UserFactory(support=True))
    row = TemplateFactory(content="Hi ((name))")
    session = client.cookies["sessionid"].value

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=BROWSER, args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page()
        page.context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        page.goto(live_server.url + reverse("admin:templates_app_template_change", args=[row.pk]))
        seen = page.frame_locator("#live-preview iframe").locator("body")
        expect(seen).to_contain_text("Hi ((name))")
        page.fill("[name='value:name']", "Amala")
        expect(seen).to_contain_text("Hi Amala")
        page.fill("[name=content]", "Bye ((name)), on ((day)) ŵ")
        expect(seen).to_contain_text("Bye Amala, on ((day))")
        expect(page.locator("[name='value:day']")).to_be_visible()
        expect(page.locator("#live-preview")).to_contain_text("UCS-2")
        assert page.input_value("[name='value:name']") == "Amala"
        browser.close()

    row.refresh_from_db()
    assert row.content == "Hi ((name))"
