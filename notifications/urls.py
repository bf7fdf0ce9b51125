"""Routes of the notifications app."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from notifications.admin.find import find
from notifications.api.management import routes
from notifications.api.read import NotificationRouter, NotificationViewSet
from notifications.api.received_texts import ReceivedTextRouter, ReceivedTextViewSet
from notifications.documents.pages import DocumentDownload, DocumentPage, SampleDocumentPage
from notifications.receipts.letter_views import LetterStatusViewSet
from notifications.receipts.views import ReceiptViewSet
from notifications.received_texts.views import ReceiveTextViewSet
from notifications.unsubscribe import page
from notifications.unsubscribe.views import UnsubscribeViewSet
from notify_project.constants import NotificationType

_public = NotificationRouter(trailing_slash=False)
_public.register("notifications", NotificationViewSet, basename="notification")
_received = ReceivedTextRouter(trailing_slash=False)
_received.register("received-text-messages", ReceivedTextViewSet, basename="received-text")

urlpatterns: list[URLPattern | URLResolver] = [
    path("v2/", include(_public.urls)),
    path("v2/", include(_received.urls)),
    path("", include(routes.urlpatterns)),
    path(
        "notifications/sms/<str:provider_name>",
        ReceiptViewSet.as_view({"post": "create"}),
        {"notification_type": NotificationType.SMS},
        name="sms-receipt",
    ),
    path(
        "notifications/email/<str:provider_name>",
        ReceiptViewSet.as_view({"post": "create"}),
        {"notification_type": NotificationType.EMAIL},
        name="email-receipt",
    ),
    path(
        "notifications/letter/status",
        LetterStatusViewSet.as_view({"post": "create"}),
        name="letter-status",
    ),
    path(
        "notifications/sms/receive/<str:provider_name>",
        ReceiveTextViewSet.as_view({"post": "create"}),
        name="receive-text",
    ),
    path("documents/test-document", SampleDocumentPage.as_view(), name="sample-document"),
    path("documents/<str:document_id>", DocumentPage.as_view(), name="document"),
    path("documents/<str:document_id>/file", DocumentDownload.as_view(), name="document-download"),
    path(
        "unsubscribe/<str:notification_id>/<str:token>",
        UnsubscribeViewSet.as_view({"post": "create"}),
        name="unsubscribe",
    ),
    path(
        "unsubscribe/<str:notification_id>/<str:token>/confirm",
        page.confirm,
        name="unsubscribe-page",
    ),
    path("admin/find/", admin.site.admin_view(find), name="admin-find"),
    path("", include(routes.urlpatterns)),
]
