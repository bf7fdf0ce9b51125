"""Who calls the public API."""

from dataclasses import dataclass

from services.read_models import KeyModel, ServiceModel


@dataclass(frozen=True, slots=True)
class Caller:
    """A service, with one of its keys."""

    service: ServiceModel
    key: KeyModel
