from dataclasses import dataclass

from templates_app.rendering import placeholders


@dataclass(frozen=True)
class FakeTemplate:
    """A version of a template, without a database."""

    template_type: str
    content: str
    welsh: str | None = None

    @property
    def parsed_content(self):
        return placeholders.parse(self.content)

    @property
    def parsed_welsh_content(self):
        return None if self.welsh is None else placeholders.parse(self.welsh)

    @property
    def names(self):
        return placeholders.names(*filter(None, [self.parsed_welsh_content, self.parsed_content]))
