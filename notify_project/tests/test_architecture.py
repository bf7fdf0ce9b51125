"""Limits a linter has no rule for."""

import ast
import re
from pathlib import Path

import pytest
from django.urls import get_resolver

from services.api.management.viewsets import ManagementViewSet
from services.tests.api.management.matrix import patterns

ROOT = Path(__file__).resolve().parents[2]
APPS = ("notify_project", "services", "templates_app", "notifications", "billing")
MODULES = sorted(
    path
    for app in APPS
    for path in (ROOT / app).rglob("*.py")
    if not {"migrations", "tests"} & set(path.parts)
)
MAX_LINES = 300
NAMES_THAT_SAY_NOTHING = {"utils", "helpers", "common", "misc", "services", "selectors", "managers"}

each_module = pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))


def calls(path):
    """Yield every call in a module as (dotted function name, keyword names)."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), {keyword.arg for keyword in node.keywords}


@each_module
def test_fits_in_the_head(path):
    assert len(path.read_text().splitlines()) <= MAX_LINES


@each_module
def test_is_called_after_something(path):
    assert path.stem not in NAMES_THAT_SAY_NOTHING


@each_module
def test_does_not_create_notifications(path):
    if path.match("notifications/acceptance/persist.py"):
        pytest.skip("the only creator")
    creators = re.compile(r"^Notification(\.objects\.(\w*create\w*))?$")
    assert not [name for name, _ in calls(path) if creators.match(name)]


@each_module
def test_does_not_move_a_status(path):
    if path.match("notifications/lifecycle/*.py"):
        pytest.skip("the only writer of a status")
    assert not [
        name for name, keywords in calls(path) if name.endswith(".update") and "status" in keywords
    ]


@pytest.mark.parametrize(
    "name",
    sorted(
        path.stem
        for path in (ROOT / "notifications/providers").iterdir()
        if path.stem not in {"__init__", "__pycache__", "base", "registry"}
    ),
)
def test_every_provider_has_tests(name):
    assert (ROOT / f"notifications/tests/providers/test_{name}.py").exists()


def test_every_app_has_a_matrix_of_who_may_do_what_in_the_management_api():
    kinds = {
        getattr(each.callback, "cls", object) for each in patterns(get_resolver().url_patterns)
    }
    apps = {each.__module__.split(".")[0] for each in kinds if issubclass(each, ManagementViewSet)}

    assert "services" in apps
    for app in apps:
        assert (ROOT / app / "tests/api/management/test_matrix.py").exists(), app


README = (ROOT / "README.md").read_text()
SETTINGS = "".join(
    (ROOT / "notify_project" / name).read_text()
    for name in ("settings.py", "settings_of_logs.py", "settings_of_providers.py")
)
VARIABLES = sorted(set(re.findall(r'env\.\w+\(\s*"(\w+)"', SETTINGS)))


def missing_in_readme(names):
    return [name for name in names if f"`{name}`" not in README]


def test_readme_lists_every_variable():
    assert missing_in_readme(VARIABLES) == []


def test_readme_explains_no_variable_twice_and_none_that_is_gone():
    table = README.partition("### Variables")[2].partition("## ")[0]
    rows = [line.split(" | ")[0] for line in table.splitlines() if line.startswith("| `")]
    names = re.findall(r"`(\w+)`", " ".join(rows))

    assert sorted(names) == VARIABLES


def test_readme_names_every_folder_of_the_pipeline():
    [row] = [line for line in README.splitlines() if line.startswith("| `notifications`")]
    folders = {path.parent.name for path in (ROOT / "notifications").glob("*/__init__.py")}
    elsewhere = {"admin", "management", "migrations", "models", "tests"}

    assert {name for name in folders - elsewhere if name not in row} == set()


def test_readme_lists_every_command():
    commands = {
        path.stem
        for app in APPS
        for path in (ROOT / app).glob("management/commands/*.py")
        if path.stem != "__init__"
    }
    assert missing_in_readme(commands) == []


def test_readme_lists_every_queue_and_pool(settings):
    queues = [queue for pool in settings.WORKER_POOLS.values() for queue in pool]
    assert missing_in_readme([*settings.WORKER_POOLS, *queues]) == []


def test_readme_lists_every_provider(settings):
    assert missing_in_readme(settings.PROVIDER_OPTIONS) == []


def test_a_status_is_written_with_sql_in_one_place_only():
    writers = [
        str(path.relative_to(ROOT))
        for path in MODULES
        if re.search(r"SET[^;]*notification_status\s*=", path.read_text())
    ]
    assert writers
    assert {str(Path(writer).parent) for writer in writers} == {"notifications/lifecycle"}


def test_what_inserts_notifications_is_asked_by_their_only_creator():
    users = {
        str(path.relative_to(ROOT))
        for path in MODULES
        if "notifications.acceptance.insert" in path.read_text()
    }

    assert users == {"notifications/acceptance/persist.py"}


def test_notifications_are_inserted_with_sql_in_one_place_only():
    def writers(table):
        sources = {path: path.read_text() for path in MODULES}
        return {str(path.relative_to(ROOT)) for path in MODULES if table in sources[path]}

    assert writers("INSERT INTO notifications (") == {"notifications/acceptance/insert.py"}
    # The end of retention makes what should have been there from the beginning.
    assert writers("INSERT INTO notification_history (") == {
        "notifications/acceptance/insert.py",
        "notifications/retention/purge.py",
    }
