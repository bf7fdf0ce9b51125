"""How people sign in: what django-allauth and Django's sessions are told, the same everywhere."""

AUTH_USER_MODEL = "services.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
AUTHENTICATION_BACKENDS = ["services.rights.RightsBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"

SESSION_ENGINE = "services.session_store"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
# Whoever leaves the page alone for so long signs in again.
SESSION_IDLE_SECONDS = 3600
# How long a password or a second factor is good for grave acts.
ELEVATION_SECONDS = 15 * 60

ACCOUNT_ADAPTER = "services.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_USER_MODEL_EMAIL_FIELD = "email_address"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SIGNUP_ENABLED = False
# Of the browser's session alone.
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_AUTHENTICATED_LOGIN_REDIRECTS = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = ELEVATION_SECONDS
ACCOUNT_FORMS = {"login": "services.accounts.forms.SignInForm"}
# Who is locked out is counted with the person; this keeps one address from trying many.
ACCOUNT_RATE_LIMITS: dict[str, str] | bool = {"login": "300/m/ip", "login_failed": "60/m/ip"}

MFA_FORMS = {
    "add_webauthn": "services.accounts.forms.AddKeyForm",
    "authenticate": "services.accounts.codes.CodeForm",
    "reauthenticate": "services.accounts.codes.CodeAgainForm",
}
MFA_ADAPTER = "services.accounts.adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_TOTP_ISSUER = "Notify"
MFA_TOTP_TOLERANCE = 1
MFA_RECOVERY_CODES_SHOW_ONCE = True
# The pages of django-rq show what errors said; ours do not.
RQ_SHOW_ADMIN_LINK = False
