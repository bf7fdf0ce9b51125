"""What libraries of the API and of the admin site are told, the same everywhere."""

from django.templatetags.static import static
from django.urls import reverse_lazy

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["notify_project.api.negotiation.OrjsonRenderer"],
    "DEFAULT_PARSER_CLASSES": [],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "notify_project.api.negotiation.IgnoreAccept",
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": [],
    "EXCEPTION_HANDLER": "notify_project.api.responses.word_exception",
    "UNAUTHENTICATED_USER": None,
    "DEFAULT_FILTER_BACKENDS": ["notify_project.api.filters.StrictFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "services.api.management.schema.ManagementSchema",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Notify management",
    "DESCRIPTION": "Set up and look after services: what the admin site does, for programs.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "PREPROCESSING_HOOKS": ["notify_project.documentation.management.only_management"],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_NAME_OVERRIDES": {
        "ChangeState": "templates_app.change_model.TemplateChange.State",
        "BulkActionState": "notifications.models.BulkAction.State",
        "Channel": "notify_project.constants.NotificationType",
        "Role": "services.roles.Role",
        "HoldKind": "notifications.models.Hold.Kind",
        "KindEnum": "templates_app.change_model.TemplateChange.Kind",
        "PersonState": "services.models.User.State",
        "DeliveryState": "notifications.models.CallbackDelivery.State",
        "FinishedState": "notifications.callbacks.replay.FINISHED",
        "MemberPermission": "services.models.MemberPermission.Name",
        "ServicePermission": "services.models.ServicePermission.Name",
    },
}

_ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 24 24'%3E"
    "%3Cpath fill='%239333ea' d='M2 21V14l9-2-9-2V3l21 9z'/%3E%3C/svg%3E"
)
UNFOLD = {
    "SITE_TITLE": "Notify",
    "SITE_HEADER": "Notify",
    "SITE_SYMBOL": "send",
    # What everybody looks after for themselves, in the menu below their name.
    "ACCOUNT": {
        "navigation": [
            {"title": "Second factors", "link": reverse_lazy("mfa_index")},
            {"title": "Where you are signed in", "link": reverse_lazy("account_sessions")},
            {"title": "Change password", "link": reverse_lazy("admin:password_change")},
        ]
    },
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": _ICON}],
    "SCRIPTS": [
        lambda _request: static("notify_project/find_key.js"),
        lambda _request: static("notify_project/keyboard.js"),
        "notify_project.admin.labels.script",
    ],
    "STYLES": ["notify_project.admin.look.style"],
    "ENVIRONMENT": "notify_project.admin.look.environment",
    "DASHBOARD_CALLBACK": "notify_project.monitoring.home.dashboard",
    "SIDEBAR": {"navigation": "notify_project.admin.navigation.navigation"},
    # Of links on a dark page: the library's own is too dark to be read by all.
    "COLORS": {"primary": {"500": "oklch(66.5% .22 303.9)"}},
}
