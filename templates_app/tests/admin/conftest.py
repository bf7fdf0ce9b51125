import pytest
from django.test import Client

from services.tests.factories import UserFactory


@pytest.fixture
def staff(db):
    return UserFactory(email_address="staff@example.org", support=True)


@pytest.fixture
def signed_in(staff):
    client = Client()
    client.force_login(staff)
    return client
