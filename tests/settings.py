"""The product's settings with an installation of its own in a temporary folder: what pytest, mypy and checks load."""

import atexit
import json
import os
import shutil
import tempfile
from pathlib import Path

_folder = Path(tempfile.mkdtemp(prefix="siegel-test-"))
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ.update(
    SIEGEL_DATA=str(_folder / "data"),
    SIEGEL_SECRET_KEY="a secret key for tests and nothing else",
    SIEGEL_PEPPER="a pepper for tests and nothing but tests",
    SIEGEL_HOSTS="testserver,localhost,127.0.0.1",
    SIEGEL_PUBLIC_URL="http://localhost:8000",
)
if _database := os.environ.get("TEST_DATABASE_URL"):  # a cluster of tests.postgres
    os.environ["SIEGEL_DATABASE"] = _database

from siegel.site.settings import *
from siegel.site.settings import DATA, STATIC_ROOT, STORAGES

DATA.mkdir(mode=0o700)
STATIC_ROOT.mkdir()

# Pages are tested without building the web bundle and collecting static files first.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
BUNDLE_DIR = _folder / "bundle"
BUNDLE_DIR.mkdir()
_entries = (
    "shell",
    "sign_in",
    "set_up",
    "redeem",
    "emergency",
    "sheet",
    "invite",
    "client_new",
    "vault",
    "vaults",
    "access",
    "people",
    "renew",
    "teams",
    "machines",
    "audit_log",
    "log_watch",
    "log_compare",
    "trusted",
)
(BUNDLE_DIR / "manifest.json").write_text(
    json.dumps({f"src/pages/{name}.ts": {"file": f"{name}.js", "isEntry": True, "name": name} for name in _entries})
)
