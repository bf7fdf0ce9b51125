"""Every value that differs between installations, read from the environment once."""

from pathlib import Path
from typing import Any

import django_stubs_ext
import environ

from notify_project.redis_sentinel import queue_config
from notify_project.settings_of_accounts import *  # noqa: F403 - Django finds them here
from notify_project.settings_of_language import *  # noqa: F403 - Django finds them here
from notify_project.settings_of_libraries import (  # noqa: F401 - Django finds them here
    REST_FRAMEWORK,
    SPECTACULAR_SETTINGS,
    UNFOLD,
)
from notify_project.settings_of_logs import log_settings
from notify_project.settings_of_providers import anymail_settings, provider_options

django_stubs_ext.monkeypatch()

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()
env.read_env(BASE_DIR / ".env")

# --- This installation -------------------------------------------------------------------------
SECRET_KEY: str = env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", default=[])
# Fernet keys: the first encrypts, all decrypt, so that keys can rotate.
ENCRYPTION_KEYS: list[str] = env.list("ENCRYPTION_KEYS")
INTERNAL_API_SECRET: str = env.str("INTERNAL_API_SECRET")
DEBUG: bool = env.bool("DEBUG", default=False)
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", default=["localhost", "127.0.0.1"])
API_HOST_URL: str = env.str("API_HOST_URL", default="http://127.0.0.1:6011").rstrip("/")
# Where people set services up and unsubscribe; refusals and emails point there.
ADMIN_URL: str = env.str("ADMIN_URL", default=API_HOST_URL).rstrip("/")
# Where emails find their logos: a host that needs no cookies.
ASSET_URL: str = env.str("ASSET_URL", default=API_HOST_URL).rstrip("/")
DOCUMENTATION_URL: str = env.str("DOCUMENTATION_URL", default=f"{API_HOST_URL}/v2/docs")
TRIAL_MODE_URL: str = env.str("TRIAL_MODE_URL", default=f"{DOCUMENTATION_URL}#trial-mode")
GIT_COMMIT: str = env.str("GIT_COMMIT", default="unknown")
BUILD_TIME: str = env.str("BUILD_TIME", default="unknown")
ENVIRONMENT_NAME: str = env.str("ENVIRONMENT_NAME", default="")

# --- Django ------------------------------------------------------------------------------------
INSTALLED_APPS = [
    # Before unfold, for the piece of its pages that is ours.
    "notify_project",
    "unfold",
    "unfold.contrib.filters",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "services",
    "templates_app",
    "notifications",
    "billing",
    "django_rq",
]
MIDDLEWARE = [
    "notify_project.api.middleware.ApiBoundary",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "services.signed_in.SignedIn",
    "notify_project.admin.london.LondonTime",
]
ROOT_URLCONF = "notify_project.urls"
WSGI_APPLICATION = "notify_project.wsgi.application"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    },
]
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES: dict[str, dict[str, Any]] = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedStaticFilesStorage"},
}
# Accepts a precompiled letter of 5 MiB in base64. Source: the API contract, request size.
MAX_REQUEST_BYTES: int = env.int("MAX_REQUEST_BYTES", default=20 * 1024 * 1024)
DATA_UPLOAD_MAX_MEMORY_SIZE = MAX_REQUEST_BYTES
SESSION_COOKIE_SECURE: bool = env.bool("SECURE_COOKIES", default=False)
CSRF_COOKIE_SECURE = SESSION_COOKIE_SECURE
ADMIN_TWO_FACTOR: str = env.str("ADMIN_TWO_FACTOR", default="optional" if DEBUG else "required")
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", default=[])

# --- Files -------------------------------------------------------------------------------------
FILES_ROOT: Path = Path(env.str("FILES_ROOT", default=str(BASE_DIR / ".local" / "files")))
# With a bucket, files are in an S3-compatible store and FILES_ROOT is not used.
S3_BUCKET: str = env.str("S3_BUCKET", default="")
S3_OPTIONS: dict[str, Any] = {
    "bucket_name": S3_BUCKET,
    "endpoint_url": env.str("S3_ENDPOINT_URL", default="") or None,
    "region_name": env.str("S3_REGION", default="") or None,
    # Without keys boto3 looks for them where it always does: profile, instance, pod.
    "access_key": env.str("S3_ACCESS_KEY_ID", default="") or None,
    "secret_key": env.str("S3_SECRET_ACCESS_KEY", default="") or None,
    "file_overwrite": True,
    "default_acl": None,
}
if S3_BUCKET:
    from botocore.config import Config  # only where requirements/s3.txt is installed

    S3_OPTIONS["client_config"] = Config(
        connect_timeout=3,
        read_timeout=20,
        retries={"max_attempts": 2},
        # What stores other than AWS understand.
        s3={"addressing_style": "path" if S3_OPTIONS["endpoint_url"] else "auto"},
        signature_version="s3v4",
        request_checksum_calculation="when_required",
    )


def _storage_of(area: str) -> dict[str, Any]:
    """Return the storage of one area of ``notify_project.storage``: a folder of its own."""
    if S3_BUCKET:
        options = {**S3_OPTIONS, "location": area}
        return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    return {
        "BACKEND": "notify_project.storage.WholeFiles",
        "OPTIONS": {"location": str(FILES_ROOT / area), "allow_overwrite": True},
    }


_AREAS = ("branding", "documents", "jobs", "letters", "reports")
STORAGES |= {area: _storage_of(area) for area in _AREAS}
# ClamAV's daemon, tcp://host:port or unix:///path; empty: files are not scanned.
CLAMAV_URL: str = env.str("CLAMAV_URL", default="")
# Where the printer adds no code of its own by which its machines know a letter.
LETTER_DRAWS_CODE: bool = env.bool("LETTER_DRAWS_CODE", default=False)
# Who is told, before each print run, how much it brings.
LETTER_VOLUME_ADDRESSES: list[str] = env.list("LETTER_VOLUME_ADDRESSES", default=[])

# --- PostgreSQL --------------------------------------------------------------------------------
DATABASES: dict[str, dict[str, Any]] = {"default": env.db_url("DATABASE_URL")}
DATABASES["default"]["CONN_MAX_AGE"] = None
# They outlive a transaction, and with it the connection that PgBouncer lends.
DATABASES["default"]["DISABLE_SERVER_SIDE_CURSORS"] = True
_statement_timeout_seconds: int = env.int("DATABASE_STATEMENT_TIMEOUT_SECONDS", default=60)
DATABASES["default"].setdefault("OPTIONS", {}).update(
    connect_timeout=3,
    # A machine that has gone without a word is found out in seconds, not in a quarter of an hour.
    tcp_user_timeout=5000,
    keepalives_idle=10,
    # Compiling a claim took 40 ms, running it 1.
    options=f"-c statement_timeout={_statement_timeout_seconds * 1000} -c lock_timeout=4000"
    " -c jit=off",
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Redis, queues and workers -----------------------------------------------------------------
REDIS_URL: str = env.str("REDIS_URL")
REDIS_ENABLED: bool = env.bool("REDIS_ENABLED", default=True)
# For counters, caches and flags, which a request can do without.
REDIS_TIMEOUT_SECONDS: float = env.float("REDIS_TIMEOUT_SECONDS", default=0.5)
TEMPLATE_USAGE_USE_RUN_ID: bool = env.bool("TEMPLATE_USAGE_USE_RUN_ID", default=True)
READ_MODEL_SECONDS: float = env.float("READ_MODEL_SECONDS", default=2.0)

# Pool -> the queues that its processes read, in this order. Pools that carry messages read one
# queue each: priority never waits behind normal, and RQ can take back what a killed worker had
# popped, which on the queue of messages to store is the only copy.
WORKER_POOLS: dict[str, list[str]] = {
    "priority": ["priority"],
    "normal": ["normal"],
    "bulk": ["bulk"],
    "research": ["research-mode"],
    "receipts": ["receipts"],
    "callbacks": ["callbacks"],
    "database": ["database"],
    "jobs": ["jobs", "job-rows"],
    "letters": ["letters"],
    "background": ["periodic", "reporting"],
}
# Counting a day again takes minutes where there are thousands of services, and a worker of a lane
# waits minutes for a database to which it could not yet say what it has sent.
_TIMEOUTS = {
    **dict.fromkeys(("periodic", "reporting"), 1200),
    **dict.fromkeys(("priority", "normal", "bulk", "research-mode", "letters"), 240),
}
RQ_QUEUES = {
    queue: {
        **queue_config(REDIS_URL),
        "SERIALIZER": "rq.serializers.JSONSerializer",
        "DEFAULT_TIMEOUT": _TIMEOUTS.get(queue, 90),
    }
    for queues in WORKER_POOLS.values()
    for queue in queues
}
RQ = {"COMMIT_MODE": "auto", "WORKER_CLASS": "notify_project.worker.NotifyWorker"}

# --- Jobs --------------------------------------------------------------------------------------
# What one task stores; each reads the file from its beginning to where its rows are.
JOB_ROWS_OF_A_TASK = 2_000
# A job of which nothing was seen for so long, although rows are missing, is taken up again.
JOB_REPAIR_AFTER_SECONDS: int = env.int("JOB_REPAIR_AFTER_SECONDS", default=120)
# Rows of a spreadsheet that has as many go in the lane ``bulk``.
BULK_JOB_THRESHOLD: int = env.int("BULK_JOB_THRESHOLD", default=200)

# --- Accepting ---------------------------------------------------------------------------------
# persist_first: stored, then 201. queue_first: 201, then stored. `set_accept_mode` overrides it.
ACCEPT_MODE: str = env.str("ACCEPT_MODE", default="persist_first")
MAX_DEFERRED_PAYLOAD_BYTES: int = env.int("MAX_DEFERRED_PAYLOAD_BYTES", default=256 * 1024)
PERSIST_RETRY_MAX: int = env.int("PERSIST_RETRY_MAX", default=5)
PERSIST_RETRY_INTERVAL: list[int] = env.list("PERSIST_RETRY_INTERVAL", cast=int, default=[300])

# --- Sending -----------------------------------------------------------------------------------
EMAIL_DOMAIN: str = env.str("EMAIL_DOMAIN", default="notify.example")
vars().update(env.email_url("EMAIL_URL", default="smtp://127.0.0.1:25"))
# Above emails of services without a brand of their own; without a name and a logo there is nothing.
EMAIL_BANNER_NAME: str = env.str("EMAIL_BANNER_NAME", default="Notify")
EMAIL_BANNER_COLOUR: str = env.str("EMAIL_BANNER_COLOUR", default="#0b0c0c")
EMAIL_BANNER_LOGO_URL: str = env.str("EMAIL_BANNER_LOGO_URL", default="")
# Source: the API contract, typography: names that mail programs must not take for addresses.
EMAIL_UNLINKED_NAMES: tuple[str, ...] = tuple(env.list("EMAIL_UNLINKED_NAMES", default=["GOV.UK"]))
FROM_NUMBER: str = env.str("FROM_NUMBER", default="NOTIFY")
PROVIDER_OPTIONS: dict[str, dict[str, str]] = provider_options(env, api_host_url=API_HOST_URL)
# Who hands on texts that people sent to a service's number, and how they show who they are. Several
# passwords let an operator change one; without any, nobody gets in.
RECEIVED_TEXTS: dict[str, dict[str, Any]] = {
    "mmg": {
        "username": env.str("MMG_RECEIVE_USERNAME", default="notify"),
        "passwords": env.list("MMG_RECEIVE_PASSWORDS", default=[]),
    },
    "firetext": {
        "username": env.str("FIRETEXT_RECEIVE_USERNAME", default="notify"),
        "passwords": env.list("FIRETEXT_RECEIVE_PASSWORDS", default=[]),
    },
}
HTTP_ALLOW_PRIVATE: bool = env.bool("HTTP_ALLOW_PRIVATE", default=False)
HTTP_CA_FILE: str = env.str("HTTP_CA_FILE", default="")
EMAIL_STATUS_WITHOUT_RECEIPTS: str = env.str("EMAIL_STATUS_WITHOUT_RECEIPTS", default="delivered")
PROVIDER_TIMEOUT_SECONDS: int = env.int("PROVIDER_TIMEOUT_SECONDS", default=10)
EMAIL_TIMEOUT = PROVIDER_TIMEOUT_SECONDS
ANYMAIL: dict[str, Any] = anymail_settings(env, timeout_seconds=PROVIDER_TIMEOUT_SECONDS)
DELIVERY_LEASE_SECONDS: int = env.int("DELIVERY_LEASE_SECONDS", default=120)
DELIVERY_THREADS: int = env.int("DELIVERY_THREADS", default=32)
DELIVERY_RETRIES: int = env.int("DELIVERY_RETRIES", default=48)
DELIVERY_RETRY_SECONDS: int = env.int("DELIVERY_RETRY_SECONDS", default=300)
WAKE_INTERVAL_SECONDS: int = env.int("WAKE_INTERVAL_SECONDS", default=5)
RECEIPT_RETRY_SECONDS: int = env.int("RECEIPT_RETRY_SECONDS", default=300)
RESEND_CREATED_AFTER_SECONDS: int = env.int("RESEND_CREATED_AFTER_SECONDS", default=600)
# Source: the API contract, callbacks the server makes to services.
CALLBACK_TIMEOUT_SECONDS: int = env.int("CALLBACK_TIMEOUT_SECONDS", default=5)
CALLBACK_LEASE_SECONDS: int = env.int("CALLBACK_LEASE_SECONDS", default=60)
CALLBACK_RETRIES: int = env.int("CALLBACK_RETRIES", default=5)
CALLBACK_RETRY_SECONDS: int = env.int("CALLBACK_RETRY_SECONDS", default=300)
CALLBACK_TAIL_SECONDS: int = env.int("CALLBACK_TAIL_SECONDS", default=0)
CALLBACK_THREADS: int = env.int("CALLBACK_THREADS", default=32)
CALLBACK_CALLS_PER_ENDPOINT: int = env.int(
    "CALLBACK_CALLS_PER_ENDPOINT", default=max(CALLBACK_THREADS // 4, 1)
)
CALLBACK_OLD_SECRET_SECONDS: int = env.int("CALLBACK_OLD_SECRET_SECONDS", default=86_400)
# Source: the API contract, simulated recipients.
SIMULATED_EMAIL_ADDRESSES: list[str] = env.list(
    "SIMULATED_EMAIL_ADDRESSES",
    default=[
        "simulate-delivered@notifications.service.gov.uk",
        "simulate-delivered-2@notifications.service.gov.uk",
        "simulate-delivered-3@notifications.service.gov.uk",
    ],
)
SIMULATED_SMS_NUMBERS: list[str] = env.list(
    "SIMULATED_SMS_NUMBERS", default=["+447700900000", "+447700900111", "+447700900222"]
)

# --- Metrics -----------------------------------------------------------------------------------
METRICS_TOKEN: str = env.str("METRICS_TOKEN", default="")
METRICS_INTERVAL_SECONDS: float = env.float("METRICS_INTERVAL_SECONDS", default=5.0)

# --- Admin site and logs -----------------------------------------------------------------------
LOGGING = log_settings(env)
