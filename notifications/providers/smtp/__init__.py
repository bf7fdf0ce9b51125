"""Email over SMTP, or over whatever ``EMAIL_BACKEND`` names."""

from notifications.providers.smtp.transport import Smtp

__all__ = ["Smtp"]
