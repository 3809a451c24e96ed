"""The one settings file. An installation's values come from SIEGEL_* (see `environment.py`); there is no debug mode."""

import os
from pathlib import Path
from typing import Any

import csp.constants as csp
from django.utils.translation import gettext_lazy as _

from siegel.site import environment, logs

_env = environment.read(os.environ)

# --- what the installation says -------------------------------------------------------------------------------------
DATA = _env.data
BLOB_DIR = DATA / "blobs"
STAGING_DIR = DATA / "staging"
KEY_DIR = DATA / "keys"
SCANNER_SOCKET = DATA / "run" / "scanner.sock"
SECRET_KEY = _env.secret_key
PEPPER = _env.pepper
ALLOWED_HOSTS = list(_env.hosts)
PUBLIC_URL = _env.public_url
BEHIND_PROXY = _env.behind_proxy
SECURE = _env.secure
SMTP = _env.smtp
MAIL_FROM = _env.mail_from
MAIL_FOLDER = _env.mail_folder
TSA = _env.tsa
TSA_CA_FILE = _env.tsa_ca_file  # without a service: for the stamps of one there was
WITNESSES = _env.witnesses
DEBUG = False

# --- rooms, lower floors first --------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.staticfiles",
    "csp",
    "django_tasks",
    "django_tasks_db",
    "siegel.base",
    "siegel.base.jobs",
    "siegel.base.outmail",
    "siegel.accounts",
    "siegel.firms",
    "siegel.keys",
    "siegel.vault",
    "siegel.vault.notices",
    "siegel.desk",
    "siegel.site",
]
MIDDLEWARE = [
    "siegel.site.middleware.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "siegel.site.middleware.Headers",
    "siegel.site.middleware.ContentPolicy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "siegel.site.middleware.Language",
    "django.middleware.common.CommonMiddleware",
    "siegel.base.bodies.Bodies",
    "siegel.base.csrf.StrictCsrf",
    "siegel.accounts.middleware.Sessions",
    "siegel.site.middleware.NulTexts",
]
ROOT_URLCONF = "siegel.site.urls"
WSGI_APPLICATION = "siegel.site.wsgi.application"
APPEND_SLASH = False
# Of everything but payloads: a commit of 200 files has about 1 MB.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 << 19
FILE_UPLOAD_PERMISSIONS = 0o600  # of collected static files; Django's default is for everybody to read
DATA_UPLOAD_MAX_NUMBER_FIELDS = 100
DATA_UPLOAD_MAX_NUMBER_FILES = 0
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": ["django.template.context_processors.request", "siegel.site.context.shell"]},
    }
]

# --- database ---------------------------------------------------------------------------------------------------------
DATABASES: dict[str, dict[str, Any]] = {"default": dict(_env.database)}
# Count tries only (base.throttle); large enough that many sources do not push each other out, nor ever a firm's.
_COUNTERS = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 100_000}}
CACHES = {place: {**_COUNTERS, "LOCATION": place} for place in ("default", "firms")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- the audit log ----------------------------------------------------------------------------------------------------
LOG_KEY_SOCKET = DATA / "run" / "notary.sock"
# Rows whose state hash each action notes in the log, so that a change past the program is found: table → key, columns
# (what weighs; no names), the tenant as an SQL expression.
_OF_PERSON = "(SELECT tenant_id FROM accounts_person WHERE id = person_id)"
AUDITED: dict[str, tuple[str, tuple[str, ...], str]] = {
    "accounts_person": ("id", ("tenant_id", "state"), "tenant_id"),
    "firms_firm": ("tenant_id", ("state", "root_fingerprint"), "tenant_id"),
    "firms_staff": ("person_id", ("role", "office_id"), _OF_PERSON),
    "firms_client": ("id", ("tenant_id", "office_id"), "tenant_id"),
    "firms_clientuser": ("person_id", ("client_id",), _OF_PERSON),
    "keys_certificate": ("hash", ("tenant_id", "kid", "sig", "log_index", "out_at"), "tenant_id"),
    "keys_revocation": ("hash", ("tenant_id", "kid", "sig", "log_index"), "tenant_id"),
    "keys_chain": ("vault_id", ("tenant_id", "head_seq", "head_hash", "epoch"), "tenant_id"),
    "vault_version": (
        "id",
        ("vault_id", "node_id", "version", "manifest_sig", "verdict_sig", "blob_id"),
        "(SELECT tenant_id FROM vault_vault WHERE vault_vault.id = vault_version.vault_id)",
    ),
}
# Under which keys owners certified that their firm's log is signed, though a higher room knows it.
LOG_VERIFIERS = "siegel.keys.machines.log_verifiers"
# The certificates by which they did.
LOG_CERTIFICATES = "siegel.keys.machines.log_certificates"
# How the PDF of an export words an entry.
LOG_CELLS = "siegel.site.words.report_cells"
# --- jobs and mails -------------------------------------------------------------------------------------------------
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
# What the worker calls again and again, and after how many seconds.
TIMETABLE = {
    "siegel.base.jobs.worker.tidy": 300.0,
    "siegel.base.audit.stamping.stamp_due": 60.0,
    "siegel.base.audit.pushing.push_due": 60.0,
    "siegel.base.audit.provider.note_heads": 60.0,
    "siegel.base.release.note_served": 60.0,
    "siegel.base.outmail.delivery.deliver_later": 15.0,
    "siegel.base.outmail.actions.remove_old": 3600.0,
    "siegel.firms.log_mails.post_due": 600.0,
    "siegel.vault.notices.followups.tell_of_new_contents": 15.0,
}
MAIL_WANTED = "siegel.vault.notices.queries.is_wanted"
# What the owner's page of keys counts, though it lies in a higher room.
OLD_CONTENTS = "siegel.vault.queries.count_old_contents"

# --- people and their sessions ------------------------------------------------------------------------------------
# Sessions are siegel.accounts.sessions; these say how its cookie is set.
SESSION_COOKIE_NAME = "siegel_session"
SESSION_COOKIE_SECURE = SECURE
CSRF_COOKIE_NAME = "siegel_csrf"
CSRF_COOKIE_HTTPONLY = True  # pages carry the token in a meta element
CSRF_COOKIE_SECURE = SECURE
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
CSRF_FAILURE_VIEW = "siegel.site.errors.csrf_failure"
LANGUAGE_COOKIE_NAME = "siegel_language"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SECURE = SECURE
LANGUAGE_COOKIE_SAMESITE = "Lax"

# --- headers ------------------------------------------------------------------------------------------------------
SECURE_CONTENT_TYPE_NOSNIFF = True
# Nothing leaves the house. Not no-referrer: browsers then send "Origin: null" with our own forms, which CSRF refuses.
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [csp.NONE],
        "script-src": [csp.SELF],
        "style-src": [csp.SELF],
        "font-src": [csp.SELF],
        "img-src": [csp.SELF, "blob:"],
        "connect-src": [csp.SELF],
        "manifest-src": [csp.SELF],
        "worker-src": [csp.SELF],
        "form-action": [csp.SELF],
        "base-uri": [csp.SELF],
        "frame-ancestors": [csp.NONE],
        "require-trusted-types-for": ["'script'"],
        "trusted-types": [csp.NONE],
    }
}

# --- static files -------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = DATA / "static"
BUNDLE_DIR = Path(__file__).parent / "static" / "bundle"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},  # files go through base.blobs only
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# No other site may load our files. vite writes the hash of the content into the names of the bundle's files
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_MIMETYPES = {".webmanifest": "application/manifest+json"}
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/(bundle/.+-[\w-]{8,}\.\w+|.+\.[0-9a-f]{12}\.\w+)$"

# --- language and time --------------------------------------------------------------------------------------------
LANGUAGE_CODE = "de"
LANGUAGES = [("de", _("Deutsch")), ("en", _("Englisch"))]
LOCALE_PATHS = [Path(__file__).parent / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Berlin"

# --- logs: for operators, ids only --------------------------------------------------------------------------------
LOGGING = logs.CONFIG
