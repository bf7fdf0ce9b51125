"""The smallest valid rows of the templates app."""

import factory
from factory.django import DjangoModelFactory

from services.tests.factories import ServiceFactory, UserFactory, VersionedFactory
from templates_app.models import Template, TemplateFolder, TemplateHistory, TemplateRedacted


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
            template_type="letter",
            subject="A letter to ((name))",
            postage="second",
            letter_languages="english",
        )
        welsh = factory.Trait(
            letter=True,
            letter_languages="welsh_then_english",
            letter_welsh_subject="Llythyr at ((name))",
            letter_welsh_content="Helo ((name))",
        )
        priority = factory.Trait(process_type="priority")

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        template = super()._create(model_class, *args, **kwargs)
        TemplateRedacted.objects.create(template=template)
        return template

    @classmethod
    def _history_model(cls):
        return TemplateHistory


class TemplateFolderFactory(DjangoModelFactory):
    class Meta:
        model = TemplateFolder

    service = factory.SubFactory(ServiceFactory)
    name = factory.Sequence(lambda n: f"Folder {n}")
