"""Run the platform (``make run``), or show it with stand-ins of third parties (``make demo``)."""

from __future__ import annotations

import argparse
import fcntl
import os
import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import NoReturn

import environ

from deploy import embedded, processes
from deploy.demo_env import PATH, demo_settings, load_secrets, new_secrets
from deploy.demo_messages import send_and_follow, send_letter
from deploy.demo_printing import print_letters
from deploy.environment import LOCAL, ROOT, install_embedded
from deploy.libraries import install_letter_libraries
from deploy.manage import published
from deploy.progress import LaunchFailed, step
from deploy.supervisor import Supervisor, end_left_over

HOST = "127.0.0.1"
CONFIGURATION = ROOT / "deploy" / "demo.yaml"
SERVICE = "Demo Library Service"
LETTER = LOCAL / "letter.pdf"
KEY_NAME = "demo"
ADMIN_EMAIL = "support@demo.notify.example"
REQUIRED = ("SECRET_KEY", "ENCRYPTION_KEYS", "INTERNAL_API_SECRET")


def run(port: int) -> None:
    """Run web server, workers and scheduler on the providers of the environment.

    Raises:
        LaunchFailed: something is missing or does not start.
    """
    environ.Env.read_env(ROOT / ".env")
    if missing := [name for name in REQUIRED if not os.environ.get(name)]:
        lines = "\n".join(f"{name}={value}" for name, value in new_secrets().items())
        raise LaunchFailed(
            f"{', '.join(missing)} must be set, in the environment or in {ROOT / '.env'}. "
            f"Fresh values, to keep as long as the database:\n{lines}"
        )
    settings = dict(os.environ)
    settings.setdefault("API_HOST_URL", f"http://{HOST}:{port}")
    with (
        _prepared(settings, ports=[port], how="make run PORT=7011") as env,
        Supervisor(LOCAL, env, ROOT) as supervisor,
    ):
        with step("processes"):
            processes.start_platform(supervisor, host=HOST, port=port)
            processes.wait_for(f"http://{HOST}:{port}/_status", supervisor)
        print(
            f"\nAPI    {settings['API_HOST_URL']}\nLogs   {LOCAL / 'log'}\nStop   Ctrl-C",
            flush=True,
        )
        _keep_running(supervisor)


def demo(port: int, *, once: bool) -> None:
    """Run the platform with stand-ins of third parties and send messages through it.

    Raises:
        LaunchFailed: something is missing, does not start or does not deliver.
    """
    database = None if os.environ.get("DATABASE_URL") else embedded.kept_path() / "postgresql/data"
    secrets = load_secrets(database=database)
    own = secrets | demo_settings(port=port, api_key=secrets["MMG_API_KEY"])
    settings = os.environ | own
    ports = [port, port + 1, port + 2]
    with _prepared(settings, ports=ports, how="make demo PORT=7011") as env:
        with step("demo organisation"):
            applied = processes.apply_config(env, CONFIGURATION)["services"][SERVICE]
        shared = {name: env[name] for name in (*own, *embedded.VARIABLES, "DJANGO_SETTINGS_MODULE")}
        with published(shared), Supervisor(LOCAL, env, ROOT) as supervisor:
            with step("processes"):
                stubs = processes.stubs_command(port=port, api_key=secrets["MMG_API_KEY"])
                supervisor.start("stubs", stubs, serves_others=True)
                processes.start_platform(supervisor, host=HOST, port=port)
                processes.wait_for(f"http://{HOST}:{port + 1}/", supervisor)
                processes.wait_for(f"http://{HOST}:{port}/_status", supervisor)
            api_key = f"{KEY_NAME}-{applied['id']}-{secrets['DEMO_API_KEY_SECRET']}"
            print("messages, by the official client")
            send_and_follow(
                api_key=api_key,
                api_url=settings["API_HOST_URL"],
                templates=applied["templates"],
                logs=LOCAL / "log",
            )
            if install_letter_libraries():
                send_letter(
                    api_key=api_key,
                    api_url=settings["API_HOST_URL"],
                    template_id=applied["templates"]["Library card"]["id"],
                    path=LETTER,
                    logs=LOCAL / "log",
                )
                print_letters(env, stubs_url=f"http://{HOST}:{port + 1}", logs=LOCAL / "log")
            if once:
                print("All were delivered.")
                return
            _tell(port, api_key, secrets["DEMO_ADMIN_PASSWORD"], applied["templates"]["Book ready"])
            _keep_running(supervisor)


@contextmanager
def _prepared(
    settings: Mapping[str, str], *, ports: list[int], how: str
) -> Iterator[dict[str, str]]:
    """Start the servers, prepare the database and files, and give the environment for it all."""
    with ExitStack() as stack:
        stack.enter_context(_only_one())
        end_left_over(LOCAL)
        for port in ports:
            processes.require_free(port, how=how)
        if not all(os.environ.get(name) for name in embedded.VARIABLES):
            install_embedded()
        with step("servers"):
            addresses = stack.enter_context(embedded.kept())
        # From here on the servers are stopped in peace, whoever presses Ctrl-C again.
        stack.callback(_ignore_signals)
        env = {**settings, **addresses, "DJANGO_SETTINGS_MODULE": processes.SETTINGS}
        env |= {"PYTHONUNBUFFERED": "1"}
        with step("database"):
            processes.manage(env, "migrate", "--noinput", "--verbosity", "0")
        with step("static files"):
            processes.collect_static(env)
        yield env


@contextmanager
def _only_one() -> Iterator[None]:
    LOCAL.mkdir(exist_ok=True)
    with (LOCAL / "launcher.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LaunchFailed("Notify runs in this checkout already. Stop it first.") from None
        yield


def _keep_running(supervisor: Supervisor) -> NoReturn:
    supervisor.wait()
    raise LaunchFailed(supervisor.failure)


def _ignore_signals() -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)


def _tell(port: int, api_key: str, password: str, template: dict[str, str]) -> None:
    body = (
        f'{{"email_address": "you@example.com", "template_id": "{template["id"]}", '
        '"personalisation": {"name": "You", "title": "Emma"}}'
    )
    told = f"""
API             http://{HOST}:{port}
Admin site      http://{HOST}:{port}/admin/
                log in as {ADMIN_EMAIL}, password {password}
Mails and texts http://{HOST}:{port + 1}/
Letter          {LETTER if LETTER.exists() else "none"}
API key         {api_key}
Secrets         {PATH}
Logs            {LOCAL / "log"}

Send one yourself, in this folder:
  TOKEN=$(.venv/bin/python deploy/make_token.py {api_key})
  curl -H "Authorization: Bearer $TOKEN" -H 'Content-Type: application/json' \\
    -d '{body}' http://{HOST}:{port}/v2/notifications/email

Run a command of the project, in another terminal:
  make manage ARGS='preview_template "Book ready" --set name=You --set title=Emma'

Stop with Ctrl-C.
"""
    # Whoever follows it in a file sees it at once, too.
    print(told, flush=True)


def _end_by_signal(number: int, _: object) -> NoReturn:
    raise SystemExit(128 + number)


def main(arguments: list[str] | None = None) -> int:
    """Run what the command line asks for, until Ctrl-C or SIGTERM."""
    parser = argparse.ArgumentParser(prog="deploy.run", description=__doc__)
    parser.add_argument("what", choices=["run", "demo"])
    parser.add_argument("--port", type=int, default=6011, help="of the API; the demo uses two more")
    parser.add_argument("--once", action="store_true", help="demo: end after the messages")
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, _end_by_signal)
    # A shell starts what it puts in the background with SIGINT ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        if options.what == "demo":
            demo(options.port, once=options.once)
        else:
            run(options.port)
    except LaunchFailed as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
