"""What somebody fills in on each page of the admin site, so that it changes something.

A page that is not named here is sent as it is shown, with its reason.
"""

from datetime import timedelta
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from billing.price_changes import apply_prices, row_of
from billing.price_list import LetterPrice, TextPrice
from notifications.models import CallbackDelivery, Job
from notifications.tests.factories import (
    CallbackDeliveryFactory,
    JobFactory,
    NotificationFactory,
    ProviderDetailsFactory,
)
from notify_project import clock
from services.tests.branding import pictures
from services.tests.factories import (
    OrganisationFactory,
    ServiceFactory,
    UserFactory,
)
from templates_app.changes.proposing import propose
from templates_app.tests.attachments import pdf
from templates_app.tests.factories import TemplateFactory, TemplateFolderFactory

PASSWORD = "a long enough password"


def filled_in(rows):
    """Return the query of an address, and what is filled in, by the path of the page."""
    service, template = ServiceFactory(), TemplateFactory()
    day = (clock.london_today() + timedelta(days=9)).isoformat()
    price = {"day_0": day, "day": day, "rate": "0.09"}
    password = {"password1": PASSWORD, "password2": PASSWORD}
    of_service = {"service": service.pk}
    return {
        "auth/group/add/": {"name": "lookers"},
        "auth/group/<path:object_id>/change/": {"name": "others"},
        "billing/annualbilling/<path:object_id>/change/": {"free_sms_fragment_limit": 7},
        "billing/budget/<path:object_id>/change/": {"pounds": 7},
        "billing/budget/add/": of_service | {"period": "month", "pounds": 7},
        "billing/defaultannualallowance/<path:object_id>/change/": {"allowance": 77},
        "billing/defaultannualallowance/add/": {
            "organisation_type": "central",
            "valid_from_financial_year_start": 2060,
            "allowance": 7,
        },
        "billing/letterrate/<path:object_id>/change/": {"rate": "0.11"},
        "billing/letterrate/add/": price | {"post_class": "europe", "sheet_count": 1},
        "billing/rate/<path:object_id>/change/": {"rate": "0.11"},
        "billing/rate/add/": price,
        "notifications/bulkaction/add/": {
            "act": "fail",
            "service_id": service.pk,
            "since": f"{clock.now() - timedelta(days=1):%Y-%m-%dT%H:%M}",
        },
        "notifications/hold/add/": {"?": f"?kind=template&key={template.pk}"},
        "notifications/job/add/": {
            "?": f"?template={TemplateFactory(content='Hello').pk}",
            "file": SimpleUploadedFile("people.csv", b"phone number\n07900900123\n"),
        },
        "notifications/personrequest/add/": {
            "recipients": "jo@example.com",
            "case_reference": "case 7",
        },
        "notifications/providerdetails/<path:object_id>/change/": {"priority": 40},
        "notifications/suppressedrecipient/add/": of_service | {"email_address": "jo@example.com"},
        "services/apikey/add/": of_service | {"name": "new", "key_type": "normal"},
        "services/emailbranding/<path:object_id>/change/": {"text": "Other", "name": "Other"},
        "services/emailbranding/add/": {"name": "New", "brand_type": "org", "text": "New"},
        "services/inboundnumber/<path:object_id>/change/": {"service": ""},
        "services/inboundnumber/add/": {"number": "07700900999", "provider": "mmg"},
        "services/letterbranding/<path:object_id>/change/": {"name": "Other"},
        "services/letterbranding/add/": {
            "name": "New",
            "logo_file": SimpleUploadedFile("logo.png", pictures.PNG),
        },
        "services/organisation/<path:object_id>/change/": {"name": "Other"},
        "services/organisation/add/": {"name": "New"},
        "services/service/<path:object_id>/change/": {"name": "Other"},
        "services/service/add/": {"name": "New"},
        "services/servicecallbackapi/<path:object_id>/change/": {"url": "https://x.example/new"},
        "services/servicecallbackapi/add/": of_service
        | {"callback_type": "delivery_status", "url": "https://x.example/", "token": "0123456789"},
        "services/servicelettercontact/add/": of_service | {"contact_block": "1 Road"},
        "services/user/<id>/password/": password,
        "services/user/<path:object_id>/change/": {"name": "Other"},
        "services/user/<path:object_id>/give-role/": {"role": "billing", "hours": 2},
        "services/user/<path:object_id>/roles/": {"roles": ["support"]},
        "services/user/add/": password | {"email_address": "new@example.org", "name": "New"},
        "templates_app/template/<path:object_id>/attachment/": {
            "file": SimpleUploadedFile("more.pdf", pdf())
        },
        "templates_app/template/<path:object_id>/change/": {"content": "Other words"},
        "templates_app/template/add/": of_service
        | {"name": "New", "template_type": "sms", "content": "Words"},
        "templates_app/templatefolder/<path:object_id>/change/": {"name": "Other"},
        "templates_app/templatefolder/add/": of_service | {"name": "New"},
    }


def rows_of_steps():
    """Return rows as certain steps want them, by the end of their path."""
    letter = TemplateFactory(letter=True)
    job, message = "job/<path:object_id>", "notification/<path:object_id>"
    soon = clock.now() + timedelta(hours=1)
    told = NotificationFactory(status="delivered")
    call = CallbackDeliveryFactory(
        service=told.service,
        subject_id=told.pk,
        state=CallbackDelivery.State.DONE,
        finished_at=clock.now(),
    )
    # The last one of a channel stays on.
    ProviderDetailsFactory(identifier="another")
    printed = JobFactory(template=letter, job_status=Job.Status.ALL_CREATED)
    NotificationFactory(template=letter, job=printed, job_row_number=0)
    person = UserFactory(support=True)
    Client().force_login(person)
    in_a_while = clock.london_today() + timedelta(days=5)
    prices = [TextPrice(in_a_while, Decimal("0.1")), LetterPrice(in_a_while, *_LETTER)]
    apply_prices(prices, actor=None, reason="seeds")
    return {
        f"{job}/cancel/": JobFactory(job_status="scheduled", scheduled_for=soon).pk,
        f"{job}/pause/": JobFactory(job_status="in progress").pk,
        f"{job}/resume/": JobFactory(job_status="paused").pk,
        f"{job}/cancel-letters/": printed.pk,
        f"{message}/cancel/": NotificationFactory(template=letter).pk,
        f"{message}/make-pages/": NotificationFactory(template=letter).pk,
        f"{message}/send-again/": _failed(letter),
        f"{message}/give-up/": _failed(letter),
        f"{message}/send-now/": NotificationFactory(next_attempt_at=soon).pk,
        f"{message}/tell-again/": told.pk,
        "notifications_callbackdelivery": call.pk,
        "/switch-on/": ProviderDetailsFactory(identifier="firetext", active=False).pk,
        "billing/rate/<path:object_id>/change/": row_of(prices[0]).pk,
        "billing/letterrate/<path:object_id>/change/": row_of(prices[1]).pk,
        "/give-role/": person.pk,
        "/sign-out/": person.pk,
        "/submit/": _draft(),
        "/publish/": _draft(),
        "/withdraw/": _draft(),
        "templatefolder/<path:object_id>/delete/": TemplateFolderFactory().pk,
        "organisation/<path:object_id>/delete/": OrganisationFactory().pk,
    }


_LETTER = (Decimal("0.9"), 5, True, "europe")


def _failed(letter):
    return NotificationFactory(template=letter, status="technical-failure").pk


def _draft():
    template = TemplateFactory()
    values = {"content": "New"}
    return propose(
        template.service, "update", actor=UserFactory(), template=template, values=values
    ).pk
