"""The product's settings with the values of a test installation; what pytest, mypy and the migration check load."""

import os
from pathlib import Path

_DATA = Path(__file__).parent / ".artifacts" / os.environ.get("PYTEST_XDIST_WORKER", "main")
_DATA.mkdir(parents=True, exist_ok=True)

os.environ.update(
    SIEGEL_DATA=str(_DATA),
    SIEGEL_SECRET_KEY="only for tests, where nothing is secret",
    SIEGEL_PEPPER="only for tests, where nothing is secret",
    SIEGEL_HOSTS="testserver,127.0.0.1",
    SIEGEL_PUBLIC_URL="http://127.0.0.1:8000",
)

from siegel.site.settings import *

# Collected and hashed static files belong to an installation.
STORAGES = {**STORAGES, "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
