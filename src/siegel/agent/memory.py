"""What this device and the person's others have seen, joined through the self-record on the server (ADR 0021)."""

from typing import TYPE_CHECKING

from siegel.agent.errors import AgentError, ServerError
from siegel.agent.session import SharedRecord
from siegel.seals.canonical import b64
from siegel.seals.errors import IntegrityError
from siegel.seals.fields import Fields
from siegel.seals.self_record import MAX_SELF_RECORD_SIZE, OwnRecord, Seen

if TYPE_CHECKING:
    from siegel.agent.account import Account
    from siegel.agent.session import Home

STALE = "stale"
TRIES = 5


def recall(account: "Account", home: "Home") -> int:
    """Takes what other devices have seen into `home`; the number of the self-record, 0 if there is none yet.

    IntegrityError `self_record_rolled_back` when the server shows an older one than before, or none; `…_differs`,
    `…_invalid`, `vault_forked`, `revocation_moved`.
    """
    f = Fields(account.api.get("account/self"), "self-record")
    number, known = f.integer("number", 0), home.self_record(account.kid)
    if known and number < known.number:
        raise IntegrityError("self_record_rolled_back", "the server shows an older self-record than before")
    if not number:
        return 0
    record, record_hash = _own(account).open(f.binary("age"), number)
    if known and number == known.number and record_hash != known.hash:
        raise IntegrityError("self_record_rolled_back", "the server shows another self-record than before")
    theirs, root = Seen.of(record), account.key_file.root
    ours = home.seen(account.firm, root)
    # Heads of the log (under the firm's id) are compared by its proofs: two of one size may be of two origins.
    besides = {vault: head for vault, head in ours.heads.items() if vault != account.firm}
    home.save_seen(account.firm, root, Seen(besides, ours.revoked).joined(theirs))
    home.save_self_record(account.kid, SharedRecord(number, record_hash, theirs.hash))
    return number


def share(account: "Account", home: "Home") -> None:
    """Writes what this device has seen, if that is more than the record it knows of says.

    Errors as of `recall`; ServerError.
    """
    root = account.key_file.root
    for _ in range(TRIES):
        seen, known = home.seen(account.firm, root), home.self_record(account.kid)
        if (known and seen.hash == known.seen) or not (seen.heads or seen.revoked):
            return
        number = recall(account, home) + 1
        seen = home.seen(account.firm, root)
        sealed, record_hash = _own(account).seal(seen, number)
        if len(sealed) > MAX_SELF_RECORD_SIZE:
            raise AgentError("self_record_full")
        try:
            account.api.post("account/self", {"number": number, "age": b64(sealed)}, repeatable=True)
        except ServerError as error:
            if error.code != STALE:
                raise
            continue
        home.save_self_record(account.kid, SharedRecord(number, record_hash, seen.hash))
        return


def _own(account: "Account") -> OwnRecord:
    line = frozenset(root.kid for root in account.certificates.store.roots())
    return OwnRecord(account.firm, account.person, account.key_file.root, account.seed, line)
