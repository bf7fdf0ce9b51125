from dataclasses import dataclass

from templates_app.rendering import placeholders


@dataclass(frozen=True)
class FakeTemplate:
    """A version of a template, without a database."""

    template_type: str
    content: str

    @property
    def parsed_content(self):
        return placeholders.parse(self.content)

    @property
    def names(self):
        return placeholders.names(self.parsed_content)
