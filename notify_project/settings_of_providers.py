"""Accounts at providers, read from the environment by the settings."""

import os
from typing import Any

import environ


def provider_options(env: environ.Env, *, api_host_url: str) -> dict[str, dict[str, str]]:
    """Return the options that reach the class of each provider, by its name."""
    return {
        "mmg": {
            "url": env.str("MMG_URL", default="https://api.mmg.co.uk/jsonv2a/api.php"),
            "api_key": env.str("MMG_API_KEY", default=""),
            "receipt_username": env.str("MMG_RECEIPT_USERNAME", default=""),
            "receipt_password": env.str("MMG_RECEIPT_PASSWORD", default=""),
        },
        "firetext": {
            "url": env.str("FIRETEXT_URL", default="https://www.firetext.co.uk/api/sendsms/json"),
            "api_key": env.str("FIRETEXT_API_KEY", default=""),
            "receipt_username": env.str("FIRETEXT_RECEIPT_USERNAME", default=""),
            "receipt_password": env.str("FIRETEXT_RECEIPT_PASSWORD", default=""),
        },
        "twilio": {
            "url": env.str("TWILIO_URL", default="https://api.twilio.com"),
            "account_sid": env.str("TWILIO_ACCOUNT_SID", default=""),
            "auth_token": env.str("TWILIO_AUTH_TOKEN", default=""),
            # A number or name of the account for all texts, where it may not send as others.
            "sender": env.str("TWILIO_SENDER", default=""),
            "receipt_url": f"{api_host_url}/notifications/sms/twilio",
        },
        "smtp": {},
        "anymail": {
            # One of django-anymail's modules: postmark, mailgun, sendgrid, amazon_ses ...
            "esp": env.str("ANYMAIL_ESP", default=""),
            "receipt_username": env.str("ANYMAIL_RECEIPT_USERNAME", default=""),
            "receipt_password": env.str("ANYMAIL_RECEIPT_PASSWORD", default=""),
        },
        "dvla": {
            "url": env.str("DVLA_URL", default=""),
            "username": env.str("DVLA_USERNAME", default=""),
            "password": env.str("DVLA_PASSWORD", default=""),
            "api_key": env.str("DVLA_API_KEY", default=""),
        },
        "sftp": {
            "host": env.str("SFTP_HOST", default=""),
            "port": env.str("SFTP_PORT", default="22"),
            # Fingerprints, SHA256:..., with spaces between them.
            "host_keys": env.str("SFTP_HOST_KEYS", default=""),
            "username": env.str("SFTP_USERNAME", default=""),
            "password": env.str("SFTP_PASSWORD", default=""),
            "key_file": env.str("SFTP_KEY_FILE", default=""),
            "folder": env.str("SFTP_FOLDER", default="."),
            "folder_of_printer": env.str("SFTP_FOLDER_OF_PRINTER", default="from-printer"),
        },
        "console": {},
        # Of a provider named acme, ACME_TOKEN is the option token.
        **{
            name: {
                variable.removeprefix(f"{name.upper()}_").lower(): value
                for variable, value in os.environ.items()
                if variable.startswith(f"{name.upper()}_")
            }
            for name in env.list("MORE_PROVIDERS", default=[])
        },
    }


def anymail_settings(env: environ.Env, *, timeout_seconds: int) -> dict[str, Any]:
    """Return django-anymail's settings, such as ``{"POSTMARK_SERVER_TOKEN": "..."}``."""
    return {
        # A service that cannot carry our metadata still carries emails; nobody is tracked.
        "IGNORE_UNSUPPORTED_FEATURES": True,
        "SEND_DEFAULTS": {"track_opens": False, "track_clicks": False},
        "AMAZON_SES_CLIENT_PARAMS": {
            "config": {
                "connect_timeout": 3,
                "read_timeout": timeout_seconds,
                "retries": {"max_attempts": 0},
            }
        },
        **env.json("ANYMAIL_SETTINGS", default={}),
    }
