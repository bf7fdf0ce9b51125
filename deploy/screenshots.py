"""Renew the pictures of the admin site in docs/admin (``make screenshots``), light and dark.

Starts the site on an installation at work, on servers that are thrown away.
"""

from __future__ import annotations

import argparse
import io
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from deploy import embedded
from deploy.demo_env import new_secrets
from deploy.environment import ROOT, browser, install_embedded
from deploy.processes import wait_for
from deploy.progress import LaunchFailed, step
from deploy.supervisor import Supervisor

FOLDER: Final = ROOT / "docs" / "admin"
PORT: Final = 6031
SIZE: Final = {"width": 1280, "height": 900}
COLOURS: Final = 160
MOST_BYTES: Final = 120_000
THEMES: Final = ("light", "dark")


def main(arguments: list[str]) -> int:
    """Take the pictures and return the exit code."""
    parser = argparse.ArgumentParser(prog="deploy.screenshots", description=__doc__)
    parser.add_argument("--only", help="one page, by the beginning of its picture's name")
    options = parser.parse_args(arguments)
    if not all(os.environ.get(name) for name in embedded.VARIABLES):
        install_embedded()
    try:
        with embedded.throw_away() as addresses, tempfile.TemporaryDirectory() as folder:
            os.environ.update(_environment(addresses, Path(folder)))
            with _site(Path(folder)) as url:
                return _take(url, options.only or "")
    except LaunchFailed as error:
        print(f"\n{error}", file=sys.stderr)
        return 1


def _environment(addresses: dict[str, str], folder: Path) -> dict[str, str]:
    return {
        **new_secrets(),
        **addresses,
        "DJANGO_SETTINGS_MODULE": "notify_project.settings",
        # Without a web server of its own in front, Django has to send the static files.
        "DEBUG": "true",
        "FILES_ROOT": str(folder / "files"),
        "LOG_LEVEL": "ERROR",
    }


@contextmanager
def _site(folder: Path) -> Iterator[str]:
    """Fill the database and start the site."""
    import django  # noqa: PLC0415 - the settings come from the environment

    with step("database"):
        manage = [sys.executable, str(ROOT / "manage.py")]
        subprocess.run([*manage, "migrate", "--verbosity", "0"], check=True, cwd=ROOT)
    django.setup()
    from deploy import sample  # noqa: PLC0415
    from notifications.statistics.hourly_volumes import UNSETTLED_HOURS, count_hours  # noqa: PLC0415
    from notify_project import clock  # noqa: PLC0415

    with step("an installation at work"):
        sample.fill(sample.SMALL)
        # What the schedule does bit by bit, for the chart of the home page.
        while len(count_hours(clock.now())) > UNSETTLED_HOURS:
            pass
    url = f"http://127.0.0.1:{PORT}"
    with Supervisor(folder, dict(os.environ), ROOT) as supervisor:
        address = f"127.0.0.1:{PORT}"
        supervisor.start("web", [*manage, "runserver", "--noreload", address], serves_others=True)
        wait_for(f"{url}/_status", supervisor)
        yield url


def _take(url: str, only: str) -> int:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415

    path = os.environ.get("NOTIFY_BROWSER") or browser()
    if path is None:
        raise LaunchFailed("There is no browser on this machine: install Chromium.")
    FOLDER.mkdir(exist_ok=True, parents=True)
    # Playwright keeps an event loop.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    too_big = 0
    pages = {name: address for name, address in _pages().items() if name.startswith(only)}
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        for theme in THEMES:
            page = _opened(chromium, url, theme)
            for name, address in pages.items():
                page.goto(url + address, wait_until="networkidle")
                shot = page.screenshot(animations="disabled")
                size = _keep(shot, FOLDER / f"{name}-{theme}.png")
                too_big += size > MOST_BYTES
                print(f"  {size / 1000:6.1f} kB  {name}-{theme}.png", flush=True)
        chromium.close()
    return 1 if too_big else 0


def _opened(chromium: Any, url: str, theme: str) -> Any:
    from django.test import Client  # noqa: PLC0415

    from deploy import sample  # noqa: PLC0415
    from services.models import User  # noqa: PLC0415

    client = Client()
    client.force_login(User.objects.get(email_address=sample.EMAIL))
    context = chromium.new_context(viewport=SIZE, color_scheme=theme, reduced_motion="reduce")
    context.add_init_script(
        f"if (window === top) localStorage.setItem('adminTheme', JSON.stringify('{theme}'))"
    )
    context.add_cookies(
        [{"name": each.key, "value": each.value, "url": url} for each in client.cookies.values()]
    )
    return context.new_page()


def _pages() -> dict[str, str]:
    """Return the pages that are worth a picture, and that this release has."""
    from django.urls import NoReverseMatch, reverse  # noqa: PLC0415

    found = {}
    for name, (page, *arguments) in _wanted().items():
        try:
            found[name] = reverse(page, args=arguments)
        except NoReverseMatch:
            print(f"  there is no {page} yet")
    return found


def _wanted() -> dict[str, tuple[Any, ...]]:
    from notifications.models import CallbackDelivery, Job, Notification  # noqa: PLC0415
    from services.models import ApiKey, Service  # noqa: PLC0415
    from templates_app.models import Template  # noqa: PLC0415

    newest = Notification.objects.order_by("-created_at")
    service = Service.objects.order_by("created_at")[0]
    email = Template.objects.filter(service=service, template_type="email").order_by("name")[0]
    key = ApiKey.objects.filter(service=service, name="live")[0]
    return {
        "home": ("admin:index",),
        "find": ("admin-find",),
        "messages": ("admin:notifications_notification_changelist",),
        "notification": (
            "admin:notifications_notification_change",
            newest.filter(status="permanent-failure", notification_type="sms")[0].pk,
        ),
        "letter": (
            "admin:notifications_notification_change",
            newest.filter(status="sending", notification_type="letter")[0].pk,
        ),
        "services": ("admin:services_service_changelist",),
        "service": ("admin:services_service_overview", service.pk),
        "template-editor": ("admin:templates_app_template_change", email.pk),
        "job": ("admin:notifications_job_change", Job.objects.order_by("-created_at")[0].pk),
        "key": ("admin:services_apikey_change", key.pk),
        "calls": ("admin:notifications_callbackdelivery_changelist",),
        "call": (
            "admin:notifications_callbackdelivery_change",
            CallbackDelivery.objects.filter(state="given-up")[0].pk,
        ),
    }


def _keep(picture: bytes, path: Path) -> int:
    """Write a picture of few colours, and return its size."""
    from PIL import Image  # noqa: PLC0415

    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image.quantize(COLOURS, dither=Image.Dither.NONE).save(path, optimize=True)
    return path.stat().st_size


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
