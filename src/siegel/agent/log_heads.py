"""The newest head of the firm's log as this machine believes it, followed from origin to origin."""

from siegel.agent import terminal
from siegel.agent.account import Account
from siegel.agent.errors import AgentError
from siegel.agent.witness import Held, Witness
from siegel.lib import tlog
from siegel.seals.canonical import unb64
from siegel.seals.derive import print_of
from siegel.seals.errors import IntegrityError
from siegel.seals.log_keys import log_kid, standing_of
from siegel.seals.log_origins import Beginning, Loss, Statement, compare, passed


def shown(account: Account, own: Witness) -> tuple[Held, tlog.AddCheckpoint, list[Beginning]]:
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
            if known is None:
                # Before it is believed: else the one that is refused would be what the witness knows.
                _tell_standing(account, key, begun)
            held = _pinned(account, own, key)
            if known is not None:
                _tell_standing(account, key, begun)
            return held, tlog.AddCheckpoint(since, proof, note), begun
        head = tlog.open_checkpoint(note, key).checkpoint
        if known.head is not None:
            tell_loss(compare(known.head, head, proof, statements(later, head)))
        _tell_standing(account, key, begun)
        held = own.go_on(known.key, key, note, account.firm)
        return held, tlog.AddCheckpoint(head.size, (), note), begun
    except tlog.TlogError as error:
        raise IntegrityError(error.code, str(error)) from error


def _pinned(account: Account, own: Witness, key: tlog.VerifierKey) -> Held:
    """The key is believed from now on. Another one than before is only if an owner has certified it for the log.

    What the old one signed stays held: the log must have grown from there. IntegrityError `log_key_changed`.
    """
    try:
        return own.pin(key, account.firm)
    except IntegrityError:
        known = own.held(key.name)
        if known is None or standing_of(account.learn_about(), account.firm, key) != "certified":
            raise
        terminal.say("log_key_renewed")
        return own.renew(key, account.firm)


def _tell_standing(account: Account, key: tlog.VerifierKey, begun: list[Beginning]) -> None:
    """What the firm's owner says of the key. IntegrityError `log_key_revoked`; `log_key_other` if he certified another
    one, which does not lead to this one by beginnings after restores.
    """
    store = account.certificates.store
    if (standing := standing_of(store, account.firm, key)) != "certified":
        # A witness runs for months; what it learned at its start is old.
        store = account.learn_about()
        standing = standing_of(store, account.firm, key)
    if account.home is not None and log_kid(key) in account.home.revoked(account.key_file.root):
        # Who leaves out certificate and revocation turns no red into yellow here.
        standing = "revoked"
    if standing == "other":
        for number, one in enumerate(begun):
            later = passed(one.before, begun[number:])
            is_certified = standing_of(store, account.firm, one.before) == "certified"
            if is_certified and later and later[-1].key == key:
                standing = "uncertified"
    if standing in ("other", "revoked"):
        raise IntegrityError(f"log_key_{standing}", "a key signs the log that no owner vouches for")
    if standing == "uncertified":
        terminal.say("log_key_uncertified", print=print_of(log_kid(key)))


def statements(begun: list[Beginning], newest: tlog.Checkpoint) -> list[Statement]:
    return [said for one in begun if (said := one.statement(newest)) is not None]


def tell_loss(loss: Loss | None) -> None:
    """IntegrityError `log_hidden`: then nothing new is believed, and the old head stays as evidence."""
    if loss is None:
        return
    if loss.is_hidden:
        raise IntegrityError("log_hidden", f"{loss.lost} of {loss.known} entries are gone, and the log denies them")
    terminal.say("log_lost", known=loss.known, lost=loss.lost)
