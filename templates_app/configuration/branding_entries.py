"""Brandings of a file, of emails and of letters."""

import base64

from services.branding.letters import letter_logo_name, save_letter_branding
from services.branding.logos import logo_name
from services.branding.saving import InvalidBranding, save_branding
from services.models import EmailBranding, LetterBranding
from templates_app.configuration.declarations import DeclaredBranding, DeclaredLetterBranding
from templates_app.configuration.report import Report

# Field of the file -> column.
_COLUMNS = {
    "type": "brand_type",
    "colour": "colour",
    "text": "text",
    "alt_text": "alt_text",
}


def apply_branding(entry: DeclaredBranding, report: Report) -> dict[str, bytes]:
    """Make one branding what the file says.

    Returns:
        Its logo by name, if the file has one: to be stored before the rest is committed.

    Raises:
        InvalidBranding: it cannot be saved.
        InvalidLogo: the logo is no picture that every mail program shows.
    """
    row = EmailBranding.objects.filter(name=entry.name).first()
    wanted = {
        column: getattr(entry, name) for name, column in _COLUMNS.items() if entry.gives(name)
    }
    if entry.gives("active") and entry.active:
        wanted["active"] = True
    # One takes the place of the other.
    if entry.gives("text") != entry.gives("alt_text"):
        wanted["alt_text" if entry.gives("text") else "text"] = None
    logo = _decoded(entry.logo) if entry.logo is not None else None
    if entry.gives("logo"):
        wanted["logo"] = None if logo is None else logo_name(logo)
    if row is None:
        save_branding(EmailBranding(name=entry.name, **wanted), actor=None)
        report.added(f'email branding "{entry.name}"')
    else:
        before = {column: getattr(row, column) for column in wanted}
        for column, value in wanted.items():
            setattr(row, column, value)
        save_branding(row, actor=None)
        changes = {
            column.removeprefix("brand_"): (before[column], getattr(row, column))
            for column in wanted
            if getattr(row, column) != before[column]
        }
        report.changed(f'email branding "{entry.name}"', changes)
    return {} if logo is None else {logo_name(logo): logo}


def apply_letter_branding(entry: DeclaredLetterBranding, report: Report) -> dict[str, bytes]:
    """Make one branding of letters what the file says.

    Returns:
        Its logo by name, if the file has one: to be stored before the rest is committed.

    Raises:
        InvalidBranding: it cannot be saved.
        InvalidLogo: the logo is no PNG.
    """
    row = LetterBranding.objects.filter(name=entry.name).first()
    what = f'letter branding "{entry.name}"'
    logo = _decoded(entry.logo) if entry.logo is not None else None
    if row is None:
        row = LetterBranding(name=entry.name)
        report.added(what)
    before = row.filename
    if logo is not None:
        row.filename = letter_logo_name(logo)
    if before and before != row.filename:
        report.changed(what, {"logo": (before, row.filename)})
    save_letter_branding(row, actor=None)
    return {} if logo is None else {row.filename: logo}


def switch_off(entry: DeclaredBranding, report: Report) -> None:
    """Switch a branding off: after the services, which only take one that is switched on."""
    row = EmailBranding.objects.filter(name=entry.name, active=True).first()
    if row is not None and not entry.active:
        row.active = False
        save_branding(row, actor=None)
        report.changed(f'email branding "{entry.name}"', {"active": (True, False)})


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except ValueError as error:
        raise InvalidBranding("The logo is not written in base64") from error
