import html
import re
from io import BytesIO

import pytest
from django.urls import reverse
from PIL import Image

from services.tests.factories import UserFactory
from templates_app.models import TemplateHistory
from templates_app.tests.factories import TemplateFactory


def preview_on(client, url):
    page = client.get(url).content.decode()
    [source] = re.findall(r'<iframe title="Preview" sandbox="" srcdoc="([^"]*)"', page)
    return html.unescape(source).partition("</style>")[2]


def page_of(template):
    return reverse("admin:templates_app_template_change", args=[template.pk])


@pytest.mark.parametrize(
    ("options", "seen"),
    [
        (
            {"content": "Hi ((name))\nthere"},
            "Hi <span class='placeholder'>((name))</span><br>there",
        ),
        (
            {"letter": True, "subject": "A ((n))", "content": "B"},
            "<p class=\"subject\">A <span class='placeholder'>((n))</span></p><p>B</p>",
        ),
        (
            {"welsh": True, "letter_welsh_subject": "W", "letter_welsh_content": "w"}
            | {"subject": "E", "content": "e"},
            '<p class="subject">W</p><p>w</p><div class="page-break"></div>'
            '<p class="subject">E</p><p>e</p>',
        ),
    ],
    ids=["text", "letter", "letter in two languages"],
)
def test_a_page_shows_what_its_template_looks_like(signed_in, options, seen):
    assert preview_on(signed_in, page_of(TemplateFactory(**options))).strip() == seen


def test_an_email_is_shown_as_html_and_its_template_cannot_leave_the_frame(signed_in):
    template = TemplateFactory(
        email=True, subject='"><script>', content='# "></iframe><script>alert(1)</script>'
    )

    seen = preview_on(signed_in, page_of(template))

    assert "<h2" in seen
    assert "<script" not in seen
    assert "</iframe" not in seen


def test_an_older_version_is_shown_on_its_own_page(signed_in):
    template = TemplateFactory(content="Old ((x))")
    version = TemplateHistory.objects.get(id=template.pk)

    url = reverse("admin:templates_app_templatehistory_change", args=[version.pk])

    assert "Old <span class='placeholder'>((x))</span>" in preview_on(signed_in, url)


def test_the_page_of_a_letter_shows_its_pages_and_what_cannot_be_printed(signed_in):
    letter = TemplateFactory(letter=True, content="名 one\n\n***\n\ntwo")
    text = TemplateFactory()

    page = signed_in.get(page_of(letter)).content.decode()
    url = reverse("admin:templates_app_template_pages", args=[letter.pk])
    picture = signed_in.get(url)

    assert f'src="{url}?version=1"' in page
    assert "Printed as empty boxes: 名" in page
    assert picture["Content-Type"] == "image/png"
    assert Image.open(BytesIO(picture.content)).size == (620, 2 * 877 + 12)
    assert signed_in.get(url.replace(str(letter.pk), str(text.pk))).status_code == 404
    assert "pages.png" not in signed_in.get(page_of(text)).content.decode()


@pytest.mark.django_db
def test_who_may_not_see_a_template_sees_no_picture_of_its_pages(client):
    letter = TemplateFactory(letter=True)
    client.force_login(UserFactory())

    page = client.get(reverse("admin:templates_app_template_pages", args=[letter.pk]))

    assert page.status_code == 302
