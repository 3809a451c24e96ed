"""A timestamp service of our own: OpenSSL behind a loopback address, which can also be told to misbehave."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from siegel.base.timestamps import TimestampService

TST_INFO = "1.2.840.113549.1.9.16.1.4"
CONFIG = """[ tsa ]
default_tsa = stamps
[ stamps ]
serial = {folder}/serial
default_policy = 1.2.3.4.1
signer_digest = sha256
digests = sha256, sha512
ess_cert_id_alg = sha256
clock_precision_digits = 0
"""


@dataclass(frozen=True)
class Authority:
    """A root and a certificate for timestamps below it, with OpenSSL's configuration; everything in `folder`."""

    folder: Path

    @property
    def ca_file(self) -> Path:
        return self.folder / "root.pem"

    def reply(self, query: bytes, *, with_root: bool = True) -> bytes:
        asked = self.folder / "query.tsq"
        asked.write_bytes(query)
        command = ["ts", "-reply", "-config", "tsa.conf", "-queryfile", asked.name, "-signer", "tsa.pem"]
        command += ["-inkey", "tsa.key", "-out", "answer.tsr", *(["-chain", "root.pem"] if with_root else [])]
        self._openssl(*command)
        return (self.folder / "answer.tsr").read_bytes()

    def signed_anew(self, answer: bytes) -> bytes:
        """What somebody else answered, under the signature of this one, whatever its certificate is for."""
        (self.folder / "theirs.tsr").write_bytes(answer)
        self._openssl("ts", "-reply", "-in", "theirs.tsr", "-token_out", "-out", "token")
        self._openssl("cms", "-verify", "-noverify", "-inform", "DER", "-in", "token", "-binary", "-out", "info")
        command = ["cms", "-sign", "-binary", "-nodetach", "-md", "sha256", "-econtent_type", TST_INFO, "-in", "info"]
        command += ["-signer", "tsa.pem", "-inkey", "tsa.key", "-outform", "DER", "-out", "token"]
        self._openssl(*command)
        body = bytes.fromhex("3003020100") + (self.folder / "token").read_bytes()
        return b"\x30\x82" + len(body).to_bytes(2, "big") + body

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True, timeout=30)


def authority(folder: Path, *, ended: bool = False, for_timestamps: bool = True) -> Authority:
    """`ended`: the certificate ran out yesterday."""
    folder.mkdir()
    now = datetime.now(UTC)
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = _certificate("Test Root", root_key, "Test Root", root_key, now + timedelta(days=1), usage=None)
    usage = ExtendedKeyUsageOID.TIME_STAMPING if for_timestamps else ExtendedKeyUsageOID.CODE_SIGNING
    until = now - timedelta(days=1) if ended else now + timedelta(days=1)
    own = _certificate("Test Timestamps", key, "Test Root", root_key, until, usage=usage)
    for name, certificate in (("root.pem", root), ("tsa.pem", own)):
        (folder / name).write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "tsa.key").write_bytes(pem)
    (folder / "tsa.conf").write_text(CONFIG.format(folder=folder))
    return Authority(folder)


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    issuer_key: ec.EllipticCurvePrivateKey,
    until: datetime,
    *,
    usage: x509.ObjectIdentifier | None,
) -> x509.Certificate:
    builder = x509.CertificateBuilder().public_key(key.public_key()).serial_number(x509.random_serial_number())
    builder = builder.subject_name(_name(name)).issuer_name(_name(issuer))
    builder = builder.not_valid_before(datetime(2020, 1, 1, tzinfo=UTC)).not_valid_after(until)
    builder = builder.add_extension(x509.BasicConstraints(ca=usage is None, path_length=None), critical=True)
    if usage is not None:
        builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=True)
    return builder.sign(issuer_key, hashes.SHA256())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


@dataclass
class Service:
    """`answer` gives (content type, body) to a request; `asked` counts them."""

    answer: Callable[[bytes], tuple[str, bytes]]
    url: str = ""
    asked: int = 0

    def at(self, ca_file: Path) -> TimestampService:
        return TimestampService(self.url, ca_file)


def stamping(by: Authority) -> Callable[[bytes], tuple[str, bytes]]:
    return lambda query: ("application/timestamp-reply", by.reply(query))


@contextmanager
def serving(answer: Callable[[bytes], tuple[str, bytes]]) -> Iterator[Service]:
    """An HTTP server on a free port of loopback, for as long as the context lasts."""
    service = Service(answer)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            service.asked += 1
            kind, body = service.answer(self.rfile.read(int(self.headers["Content-Length"])))
            try:
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.end_headers()
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                pass

        def log_message(self, format: str, *args: object) -> None:
            """Silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.url = f"http://127.0.0.1:{server.server_port}/stamp"
    thread = Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def sleepy(seconds: float) -> Callable[[bytes], tuple[str, bytes]]:
    def answer(_query: bytes) -> tuple[str, bytes]:
        time.sleep(seconds)
        return "application/timestamp-reply", b""

    return answer
