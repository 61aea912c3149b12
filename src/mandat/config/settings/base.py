"""Settings every environment shares. Values that differ come from ``MANDAT_*`` variables.

Each environment module says only what it changes; none inherits from test.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import dj_database_url
from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from mandat.config import oidc

PACKAGE = Path(__file__).resolve().parents[2]
VAR = Path(os.environ.get("MANDAT_VAR", "var")).resolve()

SECRET_KEY = os.environ.get("MANDAT_SECRET_KEY", "")
DEBUG = False
ALLOWED_HOSTS = os.environ.get("MANDAT_HOSTS", "localhost,127.0.0.1").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("MANDAT_ORIGINS", "").split(",") if o]
#: Where the site is published: feeds, e-mails and the catalogue need absolute addresses.
SITE_URL = os.environ.get("MANDAT_SITE_URL", "http://127.0.0.1:8000").rstrip("/")

INSTALLED_APPS = [
    "mandat.web",
    "mandat.definitions",
    "mandat.journal",
    "mandat.apps.accounts",
    "mandat.apps.territory",
    "mandat.apps.programme",
    "mandat.apps.rulebook",
    "mandat.apps.ledger",
    "mandat.apps.custody",
    "mandat.apps.organisations",
    "mandat.apps.bodies",
    "mandat.apps.community",
    "mandat.apps.wallets",
    "mandat.apps.offers",
    "mandat.apps.ballots",
    "mandat.apps.answers",
    "mandat.apps.meetings",
    "mandat.apps.rights",
    "mandat.apps.funds",
    "mandat.apps.grants",
    "mandat.apps.participation",
    "mandat.apps.registers",
    "mandat.apps.consultations",
    "mandat.apps.petitions",
    "mandat.apps.budgeting",
    "mandat.apps.panels",
    "mandat.apps.mediation",
    "mandat.apps.desk",
    "mandat.apps.imports",
    "mandat.apps.publications",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "django_htmx",
    "template_partials",
    "django_tasks",
    "django_tasks_db",
    "csp",
    "rules.apps.AutodiscoverRulesConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "mandat.web.caching.PageCacheMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "mandat.web.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "mandat.web.middleware.ReadOnlyMiddleware",
]

ROOT_URLCONF = "mandat.config.urls"
WSGI_APPLICATION = "mandat.config.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "mandat.web.context.site",
            ],
        },
    }
]


def database(url: str) -> dict[str, Any]:
    """One database from its address; SQLite in WAL with IMMEDIATE transactions, so that writers queue."""
    config: dict[str, Any] = dict(dj_database_url.parse(url, conn_max_age=60, conn_health_checks=True))
    if config["ENGINE"].endswith("sqlite3"):
        config["OPTIONS"] = {
            "transaction_mode": "IMMEDIATE",
            "timeout": 30,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;"
            "PRAGMA cache_size=-64000; PRAGMA temp_store=MEMORY; PRAGMA mmap_size=268435456;",
            **config.get("OPTIONS", {}),
        }
    return config


DATABASES = {"default": database(os.environ.get("MANDAT_DATABASE_URL", f"sqlite:///{VAR / 'mandat.sqlite3'}"))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "rules.permissions.ObjectPermissionBackend",
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]

LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "accounts:home"
LOGOUT_REDIRECT_URL = "/"
# People sign in by a code sent to their address or by a passkey; no password is ever asked.
ACCOUNT_ADAPTER = "mandat.apps.accounts.adapters.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*"]
ACCOUNT_FORMS = {
    "login": "mandat.apps.accounts.forms.SignInForm",
    "signup": "mandat.apps.accounts.forms.SignUpForm",
}
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 15 * 60
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Mandat – "
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 15 * 60
# Per process: see docs/accounts.md for a cache that several processes share.
ACCOUNT_RATE_LIMITS = {"login": "30/m/ip", "signup": "20/m/ip", "request_login_code": "20/m/ip,3/m/key"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_ISSUER = "Mandat"
MFA_TOTP_TOLERANCE = 1
SOCIALACCOUNT_ADAPTER = "mandat.apps.accounts.adapters.IdentityAdapter"
SOCIALACCOUNT_PROVIDERS = {"openid_connect": {"OAUTH_PKCE_ENABLED": True, "APPS": oidc.apps(os.environ)}}
#: How many proxies stand before the site: their addresses are not the visitor's.
ALLAUTH_TRUSTED_PROXY_COUNT = int(os.environ.get("MANDAT_PROXIES", "0"))

LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
TIME_ZONE = "Europe/Paris"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATIC_ROOT = Path(os.environ.get("MANDAT_STATIC_ROOT", VAR / "static"))
MEDIA_ROOT = Path(os.environ.get("MANDAT_MEDIA_ROOT", VAR / "media"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "default"},
    "pages": {
        "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
        "LOCATION": "pages",
        "TIMEOUT": 86_400,
        # At most a quarter of a megabyte each (web/caching.py): 300 MB a process at the very worst.
        "OPTIONS": {"MAX_ENTRIES": 1_200},
    },
}
#: Keep finished public pages in memory (web/caching.py).
MANDAT_PAGE_CACHE = True

TASKS: dict[str, Any] = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "style-src": [SELF],
        "script-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [SELF],
        "manifest-src": [SELF],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
DEFAULT_FROM_EMAIL = os.environ.get("MANDAT_FROM_EMAIL", "mandat@localhost")

#: The programme shown by this site.
MANDAT_PROGRAMME = os.environ.get("MANDAT_PROGRAMME", "centre-val-de-loire")
#: Facts of a demonstration are synthetic and every page and export says so.
MANDAT_DEMO = False
#: Ed25519 seed (base64, 32 bytes) that signs checkpoints; made in VAR where it is not given.
MANDAT_JOURNAL_KEY = os.environ.get("MANDAT_JOURNAL_KEY", "")
#: Master keys that seal personal data, and those of blind indexes: ``id:base64,…``, newest first (docs/custody.md).
MANDAT_CUSTODY_KEYS = os.environ.get("MANDAT_CUSTODY_KEYS", "")
MANDAT_CUSTODY_INDEX_KEYS = os.environ.get("MANDAT_CUSTODY_INDEX_KEYS", "")
#: Whether a published key may serve where none is given.
MANDAT_CUSTODY_DEVELOPMENT = False
#: Sealed files, outside every folder that is served; the antivirus that scans them (``unix:/path``, ``tcp:127.0.0.1:3310``).
MANDAT_CUSTODY_ROOT = Path(os.environ.get("MANDAT_CUSTODY_ROOT", VAR / "custody"))
MANDAT_CLAMD = os.environ.get("MANDAT_CLAMD", "")
#: Registers of organisations: ``none``, ``fake`` (bundled, invented), or the address of a service (docs/organisations.md).
MANDAT_REGISTER = os.environ.get("MANDAT_REGISTER", "none")
MANDAT_RNA = os.environ.get("MANDAT_RNA", "none")
#: Whose account pays by the files made for the bank (docs/ledger.md).
MANDAT_PAYER = {name: os.environ.get(f"MANDAT_PAYER_{name.upper()}", "") for name in ("name", "iban", "bic")}
#: Public breakdowns under this number of persons are withheld.
MANDAT_SMALLEST_COUNT = 5

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
