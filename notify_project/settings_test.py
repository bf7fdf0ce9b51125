"""Fixed values for the tests: nothing of the environment but the servers' addresses."""

import os

# Kept apart, because the processes of a parallel run inherit what is set below.
TEST_REDIS_URL = os.environ.setdefault("TEST_REDIS_URL", os.environ.get("REDIS_URL", ""))
_servers = {"DATABASE_URL": os.environ.get("DATABASE_URL", "postgres://postgres@/notify")}
os.environ.update(
    _servers,
    # A closed port: a test that reaches for Redis without asking for it fails.
    REDIS_URL="redis://127.0.0.1:1/0",
    SECRET_KEY="only-for-tests",
    ENCRYPTION_KEYS="bm90aWZ5LXRlc3RzLW9ubHktMzItYnl0ZXMtbG9uZyE=",
    INTERNAL_API_SECRET="internal-only-for-tests",
    API_HOST_URL="http://testserver",
    ADMIN_URL="http://admin.testserver",
    ASSET_URL="http://testserver",
    DOCUMENTATION_URL="https://docs.example",
    EMAIL_BANNER_NAME="Notify",
    EMAIL_BANNER_COLOUR="#0b0c0c",
    EMAIL_BANNER_LOGO_URL="",
    EMAIL_DOMAIN="notify.test",
    EMAIL_URL="smtp://127.0.0.1:1",
    # No folder: a test that stores files without asking for the fixture `files` fails.
    FILES_ROOT="/dev/null/files",
    S3_BUCKET="",
    CLAMAV_URL="",
    MMG_URL="http://127.0.0.1:1/mmg",
    MMG_API_KEY="mmg-key",
    FIRETEXT_URL="http://127.0.0.1:1/firetext",
    FIRETEXT_API_KEY="firetext-key",
    TWILIO_URL="http://127.0.0.1:1/twilio",
    TWILIO_ACCOUNT_SID="AC1",
    TWILIO_AUTH_TOKEN="twilio-token",
    DVLA_URL="http://127.0.0.1:1/dvla",
    DVLA_USERNAME="notify",
    DVLA_PASSWORD="dvla-password",
    DVLA_API_KEY="dvla-key",
    LETTER_VOLUME_ADDRESSES="",
    SFTP_HOST="127.0.0.1",
    SFTP_PORT="1",
    SFTP_HOST_KEYS="SHA256:nobody",
    SFTP_USERNAME="notify",
    SFTP_PASSWORD="sftp-password",
    SFTP_KEY_FILE="",
    SFTP_FOLDER="to-printer",
    SFTP_FOLDER_OF_PRINTER="from-printer",
    ANYMAIL_ESP="postmark",
    ANYMAIL_RECEIPT_USERNAME="",
    ANYMAIL_RECEIPT_PASSWORD="",
    ANYMAIL_SETTINGS='{"POSTMARK_SERVER_TOKEN": "t", "POSTMARK_API_URL": "http://127.0.0.1:1/"}',
    READ_MODEL_SECONDS="0",
    LOG_FORMAT="text",
    ENVIRONMENT_NAME="",
    METRICS_TOKEN="",
    # Tests add up what was counted themselves.
    METRICS_INTERVAL_SECONDS="0",
    HTTP_ALLOW_PRIVATE="true",
    # Tests sign in as somebody; those of second factors ask for them.
    ADMIN_TWO_FACTOR="optional",
)

from notify_project.settings import *  # noqa: E402

ALLOWED_HOSTS = ["*"]
# Static files are not collected for tests.
MIDDLEWARE = [name for name in MIDDLEWARE if "whitenoise" not in name]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES |= {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# All tests come from one address.
ACCOUNT_RATE_LIMITS = False
MFA_RATE_LIMITS = False
LOGGING_CONFIG = None
