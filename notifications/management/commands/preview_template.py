"""Show a message without sending it."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from notifications.acceptance.preview import MessagePreview, preview_message
from services.branding.letters import letter_logo
from services.branding.logos import logo_url
from services.read_models import ServiceModel, find_service
from templates_app.letter_attachments import with_attachment
from templates_app.models import Template
from templates_app.read_models import TemplateModel, find_version
from templates_app.rendering.letter_characters import unprintable
from templates_app.rendering.letter_document import LOGO_URL
from templates_app.rendering.letter_pages import MAX_PAGES, sheets_of
from templates_app.rendering.letter_print import CannotPrint, Printed, print_letter
from templates_app.rendering.placeholders import key_of
from templates_app.rendering.sms import MAX_CHARACTERS

_KINDS = {"sms": "text message", "email": "email", "letter": "letter"}


class Command(BaseCommand):
    """Render a template with values, on the terminal or into a file for the browser."""

    # What they have to say is about the platform, and would stand in the way here.
    requires_system_checks = ()
    help = (
        "Shows what a recipient would get of a template. Nothing is sent or stored. Placeholders "
        "without a value stay visible, and are listed below the message."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Declare the arguments."""
        parser.add_argument("template", help="id of the template, or its name")
        parser.add_argument("--version", type=int, metavar="N", help="an older version")
        parser.add_argument(
            "--set",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help="the value of a placeholder; several of the same name make a list",
        )
        parser.add_argument(
            "--html",
            type=Path,
            metavar="FILE",
            help="write an email or a letter as HTML, for a browser",
        )
        parser.add_argument(
            "--pdf", type=Path, metavar="FILE", help="write the pages of a letter as a PDF"
        )

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> Any:
        """Free ``--version`` from Django's own meaning."""
        return super().create_parser(prog_name, subcommand, conflict_handler="resolve", **kwargs)

    def handle(self, *_args: Any, **options: Any) -> None:
        """Print the message, then what is to know of it."""
        template = _find(options["template"], options["version"])
        service = find_service(template.service_id)
        if service is None:
            raise CommandError(f"Template {template.id} has no service")
        if options["html"] and template.template_type == "sms":
            raise CommandError("--html is for emails and letters")
        if options["pdf"] and template.template_type != "letter":
            raise CommandError("--pdf is for letters")
        shown = preview_message(template, service, _values(options["set"]))
        self.stdout.write(
            f"{template.name} · {_KINDS[template.template_type]} · version {template.version}"
            f" · {service.name}\n\n"
        )
        if shown.subject is not None:
            self.stdout.write(f"Subject: {shown.subject}\n\n")
        self.stdout.write(shown.text.strip() or "(no text)")
        self.stdout.write("")
        for line in _notes(template, shown):
            self.stdout.write(line)
        if options["html"]:
            _write(options["html"], _for_browsers(shown.html or "", service).encode())
            self.stdout.write(f"HTML in {options['html']}")
        if options["pdf"]:
            printed = _print(shown.html or "", service, template)
            _write(options["pdf"], printed.pdf)
            self.stdout.write(f"PDF in {options['pdf']}: {_count(printed.pages)}")


def _find(wanted: str, version: int | None) -> TemplateModel:
    template = _get(wanted)
    found = find_version(template.id, template.version if version is None else version)
    if found is None:
        raise CommandError(
            f"{template.name} has versions 1 to {template.version}, and no version {version}"
        )
    return found


def _get(wanted: str) -> Template:
    try:
        rows = Template.objects.filter(id=UUID(wanted))
    except ValueError:
        rows = Template.objects.filter(name=wanted, archived=False, hidden=False)
    found = list(rows.select_related("service").order_by("service__name", "id"))
    if not found:
        raise CommandError(f"No template has the id or the name {wanted!r}")
    if len(found) > 1:
        lines = [f"  {row.id}  {row.template_type}  {row.service.name}" for row in found]
        raise CommandError("\n".join([f"Several templates are called {wanted!r}:", *lines]))
    return found[0]


def _values(settings: list[str]) -> dict[str, Any]:
    """Return personalisation from ``name=value``."""
    given: dict[str, list[str]] = {}
    spelling: dict[str, str] = {}
    for each in settings:
        name, equals, value = each.partition("=")
        if not equals or not name:
            raise CommandError(f"--set wants NAME=VALUE, not {each!r}")
        given.setdefault(spelling.setdefault(key_of(name), name), []).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in given.items()}


def _notes(template: TemplateModel, shown: MessagePreview) -> list[str]:
    notes: list[str] = []
    if shown.sms is not None:
        plural = "" if shown.sms.fragments == 1 else "s"
        notes.append(
            f"{shown.characters} characters of {MAX_CHARACTERS}, {shown.sms.encoding}, "
            f"billed as {shown.sms.fragments} message{plural}"
        )
    if shown.preheader is not None:
        notes.append(f"In lists of messages: {shown.preheader}")
    lost = unprintable(shown.html or "") if template.template_type == "letter" else []
    if lost:
        notes.append(f"Printed as empty boxes: {' '.join(lost)}")
    if template.archived:
        notes.append("Archived: it can no longer be sent.")
    if shown.missing:
        notes.append(f"Without a value, so it would be refused: {', '.join(shown.missing)}")
    if shown.unused:
        notes.append(f"Not in the template, so ignored: {', '.join(shown.unused)}")
    notes += [f"Would be refused: {each}" for each in shown.refusals if not shown.missing]
    return notes


def _for_browsers(html: str, service: ServiceModel) -> str:
    return html.replace(LOGO_URL, logo_url(service.letter_logo)) if service.letter_logo else html


def _print(html: str, service: ServiceModel, template: TemplateModel) -> Printed:
    logo = letter_logo(service.letter_logo) if service.letter_logo else None
    try:
        return with_attachment(print_letter(html, logo=logo), template)
    except CannotPrint as error:
        raise CommandError(str(error)) from error


def _count(pages: int) -> str:
    text = f"{pages} page{'' if pages == 1 else 's'}, sheets of paper: {sheets_of(pages)}"
    return f"{text}, more than the {MAX_PAGES} of a letter" if pages > MAX_PAGES else text


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}") from error
