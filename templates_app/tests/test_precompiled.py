import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import IntegrityError, connection, transaction

from services.tests.factories import ServiceFactory
from templates_app.models import Template, TemplateHistory, TemplateRedacted
from templates_app.precompiled import precompiled_template
from templates_app.read_models import find_template, list_templates
from templates_app.tests.factories import TemplateFactory


def ask_alone(service_id, barrier=None):
    """Ask on a connection of its own."""
    try:
        if barrier:
            barrier.wait()
        return precompiled_template(service_id)
    finally:
        connection.close()


def wait_until_somebody_waits():
    """Return when another connection waits for what this one has not committed."""
    for _ in range(300):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid) "
                "WHERE NOT granted AND datname = current_database()"
            )
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    pytest.fail("nobody waits")


@pytest.mark.django_db
def test_a_service_gets_its_hidden_template_when_it_is_first_asked_for():
    service = ServiceFactory()

    template = precompiled_template(service.id)

    row, version = Template.objects.get(), TemplateHistory.objects.get()
    assert (template.id, template.version) == (row.id, 1) == (version.id, version.version)
    assert (row.service_id, row.name, row.template_type) == (
        service.id,
        "Pre-compiled PDF",
        "letter",
    )
    assert (row.content, row.subject, row.postage) == ("", "Pre-compiled PDF", "second")
    assert row.hidden
    assert row.created_by is None
    assert not TemplateRedacted.objects.get(template=row).redact_personalisation


@pytest.mark.django_db
def test_later_the_same_one_is_returned():
    service, other = ServiceFactory(), ServiceFactory()

    first, again = precompiled_template(service.id), precompiled_template(service.id)

    assert first == again
    assert precompiled_template(other.id).id != first.id
    assert Template.objects.count() == 2


@pytest.mark.django_db
def test_other_hidden_templates_and_letters_are_not_taken_for_it():
    service = ServiceFactory()
    others = {
        TemplateFactory(service=service, letter=True).id,
        TemplateFactory(service=service, hidden=True).id,
        TemplateFactory(letter=True, hidden=True).id,
    }

    assert precompiled_template(service.id).id not in others


@pytest.mark.django_db
def test_it_is_found_by_its_id_and_absent_from_lists():
    service = ServiceFactory()

    template = precompiled_template(service.id)

    assert find_template(service.id, template.id) == template
    assert list_templates(service.id, None) == []


@pytest.mark.django_db(transaction=True)
def test_it_is_remembered(settings, django_assert_num_queries):
    settings.READ_MODEL_SECONDS = 60
    service = ServiceFactory()
    made = precompiled_template(service.id)

    with django_assert_num_queries(0):
        assert precompiled_template(service.id) == made


@pytest.mark.django_db(transaction=True)
def test_one_that_is_made_in_a_transaction_that_fails_is_not_remembered(settings):
    settings.READ_MODEL_SECONDS = 60
    service = ServiceFactory()
    with transaction.atomic():
        precompiled_template(service.id)
        transaction.set_rollback(True)

    assert Template.objects.get(id=precompiled_template(service.id).id).service == service


@pytest.mark.django_db(transaction=True)
def test_a_service_that_does_not_exist_gets_none():
    with pytest.raises(IntegrityError):
        precompiled_template(uuid.uuid4())

    assert not Template.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_who_comes_second_waits_and_gets_what_the_first_has_made():
    service = ServiceFactory()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            first = precompiled_template(service.id)
            asked = pool.submit(ask_alone, service.id)
            wait_until_somebody_waits()
        second = asked.result(timeout=10)

    assert second == first
    assert Template.objects.count() == TemplateHistory.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_many_at_once_get_the_same_one():
    service, barrier = ServiceFactory(), Barrier(4)

    with ThreadPoolExecutor(4) as pool:
        asked = [pool.submit(ask_alone, service.id, barrier) for _ in range(4)]
        found = {one.result(timeout=10).id for one in asked}

    assert len(found) == 1
    assert Template.objects.count() == 1
