"""The smallest valid rows of the templates app."""

import factory

from services.tests.factories import ServiceFactory, UserFactory, VersionedFactory
from templates_app.models import Template, TemplateHistory


class TemplateFactory(VersionedFactory):
    """A template for texts; traits make it one for emails or letters."""

    class Meta:
        model = Template

    service = factory.SubFactory(ServiceFactory)
    created_by = factory.SubFactory(UserFactory)
    name = factory.Sequence(lambda n: f"Template {n}")
    template_type = "sms"
    content = "Hello ((name))"

    class Params:
        email = factory.Trait(template_type="email", subject="About ((name))")
        unsubscribe = factory.Trait(email=True, has_unsubscribe_link=True)
        letter = factory.Trait(
            template_type="letter", subject="A letter to ((name))", postage="second"
        )
        priority = factory.Trait(process_type="priority")

    @classmethod
    def _history_model(cls):
        return TemplateHistory
