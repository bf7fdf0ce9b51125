"""What is known of a message once it has been judged, before anything is stored."""

import uuid
from dataclasses import dataclass, field
from typing import Any

from notifications.documents.given import GivenFile
from notify_project.constants import NotificationType
from notify_project.logs import new_message_id
from templates_app.read_models import TemplateModel

Personalisation = dict[str, Any]


@dataclass(slots=True)
class Draft:
    """A judged message.

    What a refused rule would have told stays None; then nothing is stored of it.
    """

    notification_type: NotificationType
    notification_id: uuid.UUID = field(default_factory=new_message_id)
    template: TemplateModel | None = None
    # What the template uses of the values, made harmless where that was asked for.
    personalisation: Personalisation | None = field(default=None, repr=False)
    recipient: str | None = field(default=None, repr=False)
    body: str | None = field(default=None, repr=False)
    subject: str | None = field(default=None, repr=False)
    sanitised: dict[str, dict[str, str]] = field(default_factory=dict, repr=False)
    reply_to_text: str | None = None
    unsubscribe_link: str | None = None
    postage: str | None = None
    simulated: bool = False
    rate_multiplier: int = 1
    files: list[GivenFile] = field(default_factory=list, repr=False)
    # The PDF of a letter that comes as one.
    pdf: bytes | None = field(default=None, repr=False)
