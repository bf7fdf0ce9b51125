"""Paths of signing in and of second factors, inside the admin site."""

from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.urls import path

from services.accounts import views
from services.accounts.own_password import OwnPassword
from services.accounts.session_page import own_sessions

urlpatterns = [
    path("login/", views.SignIn.as_view(), name="account_login"),
    path("account/passkey/", LoginWebAuthnView.as_view(), name="mfa_login_webauthn"),
    path("account/second-factor/", views.SecondFactor.as_view(), name="mfa_authenticate"),
    path("account/again/password/", views.PasswordAgain.as_view(), name="account_reauthenticate"),
    path("account/again/code/", views.CodeAgain.as_view(), name="mfa_reauthenticate"),
    path("account/again/key/", views.KeyAgain.as_view(), name="mfa_reauthenticate_webauthn"),
    # In the place of Django's, by whose name it is found.
    path("password_change/", OwnPassword.as_view(), name="account_password"),
    path("account/sessions/", own_sessions, name="account_sessions"),
    path("account/factors/", views.Factors.as_view(), name="mfa_index"),
    path("account/factors/keys/", views.Factors.as_view(), name="mfa_list_webauthn"),
    path("account/factors/app/", views.SetUpApp.as_view(), name="mfa_activate_totp"),
    path("account/factors/app/remove/", views.RemoveApp.as_view(), name="mfa_deactivate_totp"),
    path("account/factors/keys/add/", views.AddKey.as_view(), name="mfa_add_webauthn"),
    path(
        "account/factors/keys/<int:pk>/remove/",
        views.RemoveKey.as_view(),
        name="mfa_remove_webauthn",
    ),
    path(
        "account/factors/recovery-codes/",
        views.RecoveryCodes.as_view(),
        name="mfa_view_recovery_codes",
    ),
    path(
        "account/factors/recovery-codes/renew/",
        views.RenewRecoveryCodes.as_view(),
        name="mfa_generate_recovery_codes",
    ),
]
