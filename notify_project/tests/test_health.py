import pytest
from django.db import OperationalError, connection
from django.test import Client

pytestmark = pytest.mark.urls("notify_project.tests.api.sample_urls")


@pytest.mark.parametrize("path", ["/_status", "/"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_it_says_ok_with_what_runs(path, method, db):
    response = Client().generic(method, path)

    body = response.json()
    assert response.status_code == 200
    assert body["status"] == "ok"
    assert set(body) == {"status", "git_commit", "build_time", "db_version"}
    assert "." in body["db_version"]


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_simple_form_asks_nobody(method):
    response = Client().generic(method, "/_status?simple=1")

    assert response.json() == {"status": "ok"}


def test_without_the_database_the_full_form_fails(db, monkeypatch):
    with connection.execute_wrapper(_no_database):
        response = Client().get("/_status")

    assert response.status_code == 500
    assert response.json()["status"] == "error"


def test_other_methods_are_refused():
    response = Client().delete("/_status")

    assert response.status_code == 405
    assert response["Allow"] == "GET, HEAD, POST"


def _no_database(*_args):
    raise OperationalError("gone")
