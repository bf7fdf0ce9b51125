"""The operations on templates, as the API's description lists them."""

from typing import Final

from notify_project.api.operations import Answer, Field, Named, Operation, publish
from templates_app.api import described
from templates_app.api.template import LISTING
from templates_app.api.template import PREVIEW as CHECKED

GROUP: Final = "Templates"
TEMPLATE_ID: Final = {
    "type": "string",
    "format": "uuid",
    "description": "The template.",
    "examples": ["0f2a7c1e-5b64-4d0e-9c1f-1a2b3c4d5e6f"],
}
_VERSION: Final = {
    "type": "integer",
    "minimum": 0,
    "description": "Which version; 0 means the newest.",
    "examples": [1],
}
_TYPE: Final = Field("Only templates of this type.", "email")
_EXAMPLE: Final = {
    "id": "0f2a7c1e-5b64-4d0e-9c1f-1a2b3c4d5e6f",
    "type": "email",
    "name": "Appointment",
    "created_at": "2026-03-02T09:30:00.000000Z",
    "updated_at": None,
    "created_by": "kiran@example.org",
    "version": 1,
    "body": "Dear ((name)), please come on Monday.",
    "subject": "Your appointment",
    "personalisation": {"name": {"required": True}},
    "postage": None,
    "letter_contact_block": None,
}
_PREVIEW_EXAMPLE: Final = {
    "id": _EXAMPLE["id"],
    "type": "email",
    "version": 1,
    "body": "Dear Amala, please come on Monday.",
    "subject": "Your appointment",
    "html": '<p style="margin: 0 0 20px 0">Dear Amala, please come on Monday.</p>',
    "postage": None,
}
_VALUES: Final = {"personalisation": CHECKED.definition["properties"]["personalisation"]}
_NOT_FOUND: Final = {400: ("ValidationError",), 404: ("NoResultFound", "NotFound")}

LIST = Operation(
    method="get",
    path="/v2/templates",
    name="listTemplates",
    group=GROUP,
    summary="List templates",
    text="All templates of the service that are neither archived nor hidden. There are no pages.",
    query=publish(LISTING.definition, {"type": _TYPE}),
    query_example="type=email",
    answers={200: Answer("The templates.", described.TEMPLATES, example={"templates": [_EXAMPLE]})},
    errors={400: ("ValidationError",)},
    client_call='client.get_all_templates(template_type="email")',
)
RETRIEVE = Operation(
    method="get",
    path="/v2/template/{template_id}",
    name="getTemplate",
    group=GROUP,
    summary="Get a template",
    text="The newest version; an archived template is shown too.",
    parameters={"template_id": TEMPLATE_ID},
    answers={200: Answer("The template.", described.TEMPLATE, example=_EXAMPLE)},
    errors=_NOT_FOUND,
    client_call=f'client.get_template("{_EXAMPLE["id"]}")',
)
RETRIEVE_VERSION = Operation(
    method="get",
    path="/v2/template/{template_id}/version/{version}",
    name="getTemplateVersion",
    group=GROUP,
    summary="Get one version of a template",
    text="A notification names the version that it was made from.",
    parameters={"template_id": TEMPLATE_ID, "version": _VERSION},
    answers={200: Answer("The version.", described.TEMPLATE, example=_EXAMPLE)},
    errors=_NOT_FOUND,
    client_call=f'client.get_template_version("{_EXAMPLE["id"]}", 1)',
)
PREVIEW = Operation(
    method="post",
    path="/v2/template/{template_id}/preview",
    name="previewTemplate",
    group=GROUP,
    summary="Preview a template",
    text=(
        "Fill in the newest version and send nothing. Length, recipients and files are not "
        "checked; to have everything checked, validate a message instead."
    ),
    parameters={"template_id": TEMPLATE_ID},
    body=(
        Named(
            "PreviewRequest",
            publish(
                # The id, which is checked with it, is the path's.
                {**CHECKED.definition, "properties": _VALUES, "required": []},
                {"personalisation": Field("A value for each placeholder.", {"name": "Amala"})},
            ),
        ),
    ),
    is_body_required=False,
    example={"personalisation": {"name": "Amala"}},
    answers={200: Answer("The preview.", described.PREVIEW, example=_PREVIEW_EXAMPLE)},
    errors={400: ("ValidationError", "BadRequestError"), 404: ("NoResultFound", "NotFound")},
    client_call=(
        f'client.post_template_preview("{_EXAMPLE["id"]}", personalisation={{"name": "Amala"}})'
    ),
)
OPERATIONS: Final = (LIST, RETRIEVE, RETRIEVE_VERSION, PREVIEW)
