"""Reads SIEGEL_* from the environment; the server does not start on a missing, unknown or broken value.

SettingsError   (code "settings")
"""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from siegel.base.outmail.errors import OutmailError
from siegel.base.outmail.rules import checked_address
from siegel.base.outmail.server import PORTS, Security, Server
from siegel.base.timestamps import TimestampService
from siegel.base.witness_calls import WitnessService
from siegel.lib.tlog import COSIGNATURE, KeyFormatError, VerifierKey
from siegel.site import database

REQUIRED = {
    "SIEGEL_DATA": "folder for database, blobs, staging, keys and collected static files; absolute",
    "SIEGEL_SECRET_KEY": "secret, 32 characters or more: signs cookies and forms (or SIEGEL_SECRET_KEY_FILE)",
    "SIEGEL_PEPPER": "secret, 32 characters or more: kept outside the database, part of every stored password hash"
    " (or SIEGEL_PEPPER_FILE)",
    "SIEGEL_HOSTS": "host names under which the server answers, separated by commas",
    "SIEGEL_PUBLIC_URL": "address people use, without a path: https://vault.example (http only for loopback)",
}
OPTIONAL = {
    "SIEGEL_DATABASE": "PostgreSQL server: postgresql://USER:PASSWORD@HOST/NAME (or SIEGEL_DATABASE_FILE); without it"
    " SQLite in SIEGEL_DATA",
    "SIEGEL_BEHIND_PROXY": "yes or no (default): our own reverse proxy stands in front and writes X-Forwarded-For",
    "SIEGEL_SMTP_HOST": "mail server that takes our mails; without it they are written into SIEGEL_MAIL_FOLDER",
    "SIEGEL_SMTP_PORT": "its port; 587, with tls 465",
    "SIEGEL_SMTP_SECURITY": "starttls (default), tls, or none (loopback only)",
    "SIEGEL_SMTP_USER": "user name at the mail server",
    "SIEGEL_SMTP_PASSWORD": "password at the mail server (or SIEGEL_SMTP_PASSWORD_FILE)",
    "SIEGEL_SMTP_CA_FILE": "file of certificates to trust instead of the system's",
    "SIEGEL_MAIL_FROM": "address our mails come from; required with SIEGEL_SMTP_HOST",
    "SIEGEL_TSA_URL": "timestamp service (RFC 3161) that stamps every firm's log once a day; http or https",
    "SIEGEL_TSA_CA_FILE": "file of the certificates that its stamps must lead to, instead of the system's",
    "SIEGEL_WITNESSES": "witnesses (C2SP tlog-witness) that every log is brought to: addresses separated by commas,"
    " each perhaps behind its key and a space; https, or http for loopback",
    "SIEGEL_MAIL_FOLDER": "folder for mails where no mail server is set; absolute; mail in SIEGEL_DATA",
}
SECRETS = ("SIEGEL_SECRET_KEY", "SIEGEL_PEPPER", "SIEGEL_DATABASE", "SIEGEL_SMTP_PASSWORD")
# Belong to the program `siegel` for people; harmless when both run under one account.
AGENT = ("SIEGEL_HOME", "SIEGEL_PASSPHRASE_FILE")
SECRET_LENGTH = 32
# A unix socket's path has 107 bytes at most; ours end in /run/scanner.sock.
FOLDER_BYTES = 88
WITNESS_URL_LENGTH = 300
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
    database: Mapping[str, Any]
    secret_key: Secret
    pepper: Secret
    hosts: tuple[str, ...]
    public_url: str
    behind_proxy: bool
    smtp: Server | None
    mail_from: str
    mail_folder: Path
    tsa: TimestampService | None
    tsa_ca_file: Path | None
    witnesses: tuple[WitnessService, ...]

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
    data, public_url = _folder(texts["SIEGEL_DATA"]), _public_url(texts["SIEGEL_PUBLIC_URL"])
    return Environment(
        data=data,
        database=_database(_text(environ, "SIEGEL_DATABASE"), data),
        secret_key=_secret("SIEGEL_SECRET_KEY", texts),
        pepper=_secret("SIEGEL_PEPPER", texts),
        hosts=_hosts(texts["SIEGEL_HOSTS"]),
        public_url=public_url,
        behind_proxy=_yes("SIEGEL_BEHIND_PROXY", environ),
        smtp=_smtp(environ),
        mail_from=_mail_from(environ, str(urlsplit(public_url).hostname)),
        mail_folder=_mail_folder(environ, data),
        tsa=_tsa(environ),
        tsa_ca_file=_ca_file("SIEGEL_TSA_CA_FILE", environ),
        witnesses=tuple(map(_witness, filter(None, environ.get("SIEGEL_WITNESSES", "").strip().split(",")))),
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


def _database(url: str, data: Path) -> Mapping[str, Any]:
    if not url and (data / database.MOVED).exists():
        raise SettingsError(f"SIEGEL_DATABASE is missing: the rows moved to PostgreSQL, says {data / database.MOVED}")
    if not url:
        return database.sqlite(data)
    try:
        settings = database.postgresql(url)
    except database.DatabaseUrlError as error:
        raise SettingsError(f"SIEGEL_DATABASE {error}") from None
    return settings | {"PASSWORD": Secret(settings["PASSWORD"])}


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


def _smtp(environ: Mapping[str, str]) -> Server | None:
    """The mail server, or None where no host is set; then nothing else about it may be set either."""
    host = environ.get("SIEGEL_SMTP_HOST", "").strip()
    if not host:
        if lonely := sorted(name for name in environ if name.startswith("SIEGEL_SMTP_") and environ[name].strip()):
            raise SettingsError(f"SIEGEL_SMTP_HOST is missing beside {', '.join(lonely)}")
        return None
    security = environ.get("SIEGEL_SMTP_SECURITY", "").strip() or "starttls"
    if security not in PORTS:
        raise SettingsError("SIEGEL_SMTP_SECURITY must be starttls, tls or none")
    if security == "none" and host not in LOOPBACK:
        raise SettingsError("SIEGEL_SMTP_SECURITY may be none for loopback addresses only")
    user, password = environ.get("SIEGEL_SMTP_USER", "").strip(), _text(environ, "SIEGEL_SMTP_PASSWORD")
    if bool(user) != bool(password):
        raise SettingsError("SIEGEL_SMTP_USER and SIEGEL_SMTP_PASSWORD belong together")
    return Server(
        host=host,
        port=_port(environ.get("SIEGEL_SMTP_PORT", "").strip() or str(PORTS[security])),
        security=cast("Security", security),
        user=user,
        password=Secret(password),
        ca_file=_ca_file("SIEGEL_SMTP_CA_FILE", environ),
    )


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 1 << 16:
        raise SettingsError("SIEGEL_SMTP_PORT must be a port")
    return int(text)


def _ca_file(name: str, environ: Mapping[str, str]) -> Path | None:
    text = environ.get(name, "").strip()
    if text and not Path(text).is_file():
        raise SettingsError(f"{name} cannot be read")
    return Path(text) if text else None


def _tsa(environ: Mapping[str, str]) -> TimestampService | None:
    text = environ.get("SIEGEL_TSA_URL", "").strip()
    if not text:
        return None
    try:
        url = urlsplit(text)
        is_address = url.scheme in ("http", "https") and bool(url.hostname) and url.port != 0
    except ValueError:
        is_address = False
    if not is_address or url.username or url.fragment or not text.isascii() or not text.isprintable() or " " in text:
        raise SettingsError("SIEGEL_TSA_URL must be http(s)://host[:port][/path]")
    return TimestampService(text, _ca_file("SIEGEL_TSA_CA_FILE", environ))


def _witness(text: str) -> WitnessService:
    *keys, address = text.split() or [""]
    try:
        url = urlsplit(address)
        is_private = url.scheme == "https" or (url.scheme == "http" and url.hostname in LOOPBACK)
        is_address = is_private and bool(url.hostname) and url.port != 0 and address.isascii() and address.isprintable()
        is_key = len(keys) < 2 and all(VerifierKey.parse(key).signature_type == COSIGNATURE for key in keys)
    except (ValueError, KeyFormatError):
        is_address = is_key = False
    if not is_address or not is_key or url.username or url.query or url.fragment or len(address) > WITNESS_URL_LENGTH:
        raise SettingsError("SIEGEL_WITNESSES must be [KEY ]https://host[:port][/path], several separated by commas")
    return WitnessService(address, *keys)


def _mail_from(environ: Mapping[str, str], host: str) -> str:
    text = environ.get("SIEGEL_MAIL_FROM", "").strip()
    if not text:
        if environ.get("SIEGEL_SMTP_HOST", "").strip():
            raise SettingsError("SIEGEL_MAIL_FROM is missing: the address our mails come from")
        # a file nobody sends
        return f"siegel@{host if '.' in host else 'siegel.invalid'}"
    try:
        address = checked_address(text)
    except OutmailError as error:
        raise SettingsError("SIEGEL_MAIL_FROM is no address") from error
    if not address.rpartition("@")[0].isascii():
        raise SettingsError("SIEGEL_MAIL_FROM must be in ASCII before the @")
    return address


def _mail_folder(environ: Mapping[str, str], data: Path) -> Path:
    text = environ.get("SIEGEL_MAIL_FOLDER", "").strip()
    if text and not Path(text).is_absolute():
        raise SettingsError("SIEGEL_MAIL_FOLDER must be an absolute path")
    return Path(text) if text else data / "mail"
