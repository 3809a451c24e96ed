"""`siegel keys root change`: another root for the firm, signed by the old one or by recovery (ADR 0019)."""

import os
import time
from dataclasses import replace
from pathlib import Path

from siegel.agent import terminal
from siegel.agent.errors import AgentError
from siegel.agent.keys_online import require_typed
from siegel.agent.online import keep_session, signed_in_account
from siegel.seals.derive import Seed, print_of
from siegel.seals.fields import Fields
from siegel.seals.keyfile import write_key_file
from siegel.seals.root_change import change_root


def change(
    sheet: Path, out: Path, *, reason: str, since: int | None, by_recovery: bool, yes: bool, as_json: bool
) -> None:
    """The new set-up file is written before the server learns of it; AgentError `no_sheet`; `needs_root`."""
    account, home = signed_in_account()
    key_file = terminal.read_key_file(sheet)
    seed = key_file.recovery_seed if by_recovery else key_file.root_seed
    if seed is None or key_file.recovery_seed is None:
        raise AgentError("no_sheet")
    new = Seed.generate()
    fingerprint = new.public_keys(signs_only=True).kid
    old = account.root
    store = account.certificates.store
    made = change_root(seed, store, new, reason=reason, compromised_since=since, now=int(time.time()))
    if not as_json:
        terminal.say("root_plan", old=print_of(old), new=print_of(fingerprint), path=out)
    require_typed(account.key_file.username, yes=yes)
    kept = replace(account.key_file, root=fingerprint, root_seed=new, recovery_seed=key_file.recovery_seed)
    write_new(out, write_key_file(kept, terminal.passphrase(twice=True)))
    due = Fields(account.api.post("keys/root", made.to_wire(), repeatable=True), "root")
    vaults, teams = due.integer("vaults", 0), due.strings("teams")
    account.learn_about()
    account.require_seen(home)
    keep_session(account, home)
    if as_json:
        terminal.answer({"old": old, "root": account.root, "file": str(out), "vaults_due": vaults, "teams_due": teams})
    else:
        terminal.say("root_done", new=print_of(account.root), path=out)


def write_new(path: Path, content: bytes) -> None:
    """Readable by its owner alone, and never over one that exists: the old file is needed until this one is safe."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as sink:
        sink.write(content)
        sink.flush()
        os.fsync(sink.fileno())
