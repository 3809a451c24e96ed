"""Real mail servers for tests: aiosmtpd on a port of its own, which answers as the test wants."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
from asyncio import Transport
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from siegel.base.outmail.server import Server
from tests.installation import free_port

HOST = "127.0.0.1"
USER, PASSWORD = "siegel", "a mailbox password for tests"


@dataclass
class Post:
    """What a server took, and what it answers: a text instead of an acceptance, per step."""

    taken: list[Envelope] = field(default_factory=list)
    to_sender: str = ""
    to_recipient: str = ""
    to_data: str = ""
    cut_after_data: bool = False
    cut_at_quit: bool = False

    async def handle_MAIL(
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.to_sender:
            return self.to_sender
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.to_recipient:
            return self.to_recipient
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.to_data:
            return self.to_data
        self.taken.append(envelope)
        if self.cut_after_data:
            cast("Transport", server.transport).abort()
        return "250 OK"

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.cut_at_quit:
            cast("Transport", server.transport).abort()
        return "221 Bye"


@dataclass
class Paper:
    """A certificate for 127.0.0.1 with its key, in files; it is its own authority."""

    certificate: Path
    key: Path


def made_paper(folder: Path, host: str = HOST) -> Paper:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(host))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paper = Paper(folder / f"{host}.pem", folder / f"{host}.key")
    paper.certificate.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    paper.key.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return paper


def _context(paper: Paper) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(paper.certificate, paper.key)
    return context


def _check(server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False)


@contextmanager
def serving(post: Post, *, starttls: Paper | None = None, tls: Paper | None = None, utf8: bool = True) -> Iterator[int]:
    """The port of a running server. With STARTTLS it wants a signed-in user; else it takes from everybody."""
    port = free_port()
    controller = Controller(
        post,
        hostname=HOST,
        port=port,
        ssl_context=_context(tls) if tls else None,
        tls_context=_context(starttls) if starttls else None,
        require_starttls=starttls is not None,
        auth_required=starttls is not None,
        auth_require_tls=starttls is not None,
        authenticator=_check,
        enable_SMTPUTF8=utf8,
    )
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


def plain(port: int) -> Server:
    return Server(HOST, port, "none")
