"""Production: secrets from the environment, HTTPS only, PostgreSQL expected."""

import os

from django.core.exceptions import ImproperlyConfigured

from mandat.config.settings.base import *  # noqa: F403
from mandat.config.settings.base import ALLAUTH_TRUSTED_PROXY_COUNT, SECRET_KEY

if len(SECRET_KEY) < 50:
    raise ImproperlyConfigured("MANDAT_SECRET_KEY must hold at least 50 random characters")

SECURE_SSL_REDIRECT = os.environ.get("MANDAT_HTTPS", "1") == "1"
SECURE_HSTS_SECONDS = 31_536_000
# Other sites of the region may stand under the same name without HTTPS: that is not for this one to decide.
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]
if ALLAUTH_TRUSTED_PROXY_COUNT:
    # Without a proxy, the header would be the visitor's own word.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = os.environ.get("MANDAT_SMTP_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("MANDAT_SMTP_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("MANDAT_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("MANDAT_SMTP_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("MANDAT_SMTP_TLS", "0") == "1"
