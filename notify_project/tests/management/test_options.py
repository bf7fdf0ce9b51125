"""OPTIONS is answered wherever there is anything."""

import re

import pytest

from notify_project.documentation.management import document
from services.tests.api.management.client import support
from services.tests.factories import ServiceFactory


@pytest.mark.django_db
def test_every_path_names_its_methods():
    caller, service = support(), ServiceFactory()
    bearer = f"Bearer {caller.token}"

    for written in document("https://notify.example")["paths"]:
        path = re.sub(r"\{\w+\}", str(service.id), written.replace("{version}", "1"))
        status = caller.client.options(path, HTTP_AUTHORIZATION=bearer).status_code
        assert status in {200, 404}, (path, status)
