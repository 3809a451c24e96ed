"""A package of another firm into a vault: all of it verified before the first file is taken in.

It is a folder, or the ZIP archive of one that a browser has made.
"""

import io
import os
import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from siegel.agent import terminal
from siegel.agent.account import Account
from siegel.agent.errors import AgentError, UsageError
from siegel.agent.handover import INDEX, NAMESPACE, Listed
from siegel.agent.keys_online import require_confirmed
from siegel.agent.online import keep_session, place_of, report, signed_in_account
from siegel.agent.plan import Item, Outcome, Plan
from siegel.agent.put import put as put_files
from siegel.agent.session import Home
from siegel.agent.spoken import spoken
from siegel.agent.vaults import open_named
from siegel.lib import sshsig
from siegel.lib.age import AgeError, HybridIdentity, NoMatch, open_file
from siegel.lib.merkle import SegmentTree
from siegel.seals import canonical
from siegel.seals.canonical import b64, unb64
from siegel.seals.derive import PublicKeys, digest
from siegel.seals.errors import IntegrityError, RefusedError
from siegel.seals.fields import Fields
from siegel.seals.rows import check_name

MAX_INDEX_SIZE = 64 << 20
# As they are packed: `...age` without its end would be the folder above ours.
_PACKED = re.compile(r"[0-9]{4,10}\.age", re.ASCII)


@dataclass(frozen=True, slots=True)
class Package:
    """What the sender has signed: his key id, what the dossier was called, and the files."""

    folder: Path
    # of the signed bytes
    hash: str
    sender: str
    title: str
    client: str
    files: tuple[Listed, ...]


def take_in(folder: Path, where: str, *, yes: bool, as_json: bool) -> None:
    """The command. AgentError `package_foreign`, `package_incomplete`, `package_damaged`; nothing was taken in then."""
    if not folder.exists():
        raise UsageError("file_missing", path=folder)
    name, target = place_of(where, needs_path=True)
    account, home = signed_in_account()
    with _workshop(home.work) as work:
        outcomes = _taken_in(account, home, _folder_of(folder, work), work, (name, target), yes=yes, as_json=as_json)
    keep_session(account, home)
    report(outcomes, as_json)


def _taken_in(
    account: Account,
    home: Home,
    folder: Path,
    work: Path,
    where: tuple[str, tuple[str, ...]],
    *,
    yes: bool,
    as_json: bool,
) -> list[Outcome]:
    package = read_package(folder, account.seed.identity(), account.keys.recipient or "")
    title = terminal.clean(f"{package.client} · {package.title}")
    require_confirmed("takein_ask", yes=yes, title=title, files=len(package.files), words=spoken(package.sender))
    vault = open_named(account, home, where[0])
    plan = _unpacked(package, account, work, where[1])
    with terminal.bars(quiet=as_json) as progress:
        outcomes = put_files(vault, plan, terminal.Bars(progress, len(plan.items), plan.total_bytes))
    stored = sum(outcome.code == "stored" for outcome in outcomes)
    about = {"package": package.hash, "sender": package.sender, "files": stored}
    account.api.post(f"vaults/{vault.id}/take-ins", about, repeatable=True)
    return outcomes


def _folder_of(package: Path, work: Path) -> Path:
    """The folder itself; of an archive its sealed files, unpacked. What else is in it is left out."""
    if package.is_dir():
        return package
    folder = work / "package"
    folder.mkdir()
    try:
        with zipfile.ZipFile(package) as archive:
            found = [one for one in archive.infolist() if one.filename == INDEX or _PACKED.fullmatch(one.filename)]
            # What is sealed does not shrink: what claims to have grown was made to fill a disk. Methods but these two
            # may ask for gigabytes of memory.
            is_ours = all(one.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for one in found)
            if not is_ours or sum(one.file_size for one in found) > 2 * package.stat().st_size:
                raise AgentError("package_damaged", file=package.name)
            for one in found:
                with archive.open(one) as source, (folder / one.filename).open("xb") as sink:
                    shutil.copyfileobj(source, sink)
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, UnicodeError, FileExistsError) as error:
        raise AgentError("package_damaged", file=package.name) from error
    return folder


@contextmanager
def _workshop(folder: Path) -> Iterator[Path]:
    """A folder that its owner alone enters, gone afterwards: files lie here in plain text while they are taken in."""
    made = Path(tempfile.mkdtemp(prefix="take-in-", dir=folder))
    try:
        yield made
    finally:
        shutil.rmtree(made)


def read_package(folder: Path, identity: HybridIdentity, own: str) -> Package:
    """The list, opened and its signature verified; whose key signed it, people compare by its words."""
    raw = _opened_index(folder, identity)
    try:
        envelope = Fields(canonical_or_json(raw), "package")
        text, signature = envelope.binary("bytes"), envelope.binary("sig")
        envelope.done()
        package, recipient = _parsed(folder, Fields(canonical.parse(text), "package"), text, signature)
    except (IntegrityError, sshsig.SignatureError) as error:
        raise AgentError("package_damaged", file=INDEX) from error
    if recipient != own:
        raise AgentError("package_foreign", path=folder)
    return package


def canonical_or_json(raw: bytes) -> Any:
    """The envelope is plain JSON; what it holds is canonical."""
    import json

    try:
        return json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise IntegrityError("not_canonical", "the list is no JSON") from error


def _opened_index(folder: Path, identity: HybridIdentity) -> bytes:
    path, opened = folder / INDEX, io.BytesIO()
    if not path.is_file():
        raise AgentError("package_incomplete", file=INDEX)
    if path.stat().st_size > MAX_INDEX_SIZE:
        raise AgentError("package_damaged", file=INDEX)
    try:
        with path.open("rb") as sealed:
            open_file(sealed, opened, [identity])
    except NoMatch as error:
        raise AgentError("package_foreign", path=folder) from error
    except AgeError as error:
        raise AgentError("package_damaged", file=INDEX) from error
    return opened.getvalue()


def _parsed(folder: Path, f: Fields, text: bytes, signature: bytes) -> tuple[Package, str]:
    signing_key, recipient = f.hash("signing_key"), f.recipient("recipient")
    sshsig.verify(signature, NAMESPACE, text, unb64(signing_key, 32))
    sender = PublicKeys(signing_key, f.recipient("recipient_of_sender")).kid
    dossier = Fields(f.take("dossier"), "dossier")
    title, client = dossier.text("title"), dossier.text("client_name")
    dossier.text("client_number")
    dossier.done()
    files = tuple(_listed(Fields(item, "file")) for item in f.items("files"))
    for read, name in ((f.time, "created"), (f.id, "firm"), (f.id, "sender"), (f.id, "vault")):
        read(name)
    f.done()
    if len({one.path for one in files}) < len(files) or len({one.file for one in files}) < len(files):
        raise IntegrityError("document_invalid", "a file is listed twice")
    return Package(folder, digest(text), sender, title, client, files), recipient


def _listed(f: Fields) -> Listed:
    names, file = f.items("path"), f.text("file")
    path = tuple(name for name in names if isinstance(name, str))
    try:
        for name in path:
            check_name(name)
    except (RefusedError, IntegrityError) as error:
        raise IntegrityError("document_invalid", "a name that no file may bear") from error
    if not path or len(path) < len(names) or not _PACKED.fullmatch(file):
        raise IntegrityError("document_invalid", "a file that does not lie in the package")
    listed = Listed(
        file=file,
        path=path,
        size=f.integer("size", 0),
        type=f.text("type"),
        created=f.nullable(f.time, "created"),
        modified=f.nullable(f.time, "modified"),
        content_hash=f.hash("content_hash"),
    )
    f.done()
    return listed


def _unpacked(package: Package, account: Account, work: Path, target: tuple[str, ...]) -> Plan:
    """All files, opened and compared with the signed list."""
    identity = account.seed.identity()
    folders = {target + one.path[:depth] for one in package.files for depth in range(1, len(one.path))}
    plan = Plan(folders=sorted(folders | ({target} if target else set())))
    for one in package.files:
        source = work / one.file.removesuffix(".age")
        _open_one(package.folder / one.file, source, one, identity)
        if one.modified is not None:
            # a time that this machine does not know is left out
            with suppress(OSError, OverflowError):
                os.utime(source, (one.modified, one.modified))
        plan.items.append(Item(source, target + one.path, one.size))
    return plan


def _open_one(sealed: Path, target: Path, one: Listed, identity: HybridIdentity) -> None:
    """AgentError `package_incomplete`, `package_damaged`."""
    if not sealed.is_file():
        raise AgentError("package_incomplete", file=one.file)
    with sealed.open("rb") as source, target.open("xb") as sink:
        hashing = _Hashing(sink)
        try:
            open_file(source, hashing, [identity])
        except AgeError as error:
            raise AgentError("package_damaged", file=one.file) from error
    if (hashing.size, b64(hashing.tree.root())) != (one.size, one.content_hash):
        raise AgentError("package_damaged", file=one.file)


class _Hashing:
    """Writes on, and hashes what passes."""

    def __init__(self, sink: BinaryIO) -> None:
        self._sink, self.tree, self.size = sink, SegmentTree(), 0

    def write(self, content: bytes | memoryview, /) -> int:
        self.tree.update(content)
        self.size += len(content)
        return self._sink.write(content)
