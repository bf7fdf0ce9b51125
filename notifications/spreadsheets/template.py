"""What the reading of recipients must know of a template; its cached version fits as it is."""

from typing import Protocol

from templates_app.rendering.placeholders import Parsed

EMAIL, SMS, LETTER = "email", "sms", "letter"


class Template(Protocol):
    """The version of a template that rows fill."""

    @property
    def template_type(self) -> str:
        """Return email, sms or letter."""

    @property
    def content(self) -> str:
        """Return its text as written."""

    @property
    def parsed_content(self) -> Parsed:
        """Return the text as literal parts and placeholders."""

    @property
    def parsed_welsh_content(self) -> Parsed | None:
        """Return the Welsh text likewise; letters in two languages have one."""

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of all placeholders."""
