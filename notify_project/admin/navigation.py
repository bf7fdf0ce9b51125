"""The sidebar: what support staff look for, by what they want to do."""

from typing import Any, Final

from django.http import HttpRequest

from notify_project.admin.links import find_url

# Title, icon, name of the page, permission: in the order in which they are shown. A page that an
# installation does not have is left out.
Item = tuple[str, str, str, str]
GROUPS: Final[dict[str, tuple[Item, ...]]] = {
    "Find": (
        ("Home", "home", "admin:index", ""),
        ("Find anything", "search", "admin-find", ""),
        (
            "Notifications",
            "mail",
            "admin:notifications_notification_changelist",
            "notifications.view_notification",
        ),
        (
            "History",
            "history",
            "admin:notifications_notificationhistory_changelist",
            "notifications.view_notificationhistory",
        ),
        (
            "Received texts",
            "inbox",
            "admin:notifications_inboundsms_changelist",
            "notifications.view_inboundsms",
        ),
        (
            "What a person was sent",
            "person_search",
            "admin:notifications_personrequest_changelist",
            "notifications.view_personrequest",
        ),
    ),
    "Sending": (
        (
            "Holds",
            "pause_circle",
            "admin:notifications_hold_changelist",
            "notifications.view_hold",
        ),
        (
            "Bulk actions",
            "checklist",
            "admin:notifications_bulkaction_changelist",
            "notifications.view_bulkaction",
        ),
        (
            "Spreadsheets",
            "table",
            "admin:notifications_job_changelist",
            "notifications.view_job",
        ),
        (
            "Providers",
            "cell_tower",
            "admin:notifications_providerdetails_changelist",
            "notifications.view_providerdetails",
        ),
        (
            "Callbacks",
            "webhook",
            "admin:notifications_callbackdelivery_changelist",
            "notifications.view_callbackdelivery",
        ),
        (
            "Failing addresses",
            "link_off",
            "admin:notifications_failingendpoint_changelist",
            "notifications.view_failingendpoint",
        ),
        (
            "Suppressed addresses",
            "block",
            "admin:notifications_suppressedrecipient_changelist",
            "notifications.view_suppressedrecipient",
        ),
    ),
    "Services": (
        ("Services", "apartment", "admin:services_service_changelist", "services.view_service"),
        (
            "Organisations",
            "account_balance",
            "admin:services_organisation_changelist",
            "services.view_organisation",
        ),
        ("API keys", "key", "admin:services_apikey_changelist", "services.view_apikey"),
        (
            "Callback addresses",
            "link",
            "admin:services_servicecallbackapi_changelist",
            "services.view_servicecallbackapi",
        ),
        (
            "Inbound numbers",
            "call",
            "admin:services_inboundnumber_changelist",
            "services.view_inboundnumber",
        ),
        (
            "Statistics",
            "bar_chart",
            "admin:notifications_servicestatistics_changelist",
            "notifications.view_servicestatistics",
        ),
    ),
    "Templates": (
        (
            "Templates",
            "description",
            "admin:templates_app_template_changelist",
            "templates_app.view_template",
        ),
        ("Template usage", "trending_up", "template-usage", "templates_app.view_template"),
        (
            "Proposed changes",
            "rate_review",
            "admin:templates_app_templatechange_changelist",
            "templates_app.view_templatechange",
        ),
        (
            "Versions",
            "history",
            "admin:templates_app_templatehistory_changelist",
            "templates_app.view_templatehistory",
        ),
        (
            "Folders",
            "folder",
            "admin:templates_app_templatefolder_changelist",
            "templates_app.view_templatefolder",
        ),
        (
            "Email brandings",
            "palette",
            "admin:services_emailbranding_changelist",
            "services.view_emailbranding",
        ),
    ),
    "Letters": (
        (
            "Print batches",
            "print",
            "admin:notifications_letterprintbatch_changelist",
            "notifications.view_letterprintbatch",
        ),
        (
            "Returned letters",
            "assignment_return",
            "admin:notifications_returnedletter_changelist",
            "notifications.view_returnedletter",
        ),
        (
            "Contact blocks",
            "contact_mail",
            "admin:services_servicelettercontact_changelist",
            "services.view_servicelettercontact",
        ),
        (
            "Letter brandings",
            "brush",
            "admin:services_letterbranding_changelist",
            "services.view_letterbranding",
        ),
        (
            "Sent files",
            "attach_file",
            "admin:notifications_document_changelist",
            "notifications.view_document",
        ),
    ),
    "Billing": (
        (
            "Reports",
            "summarize",
            "admin:notifications_reportrequest_changelist",
            "billing.view_factbilling",
        ),
        (
            "Usage by day",
            "receipt_long",
            "admin:billing_factbilling_changelist",
            "billing.view_factbilling",
        ),
        (
            "Allowances",
            "redeem",
            "admin:billing_annualbilling_changelist",
            "billing.view_annualbilling",
        ),
        (
            "Usual allowances",
            "tune",
            "admin:billing_defaultannualallowance_changelist",
            "billing.view_defaultannualallowance",
        ),
        ("Budgets", "savings", "admin:billing_budget_changelist", "billing.view_budget"),
        ("Prices of texts", "sell", "admin:billing_rate_changelist", "billing.view_rate"),
        (
            "Prices of letters",
            "sell",
            "admin:billing_letterrate_changelist",
            "billing.view_letterrate",
        ),
    ),
    "People": (
        ("People", "group", "admin:services_user_changelist", "services.view_user"),
        ("Second factors", "shield", "mfa_index", ""),
        ("Where you are signed in", "devices", "account_sessions", ""),
    ),
    "Operations": (
        (
            "Queues",
            "list",
            "admin:django_rq_dashboard_changelist",
            "notify_project.manage_queues",
        ),
        (
            "Periodic runs",
            "schedule",
            "admin:notify_project_periodicrun_changelist",
            "notify_project.view_periodicrun",
        ),
        (
            "Audit events",
            "policy",
            "admin:notify_project_auditevent_changelist",
            "notify_project.view_auditevent",
        ),
    ),
}


def navigation(request: HttpRequest) -> list[dict[str, Any]]:
    """Return the groups of the sidebar, with the pages that a person may open."""
    return [
        {"title": group, "collapsible": group != "Find", "items": _items(request, items)}
        for group, items in GROUPS.items()
    ]


def title_of(link: str) -> str:
    """Return what the sidebar calls a page; nothing if it is not there."""
    titles = (
        title for items in GROUPS.values() for title, _, name, _ in items if find_url(name) == link
    )
    return next(titles, "")


def _items(request: HttpRequest, items: tuple[Item, ...]) -> list[dict[str, Any]]:
    return [
        {"title": title, "icon": icon, "link": link, "active": _is_open(request, link)}
        for title, icon, name, permission in items
        if (link := find_url(name)) and (not permission or request.user.has_perm(permission))
    ]


def _is_open(request: HttpRequest, link: str) -> bool:
    return request.path == link or (link.count("/") > 2 and request.path.startswith(link))
