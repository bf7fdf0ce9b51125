"""Who calls the public API."""

from dataclasses import dataclass

from notify_project.constants import KeyType
from services.read_models import KeyModel, ServiceModel


@dataclass(frozen=True, slots=True)
class Caller:
    """A service, with one of its keys."""

    service: ServiceModel
    key: KeyModel

    @property
    def is_real(self) -> bool:
        """Tell whether what this caller sends reaches people, counts and is paid for."""
        return self.key.key_type != KeyType.TEST and not self.service.research_mode
