"""Numbers of a file that people can text to, and which service has which."""

from services.inbound_numbers import PERMISSION, add_number, allocate_number, release_number
from services.models import InboundNumber, Service
from templates_app.configuration.declarations import DeclaredInboundNumber, DeclaredService
from templates_app.configuration.report import Report


def apply_number(entry: DeclaredInboundNumber, report: Report) -> None:
    """Load a number, unless it is there."""
    row = InboundNumber.objects.filter(number=entry.number).first()
    if row is None:
        add_number(entry.number, entry.provider, actor=None)
        report.added(f'inbound number "{entry.number}"')
    elif row.provider != entry.provider:
        report.problem(
            entry.places["provider"], f"the number {entry.number} is one of {row.provider}"
        )


def apply_services_number(
    entry: DeclaredService, service: Service, report: Report, what: str
) -> None:
    """Give a service the number that the file names; null takes away the one it has."""
    if not entry.gives("inbound_number"):
        return
    wanted, place = entry.inbound_number, entry.places["inbound_number"]
    may_receive = PERMISSION in [item.text for item in entry.permissions]
    if entry.gives("permissions") and may_receive != bool(wanted):
        # The number brings the permission and takes it away; the file must not say otherwise.
        words = ("a number", "needs") if wanted else ("no number", "goes without")
        report.problem(place, f"{words[0]} {words[1]} {PERMISSION} among the permissions")
        return
    held = InboundNumber.objects.filter(service=service).first()
    before = held.number if held else None
    if before == wanted:
        return
    if held:
        release_number(held, actor=None)
    if wanted:
        allocate_number(service, wanted, actor=None)
    report.changed(what, {"inbound_number": (before, wanted)})
