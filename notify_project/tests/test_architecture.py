"""Limits a linter has no rule for."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("notify_project", "services", "templates_app", "notifications", "billing")
MODULES = sorted(
    path
    for app in APPS
    for path in (ROOT / app).rglob("*.py")
    if not {"migrations", "tests"} & set(path.parts)
)
TOOLS = sorted(path for folder in ("deploy", "benchmarks") for path in (ROOT / folder).glob("*.py"))
MAX_LINES = 300
NAMES_THAT_SAY_NOTHING = {"utils", "helpers", "common", "misc", "services", "selectors", "managers"}


def calls(path):
    """Yield every call in a module as (dotted function name, keyword names)."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), {keyword.arg for keyword in node.keywords}


def names(paths):
    return [str(path.relative_to(ROOT)) for path in paths]


@pytest.fixture(scope="module")
def calls_of():
    """Return the calls of each module, which is read once for all tests."""
    return {path: list(calls(path)) for path in MODULES}


def test_each_module_fits_in_the_head():
    lengths = {path: len(path.read_text().splitlines()) for path in (*MODULES, *TOOLS)}

    assert names(path for path, lines in lengths.items() if lines > MAX_LINES) == []


def test_each_module_is_called_after_something():
    assert names(path for path in (*MODULES, *TOOLS) if path.stem in NAMES_THAT_SAY_NOTHING) == []


def test_one_module_creates_notifications(calls_of):
    creator = re.compile(r"^Notification(\.objects\.(\w*create\w*))?$")
    creators = [
        path for path, found in calls_of.items() if any(creator.match(name) for name, _ in found)
    ]

    assert set(names(creators)) <= {"notifications/acceptance/persist.py"}


def test_one_folder_moves_a_status(calls_of):
    movers = [
        path
        for path, found in calls_of.items()
        if any(name.endswith(".update") and "status" in keywords for name, keywords in found)
    ]

    assert {str(Path(name).parent) for name in names(movers)} <= {"notifications/lifecycle"}


@pytest.mark.parametrize(
    "name",
    sorted(
        path.stem
        for path in (ROOT / "notifications/providers").iterdir()
        if path.stem not in {"__init__", "__pycache__", "base", "file_printer", "registry"}
    ),
)
def test_every_provider_has_tests(name):
    assert (ROOT / f"notifications/tests/providers/test_{name}.py").exists()


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
