"""Reads SIEGEL_* from the environment; the server does not start on a missing, unknown or broken value.

SettingsError   (code "settings")
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

REQUIRED = {
    "SIEGEL_DATA": "folder for database, blobs, staging, keys and collected static files; absolute",
    "SIEGEL_SECRET_KEY": "secret, 32 characters or more: signs cookies and forms (or SIEGEL_SECRET_KEY_FILE)",
    "SIEGEL_PEPPER": "secret, 32 characters or more: kept outside the database, part of every stored password hash"
    " (or SIEGEL_PEPPER_FILE)",
    "SIEGEL_HOSTS": "host names under which the server answers, separated by commas",
    "SIEGEL_PUBLIC_URL": "address people use, without a path: https://vault.example (http only for loopback)",
}
OPTIONAL = {
    "SIEGEL_BEHIND_PROXY": "yes or no (default): our own reverse proxy stands in front and writes X-Forwarded-For",
}
SECRETS = ("SIEGEL_SECRET_KEY", "SIEGEL_PEPPER")
# Belong to the program `siegel` for people; harmless when both run under one account.
AGENT = ("SIEGEL_HOME", "SIEGEL_PASSPHRASE_FILE")
SECRET_LENGTH = 32
# A unix socket's path has 107 bytes at most; ours end in /run/scanner.sock.
FOLDER_BYTES = 88
LOOPBACK = ("127.0.0.1", "localhost", "::1")


class SettingsError(Exception):
    code = "settings"


class Secret(str):
    """Text that does not show itself in logs and tracebacks: its repr is `<secret>`."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "<secret>"


@dataclass(frozen=True)
class Environment:
    data: Path
    secret_key: Secret
    pepper: Secret
    hosts: tuple[str, ...]
    public_url: str
    behind_proxy: bool

    @property
    def secure(self) -> bool:
        """Whether people come over TLS."""
        return self.public_url.startswith("https://")


def read(environ: Mapping[str, str]) -> Environment:
    """The checked values, or a SettingsError that names every variable at fault."""
    _refuse_unknown(environ)
    texts = {name: _text(environ, name) for name in REQUIRED}
    missing = [name for name, text in texts.items() if not text]
    if missing:
        raise SettingsError("missing: " + "; ".join(f"{name} ({REQUIRED[name]})" for name in missing))
    return Environment(
        data=_folder(texts["SIEGEL_DATA"]),
        secret_key=_secret("SIEGEL_SECRET_KEY", texts),
        pepper=_secret("SIEGEL_PEPPER", texts),
        hosts=_hosts(texts["SIEGEL_HOSTS"]),
        public_url=_public_url(texts["SIEGEL_PUBLIC_URL"]),
        behind_proxy=_yes("SIEGEL_BEHIND_PROXY", environ),
    )


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    known = {*REQUIRED, *OPTIONAL, *AGENT, *(f"{name}_FILE" for name in SECRETS)}
    unknown = sorted(name for name in environ if name.startswith("SIEGEL_") and name not in known)
    if unknown:
        raise SettingsError("unknown: " + ", ".join(unknown))


def _text(environ: Mapping[str, str], name: str) -> str:
    if name not in SECRETS or f"{name}_FILE" not in environ:
        return environ.get(name, "").strip()
    if name in environ:
        raise SettingsError(f"{name} and {name}_FILE are both set; keep one")
    try:
        return Path(environ[f"{name}_FILE"]).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{name}_FILE cannot be read: {type(error).__name__}") from error


def require_private(folder: Path) -> None:
    """The folder of an installation is there and its owner's alone: SettingsError when others may enter or write."""
    try:
        status = folder.stat()
    except OSError as error:
        raise SettingsError(f"SIEGEL_DATA cannot be used: {error.strerror}; siegel-server migrate makes it") from error
    if status.st_mode & 0o077 or status.st_uid != os.getuid():
        raise SettingsError(f"SIEGEL_DATA must belong to the server's user alone: chown it and chmod 700 {folder}")


def _folder(text: str) -> Path:
    folder = Path(text)
    if not folder.is_absolute():
        raise SettingsError("SIEGEL_DATA must be an absolute path")
    if len(str(folder).encode()) > FOLDER_BYTES:
        raise SettingsError(f"SIEGEL_DATA is longer than {FOLDER_BYTES} bytes: its sockets would have no valid name")
    return folder


def _secret(name: str, texts: Mapping[str, str]) -> Secret:
    if len(texts[name]) < SECRET_LENGTH:
        raise SettingsError(f"{name} is shorter than {SECRET_LENGTH} characters")
    return Secret(texts[name])


def _yes(name: str, environ: Mapping[str, str]) -> bool:
    text = environ.get(name, "no").strip()
    if text not in ("yes", "no"):
        raise SettingsError(f"{name} must be yes or no")
    return text == "yes"


def _hosts(text: str) -> tuple[str, ...]:
    hosts = tuple(host.strip() for host in text.split(",") if host.strip())
    if not hosts or any("*" in host or "/" in host for host in hosts):
        raise SettingsError("SIEGEL_HOSTS must name hosts, without wildcards or paths")
    return hosts


def _public_url(text: str) -> str:
    url = urlsplit(text)
    if (
        url.scheme not in ("http", "https")
        or not url.hostname
        or url.path not in ("", "/")
        or url.query
        or url.fragment
    ):
        raise SettingsError("SIEGEL_PUBLIC_URL must be http(s)://host[:port] without a path")
    if url.scheme == "http" and url.hostname not in LOOPBACK:
        raise SettingsError("SIEGEL_PUBLIC_URL must be https, except for loopback addresses")
    return f"{url.scheme}://{url.netloc}"
