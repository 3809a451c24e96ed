"""Signatures both ways with OpenSSH's ssh-keygen."""

import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from siegel.lib import sshsig

pytestmark = pytest.mark.skipif(shutil.which("ssh-keygen") is None, reason="ssh-keygen is not installed")

MESSAGE = b"Jahresabschluss\n" * 1000


@pytest.fixture
def key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(command, cwd=folder, input=MESSAGE, capture_output=True, timeout=20, check=False)


def test_ssh_keygen_verifies_our_signature(key: Ed25519PrivateKey, tmp_path: Path) -> None:
    public = key.public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
    (tmp_path / "signers").write_text(f"owner {public}\n")
    (tmp_path / "message.sig").write_text(sshsig.armor(sshsig.sign(key, "siegel-test", MESSAGE)))
    command = ["ssh-keygen", "-Y", "verify", "-f", "signers", "-I", "owner", "-s", "message.sig", "-n"]
    good = _run([*command, "siegel-test"], tmp_path)
    assert good.returncode == 0, good.stderr
    assert _run([*command, "siegel-other"], tmp_path).returncode != 0


def test_we_verify_the_signature_of_ssh_keygen(key: Ed25519PrivateKey, tmp_path: Path) -> None:
    key_file = tmp_path / "key"
    key_file.touch(mode=0o600)
    key_file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()))
    (tmp_path / "message").write_bytes(MESSAGE)
    command = ["ssh-keygen", "-Y", "sign", "-f", "key", "-n", "siegel-test", "message"]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, timeout=20)
    text = (tmp_path / "message.sig").read_text()
    blob = sshsig.dearmor(text)
    sshsig.verify(blob, "siegel-test", MESSAGE, key.public_key().public_bytes_raw())
    # Ed25519 and the format are deterministic: both programs write the same file.
    assert sshsig.armor(sshsig.sign(key, "siegel-test", MESSAGE)) == text
