"""A dossier for another firm: a folder of plain age files, sealed for the recipient who gave his key.

    0001.age, 0002.age, …  the newest version of every file, sealed anew with a key of its own (KEYS 3)
    index.html.age         the list for people; stock `age` opens it
    index.json.age         the list for `siegel vault take-in`, signed by the sender; it comes last

Names of files stand in the lists only. The giving firm's log keeps that the dossier was handed over, and to whom.
"""

import html
import io
import json
import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, BinaryIO

from siegel.agent import terminal
from siegel.agent.account import Account
from siegel.agent.agefiles import read_identities
from siegel.agent.entities import Entity
from siegel.agent.errors import AgentError, UsageError
from siegel.agent.get import open_into
from siegel.agent.keys_online import require_confirmed
from siegel.agent.messages import text
from siegel.agent.online import keep_session, signed_in_account
from siegel.agent.opened import OpenVault
from siegel.agent.spoken import spoken, spoken_recipient
from siegel.agent.vaults import open_named
from siegel.agent.whole import whole_file
from siegel.lib import sshsig
from siegel.lib.age import HybridRecipient, KeyFormatError, seal_file
from siegel.seals import canonical
from siegel.seals.canonical import b64
from siegel.seals.derive import digest
from siegel.seals.documents import STAFF
from siegel.seals.rows import FileRow

NAMESPACE = "siegel-handover@v1"
INDEX, PAGE = "index.json.age", "index.html.age"
MAX_CARD_SIZE = 64 << 10
# What ends a line somewhere, and is none of our line ends: behind it a name could begin a line of its own.
_HIDDEN_ENDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


@dataclass(frozen=True, slots=True)
class Listed:
    """A file of the package: where it lies in it, its folders and name in the dossier, and what its row said."""

    file: str
    path: tuple[str, ...]
    size: int
    type: str
    created: int | None
    modified: int | None
    content_hash: str


def card(key_file: Path, target: Path | None) -> None:
    """What a firm gives to the one that hands a dossier over to it: its recipient, with the words to compare."""
    recipients = [identity.recipient().encode() for identity in read_identities(key_file)]
    recipient = next((one for one in recipients if one.startswith("age1pq1")), None)
    if recipient is None:
        raise AgentError("not_an_identity", path=key_file)
    content = f"# {text('card_head')}\n# {spoken_recipient(recipient)}\n{recipient}\n"
    if target is None:
        terminal.notes().print(text("card_words", words=spoken_recipient(recipient)), markup=False)
        sys.stdout.write(content)
    else:
        with whole_file(target) as sink:
            sink.write(content.encode())
        terminal.say("card_words", words=spoken_recipient(recipient))


def recipient_of(given: str) -> HybridRecipient:
    """A recipient, or a file with one. UsageError `not_a_recipient` for what is none, or not a hybrid one."""
    if not given.lower().startswith("age1"):
        path = Path(given)
        if not path.is_file() or path.stat().st_size > MAX_CARD_SIZE:
            raise UsageError("not_a_recipient", text=given[:40])
        given = _on_card(path.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n"))
    # A QR code holds it in capitals; mixed ones are not bech32.
    given = given.lower() if given.isupper() else given
    try:
        return HybridRecipient.parse(given)
    except KeyFormatError as error:
        raise UsageError("not_a_recipient", text=given[:40]) from error


def _on_card(card: str) -> str:
    """The one recipient of a card; nothing where it names several, or hides the end of a line."""
    found = [line.strip() for line in card.split("\n") if line.strip().lower().startswith("age1")]
    return found[0] if len(found) == 1 and not _HIDDEN_ENDS.search(card) else ""


def _require_foreign(account: Account, recipient: str) -> None:
    """UsageError `own_card` where it is for the staff of the same firm: that is no hand-over, and mostly a mistake."""
    staff = (known.certificate for known in account.certificates.store if known.certificate.kind in STAFF)
    if any(certificate.recipient == recipient for certificate in staff):
        raise UsageError("own_card")


def hand_over(name: str, to: str, out: Path, *, yes: bool, as_json: bool) -> None:
    """The command. AgentError `package_there`, `row_unreadable_here`; IntegrityError; nothing is complete then."""
    recipient = recipient_of(to)
    words = spoken_recipient(recipient.encode())
    if out.exists() and any(out.iterdir()):
        raise AgentError("package_there", path=out)
    account, home = signed_in_account()
    _require_foreign(account, recipient.encode())
    require_confirmed("handover_ask", yes=yes, words=words)
    vault = open_named(account, home, name)
    if vault.unreadable:
        raise AgentError("unreadable_here", count=len(vault.unreadable))
    out.mkdir(exist_ok=True)
    listed = _pack(vault, recipient, out, quiet=as_json)
    _seal_index(vault, listed, recipient, out)
    keep_session(account, home)
    if as_json:
        terminal.answer({"files": len(listed), "recipient": recipient.encode(), "words": words})
    else:
        terminal.say("handover_done", files=len(listed), path=out, words=words, own=spoken(account.kid))


def _pack(vault: OpenVault, recipient: HybridRecipient, out: Path, *, quiet: bool) -> list[Listed]:
    files = [(path, entity) for path, entity in vault.walk(vault.id) if not entity.is_folder]
    listed = []
    with terminal.counting("packing", quiet=quiet) as count:
        for number, (path, entity) in enumerate(files, 1):
            listed.append(_pack_one(vault, path, entity, recipient, out / f"{number:04}.age"))
            count(number, len(files))
    return listed


def _pack_one(
    vault: OpenVault, path: tuple[str, ...], entity: Entity, recipient: HybridRecipient, target: Path
) -> Listed:
    row = entity.row
    assert isinstance(row, FileRow)
    with whole_file(target) as sink, _piped(lambda end: open_into(vault, entity, end, lambda _: None)) as plain:
        seal_file(plain, sink, [recipient])
    return Listed(target.name, path, row.size, row.type, row.created, row.modified, row.content_hash)


@contextmanager
def _piped(write: Callable[[BinaryIO], None]) -> Iterator[io.BufferedReader]:
    """What `write` writes, to be read while it does; its error is raised at the end. No plaintext touches the disk."""
    reader, writer = os.pipe()
    failed: list[BaseException] = []

    def run() -> None:
        with os.fdopen(writer, "wb") as end:
            try:
                write(end)
            except BrokenPipeError:
                pass
            except BaseException as error:  # noqa: BLE001 handed on below
                failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        with os.fdopen(reader, "rb") as start:
            yield start
    finally:
        thread.join()
    if failed:
        raise failed[0]


def _seal_index(vault: OpenVault, listed: list[Listed], recipient: HybridRecipient, out: Path) -> None:
    """The log first: no package is complete that it does not know of."""
    account, row = vault.account, vault.row
    assert row is not None
    index = canonical.encode(
        {
            "created": int(time.time()),
            "dossier": {"client_name": row.client_name, "client_number": row.client_number, "title": row.title},
            "files": [_json(one) for one in listed],
            "firm": account.firm,
            "recipient": recipient.encode(),
            "recipient_of_sender": account.keys.recipient,
            "sender": account.person,
            "signing_key": account.keys.signing_key,
            "vault": vault.id,
        }
    )
    about = {"package": digest(index), "recipient": digest(recipient.encode().encode()), "files": len(listed)}
    account.api.post(f"vaults/{vault.id}/hand-overs", about, repeatable=True)
    _sealed(_page(listed, row.title), recipient, out / PAGE)
    signature = sshsig.sign(account.seed.signing_key(), NAMESPACE, index)
    _sealed(json.dumps({"bytes": b64(index), "sig": b64(signature)}).encode(), recipient, out / INDEX)


def _json(one: Listed) -> dict[str, Any]:
    return asdict(one) | {"path": list(one.path)}


def _sealed(content: bytes, recipient: HybridRecipient, target: Path) -> None:
    with whole_file(target) as sink:
        seal_file(io.BytesIO(content), sink, [recipient])


def _page(listed: list[Listed], title: str) -> bytes:
    lines = "".join(
        f"<tr><td>{html.escape(one.file)}</td><td>{html.escape('/'.join(one.path))}</td><td>{one.size}</td></tr>\n"
        for one in listed
    )
    head = f'<!doctype html>\n<meta charset="utf-8"><title>{html.escape(title)}</title>\n'
    return f"{head}<h1>{html.escape(title)}</h1><table>\n{lines}</table>\n".encode()
