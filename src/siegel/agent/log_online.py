"""What `siegel audit …` does: the firm's log, confirmed, verified and compared from this machine."""

import hmac
import json
import socket
import time
from pathlib import Path
from typing import Any

from siegel.agent import terminal, web_online
from siegel.agent.account import Account
from siegel.agent.errors import AgentError, OfflineError
from siegel.agent.log_heads import shown, statements, tell_loss
from siegel.agent.log_places import Places
from siegel.agent.online import keep_session, signed_in_account
from siegel.agent.session import Home
from siegel.agent.witness import Held, Witness
from siegel.agent.witness_http import address_of, listening
from siegel.lib import tlog
from siegel.seals.canonical import unb64
from siegel.seals.errors import IntegrityError
from siegel.seals.log_origins import Beginning, held_note, passed
from siegel.seals.log_origins import compare as compare_origins

# All that browsers get is fetched for it.
LOOK_EVERY_S = 3600.0
ERASED_KIND = "base.personal_erased"


def witness(*, name: str | None, every_s: int | None, listen: str | None, as_json: bool) -> None:
    """Confirms the newest head, once or for ever; `listen`: and those that are brought to this address."""
    address = address_of(listen) if listen is not None else None
    account, home = signed_in_account()
    own = Witness(home.folder)
    if address is None:
        _confirm_again(account, home, own, name=name, every_s=every_s, as_json=as_json)
        return
    with listening(own, address, lambda status, origin: terminal.answer({"status": status, "log": origin})):
        every_s = every_s or int(LOOK_EVERY_S)  # a key that was taken back meanwhile must not be confirmed for ever
        _confirm_again(account, home, own, name=name, every_s=every_s, as_json=as_json)


def _confirm_again(
    account: Account, home: Home, own: Witness, *, name: str | None, every_s: int | None, as_json: bool
) -> None:
    account.api.post("audit/witnesses", {"name": name or socket.gethostname()[:100], "key": own.verifier.encode()})
    next_look = 0.0
    while True:
        try:
            _confirm(account, home, own, as_json=as_json)
            if time.monotonic() >= next_look:
                next_look = time.monotonic() + LOOK_EVERY_S
                account.learn_about()
                _look_at_web(account, home, own)
        except OfflineError as error:
            if every_s is None:
                raise
            terminal.say(error.code, **error.params)
        if every_s is None:
            return
        time.sleep(every_s)


def _look_at_web(account: Account, home: Home, own: Witness) -> None:
    """That browsers get what the log names, where it names something. IntegrityError."""
    held = own.held_of(account.firm)
    if held is not None and account.api.get("audit/release").get("index") is not None:
        web_online.check(account, home, held.key)


def _confirm(account: Account, home: Home, own: Witness, *, as_json: bool) -> None:
    held, request = _newest(account, own)
    try:
        line = own.add_checkpoint(request.encode())
    except tlog.WitnessError as error:
        raise _broken(held, request, error) from error
    size = tlog.Checkpoint.parse(request.note.text).size
    account.api.post("audit/cosignatures", {"size": size, "line": line}, repeatable=True)
    keep_session(account, home)
    if as_json:
        terminal.answer({"size": size, "witness": own.verifier.encode()})
    else:
        terminal.say("log_confirmed", size=size, before=held.head.size if held.head else 0)


def verify(*, as_json: bool) -> None:
    """Fetches the whole log and computes it again, against the head held and the newest one.

    What the server says of the places of keys is compared with the entries.
    """
    account, home = signed_in_account()
    own = Witness(home.folder)
    held, request = _newest(account, own)
    try:
        head = tlog.examine(request, held.key, held.head)
    except tlog.WitnessError as error:
        raise _broken(held, request, error) from error
    erased = _compute(account, head, Places.of(account))
    keep_session(account, home)
    if as_json:
        terminal.answer({"size": head.size, "root": head.root.hex(), "erased": erased})
    else:
        terminal.say("log_intact", size=head.size, erased=erased)


def compare(file: Path) -> None:
    """Whether the log has grown from a head that somebody else kept: a checkpoint or a proof file."""
    account, home = signed_in_account()
    own = Witness(home.folder)
    held, request, begun = shown(account, own)
    try:
        note = held_note(file.read_bytes())
        ours = tlog.open_checkpoint(request.note, held.key).checkpoint
        key, since = _key_of(note, held.key, own, begun)
        theirs = tlog.open_checkpoint(note, key).checkpoint
        proof: list[str] = []
        if theirs.size <= ours.size:
            proof = account.api.get(f"audit/consistency?old={theirs.size}&size={ours.size}")["proof"]
        hashes = [unb64(text) for text in proof]
        if since:
            tell_loss(compare_origins(theirs, ours, hashes, statements(since, ours)))
        else:
            tlog.verify_growth(theirs, ours, hashes)
    except tlog.FormatError as error:
        raise AgentError("log_file_unreadable", file=file) from error
    except tlog.TlogError as error:
        raise IntegrityError(error.code, str(error)) from error
    keep_session(account, home)
    terminal.say("log_same", older=theirs.size, newer=ours.size)


def save_head(file: Path) -> None:
    """Writes the last head this machine held, with its own word for it: what is cited when a log begins anew."""
    account, home = signed_in_account()
    own = Witness(home.folder)
    held = own.held_of(account.firm)
    if held is None or held.note is None:
        raise AgentError("log_not_held")
    file.write_bytes(own.attested(held.note).encode())
    terminal.say("log_head_saved", size=tlog.Checkpoint.parse(held.note.text).size, file=file)


def _key_of(
    note: tlog.Note, newest: tlog.VerifierKey, own: Witness, begun: list[Beginning]
) -> tuple[tlog.VerifierKey, list[Beginning]]:
    """The key for a head of this log or of an origin before it, and how the log went on from there."""
    origin = note.text.partition("\n")[0]
    if origin == newest.name:
        return newest, []
    for number, one in enumerate(begun):
        if one.before.name == origin:
            pinned = own.held(origin)
            key = pinned.key if pinned else one.before
            return key, passed(key, begun[number:])
    return newest, []


def _newest(account: Account, own: Witness) -> tuple[Held, tlog.AddCheckpoint]:
    """What is held of the firm's log, and the newest signed head as a request to confirm it; says what is lost."""
    held, request, begun = shown(account, own)
    try:
        for said in statements(begun, tlog.open_checkpoint(request.note, held.key).checkpoint):
            if said.lost:
                terminal.say("log_begun_anew", lost=said.lost, kept=said.kept.size)
    except tlog.TlogError as error:
        raise IntegrityError(error.code, str(error)) from error
    return held, request


def _broken(held: Held, request: tlog.AddCheckpoint, error: tlog.WitnessError) -> IntegrityError:
    """Which of the log's lies it is, by the codes all verifiers use."""
    try:
        fresh = tlog.open_checkpoint(request.note, held.key).checkpoint
        if held.head is not None:
            tlog.verify_growth(held.head, fresh, request.proof)
    except tlog.TlogError as precise:
        return IntegrityError(precise.code, str(precise))
    return IntegrityError(error.code, str(error))


def _compute(account: Account, head: tlog.Checkpoint, places: Places) -> int:
    """Every entry and personal part up to the head; how many parts are erased. IntegrityError names the first bad."""
    frontier, erased, lawful = tlog.Frontier(), set[int](), set[int]()
    while frontier.size < head.size:
        first = frontier.size
        page: list[dict[str, Any]] = account.api.get(f"audit/entries?first={first}")["entries"]
        page = page[: head.size - first]
        if not page or [one["index"] for one in page] != list(range(first, first + len(page))):
            raise IntegrityError("log_entry_missing", f"entry {first}")
        leaves = [unb64(one["leaf"]) for one in page]
        frontier.extend(map(tlog.entry_hash, leaves))
        for one, leaf in zip(page, leaves, strict=True):
            content = json.loads(leaf)
            places.compare(one["index"], content)
            if content["kind"] == ERASED_KIND:
                lawful.update(*(range(start, end + 1) for start, end in content["about"]["entries"]))
            if one["personal"] is None or one["salt"] is None:
                erased.add(one["index"])
            elif hmac.digest(unb64(one["salt"]), unb64(one["personal"]), "sha256") != unb64(content["personal"]):
                raise IntegrityError("log_personal_altered", f"entry {one['index']}")
    if frontier.root() != head.root:
        raise IntegrityError("log_differs", "the entries are not those that were signed")
    if unlawful := erased - lawful:
        raise IntegrityError("log_personal_missing", f"entry {min(unlawful)}")
    return len(erased)
