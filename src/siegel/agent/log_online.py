"""What `siegel audit …` does: the firm's log, confirmed, verified and compared from this machine."""

import hmac
import json
import socket
import time
from pathlib import Path
from typing import Any

from siegel.agent import terminal
from siegel.agent.account import Account
from siegel.agent.errors import AgentError, OfflineError
from siegel.agent.online import keep_session, signed_in_account
from siegel.agent.session import Home
from siegel.agent.witness import Held, Witness
from siegel.lib import tlog
from siegel.seals.canonical import unb64
from siegel.seals.errors import IntegrityError
from siegel.seals.log_origins import Beginning, Loss, Statement, held_note, passed
from siegel.seals.log_origins import compare as compare_origins

ERASED_KIND = "base.personal_erased"


def witness(*, name: str | None, every_s: int | None, as_json: bool) -> None:
    """Confirms the newest head, once or for ever."""
    account, home = signed_in_account()
    own = Witness(home.folder)
    account.api.post("audit/witnesses", {"name": name or socket.gethostname()[:100], "key": own.verifier.encode()})
    while True:
        try:
            _confirm(account, home, own, as_json=as_json)
        except OfflineError as error:
            if every_s is None:
                raise
            terminal.say(error.code, **error.params)
        if every_s is None:
            return
        time.sleep(every_s)


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
    """Fetches the whole log and computes it again, against the head held and the newest one."""
    account, home = signed_in_account()
    own = Witness(home.folder)
    held, request = _newest(account, own)
    try:
        head = tlog.examine(request, held.key, held.head)
    except tlog.WitnessError as error:
        raise _broken(held, request, error) from error
    erased = _compute(account, head)
    keep_session(account, home)
    if as_json:
        terminal.answer({"size": head.size, "root": head.root.hex(), "erased": erased})
    else:
        terminal.say("log_intact", size=head.size, erased=erased)


def compare(file: Path) -> None:
    """Whether the log has grown from a head that somebody else kept: a checkpoint or a proof file."""
    account, home = signed_in_account()
    own = Witness(home.folder)
    held, request, begun = _shown(account, own)
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
            _tell_loss(compare_origins(theirs, ours, hashes, _said(since, ours)))
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
    held, request, begun = _shown(account, own)
    try:
        for said in _said(begun, tlog.open_checkpoint(request.note, held.key).checkpoint):
            if said.lost:
                terminal.say("log_begun_anew", lost=said.lost, kept=said.kept.size)
    except tlog.TlogError as error:
        raise IntegrityError(error.code, str(error)) from error
    return held, request


def _shown(account: Account, own: Witness) -> tuple[Held, tlog.AddCheckpoint, list[Beginning]]:
    """What is held of the firm's log, the newest signed head, and where the log began anew. The key is pinned.

    Where it began anew since, that is followed first. AgentError `log_not_signed`; IntegrityError for what is no head
    of this log, and `log_hidden` for a new beginning that conceals entries which this machine knows.
    """
    known = own.held_of(account.firm)
    since = known.head.size if known and known.head else 0
    answer = account.api.get(f"audit/checkpoint?since={since}")
    if answer["key"] is None:
        raise AgentError("log_not_signed")
    try:
        begun = [Beginning.from_wire(one) for one in answer.get("begun", [])]
        key = tlog.VerifierKey.parse(str(answer["key"]))
        proof = tuple(unb64(str(text)) for text in answer["proof"])
        note = tlog.Note.parse(str(answer["checkpoint"]).encode())
        later = passed(known.key, begun) if known else []
        if known is None or not later or later[-1].key != key:
            held = own.pin(key, account.firm)
            return held, tlog.AddCheckpoint(since, proof, note), begun
        head = tlog.open_checkpoint(note, key).checkpoint
        if known.head is not None:
            _tell_loss(compare_origins(known.head, head, proof, _said(later, head)))
        held = own.go_on(known.key, key, note, account.firm)
        return held, tlog.AddCheckpoint(head.size, (), note), begun
    except tlog.TlogError as error:
        raise IntegrityError(error.code, str(error)) from error


def _said(begun: list[Beginning], newest: tlog.Checkpoint) -> list[Statement]:
    return [said for one in begun if (said := one.statement(newest)) is not None]


def _tell_loss(loss: Loss | None) -> None:
    """IntegrityError `log_hidden`: then nothing new is believed, and the old head stays as evidence."""
    if loss is None:
        return
    if loss.is_hidden:
        raise IntegrityError("log_hidden", f"{loss.lost} of {loss.known} entries are gone, and the log denies them")
    terminal.say("log_lost", known=loss.known, lost=loss.lost)


def _broken(held: Held, request: tlog.AddCheckpoint, error: tlog.WitnessError) -> IntegrityError:
    """Which of the log's lies it is, by the codes all verifiers use."""
    try:
        fresh = tlog.open_checkpoint(request.note, held.key).checkpoint
        if held.head is not None:
            tlog.verify_growth(held.head, fresh, request.proof)
    except tlog.TlogError as precise:
        return IntegrityError(precise.code, str(precise))
    return IntegrityError(error.code, str(error))


def _compute(account: Account, head: tlog.Checkpoint) -> int:
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
