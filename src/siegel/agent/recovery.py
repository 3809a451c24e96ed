"""`siegel keys recovery replace`: another recovery key, for every dossier and team (ADR 0031)."""

import time
from dataclasses import replace as replaced
from pathlib import Path

from siegel.agent import terminal
from siegel.agent.account import Account
from siegel.agent.errors import AgentError
from siegel.agent.invite import root_of
from siegel.agent.keys_online import end_unless_whole, require_typed
from siegel.agent.online import keep_session, signed_in_account
from siegel.agent.root import write_new
from siegel.agent.rotate import rotate_all
from siegel.seals.certificates import Known, issue
from siegel.seals.derive import Seed, print_of
from siegel.seals.errors import RefusedError
from siegel.seals.fields import Fields
from siegel.seals.keyfile import write_key_file
from siegel.seals.revocations import revoke_key


def replace(sheet: Path, out: Path, *, reason: str, since: int | None, yes: bool, as_json: bool) -> None:
    """The new set-up file is written before the server learns of it; what opened with the old key is renewed then.

    AgentError `no_sheet`; RefusedError `needs_root` where the file is not the present root's.
    """
    account, home = signed_in_account()
    key_file = terminal.read_key_file(sheet)
    if key_file.root_seed is None:
        raise AgentError("no_sheet")
    root, old = parties(account, key_file.root_seed)
    new, now = Seed.generate(), int(time.time())
    keys = new.public_keys()
    if not as_json:
        terminal.say("recovery_plan", old=print_of(old.kid), new=print_of(keys.kid), path=out)
    require_typed(account.key_file.username, yes=yes)
    kept = replaced(account.key_file, root=root.kid, root_seed=key_file.root_seed, recovery_seed=new)
    write_new(out, write_key_file(kept, terminal.passphrase(twice=True)))
    generation = old.certificate.generation + 1
    firm = old.certificate.firm
    certificate = issue(key_file.root_seed, root, keys, kind="recovery", subject=firm, now=now, generation=generation)
    revocation = revoke_key(key_file.root_seed, root, old, since, reason)
    body = {"certificate": certificate.to_wire(), "revocation": revocation.to_wire()}
    Fields(account.api.post("keys/recovery", body, repeatable=True), "recovery")
    account.learn_about()
    done = rotate_all(account, home)
    keep_session(account, home)
    if as_json:
        failed = {chain: error.code for chain, error in done.failed.items()}
        terminal.answer({"old": old.kid, "new": keys.kid, "file": str(out), "renewed": done.rotated, "failed": failed})
    else:
        terminal.say("recovery_done", new=print_of(keys.kid), path=out, count=len(done.rotated))
    end_unless_whole(done)


def parties(account: Account, root_seed: Seed) -> tuple[Known, Known]:
    """The root, and the recovery key that is in force. RefusedError `needs_root`."""
    root = root_of(account, root_seed)
    old = account.certificates.store.recovery()
    if old is None:
        raise RefusedError("needs_root", "no recovery key is in force")
    return root, old
