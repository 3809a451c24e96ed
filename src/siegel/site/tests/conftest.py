"""The site's own tests run with the real settings minus the rooms, so that they need no database and no bundle."""

import os
import secrets
import tempfile
from pathlib import Path

import django
import pytest
from django.conf import settings
from pytest_django import Settings

SOURCE = Path(__file__).parents[2]

if not settings.configured:
    os.environ.update(
        SIEGEL_DATA=tempfile.mkdtemp(prefix="siegel-site-"),
        SIEGEL_SECRET_KEY=secrets.token_hex(),
        SIEGEL_PEPPER=secrets.token_hex(),
        SIEGEL_HOSTS="testserver",
        SIEGEL_PUBLIC_URL="http://127.0.0.1:8000",
    )
    from siegel.site import settings as real

    values = {name: getattr(real, name) for name in dir(real) if name.isupper()}
    values["INSTALLED_APPS"] = ["django.contrib.staticfiles", "csp", "siegel.site"]
    values["TEMPLATES"] = [{**real.TEMPLATES[0], "OPTIONS": {}, "DIRS": sorted(SOURCE.glob("*/templates"))}]
    del values["AUTH_USER_MODEL"], values["ROOT_URLCONF"]
    settings.configure(**values)
    django.setup()


@pytest.fixture(autouse=True)
def _plain_static_files(settings: Settings) -> None:
    """Collected and hashed static files belong to an installation, not to a test."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
