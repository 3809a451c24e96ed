"""`siegel keys recovery readmit`: a founder whose key was lost gets his own vaults back from an owner (ADR 0035)."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from siegel.agent import terminal
from siegel.agent.account import Account
from siegel.agent.directory import key_of, person_named
from siegel.agent.errors import AgentError, OfflineError, ServerError
from siegel.agent.holders import roster_append
from siegel.agent.keys_online import end_unless_whole, require_typed
from siegel.agent.online import keep_session, signed_in_account
from siegel.agent.opened import STALE, TRIES, OpenVault
from siegel.agent.rotate import Done
from siegel.agent.session import Home
from siegel.lib.age import HybridIdentity
from siegel.seals.certificates import Known
from siegel.seals.derive import Seed, print_of
from siegel.seals.epochs import HeldWrap, wrap_for
from siegel.seals.errors import IntegrityError, RefusedError, SealError
from siegel.seals.fields import Fields
from siegel.seals.holders import Moment
from siegel.seals.readmission import founder_line, may_readmit
from siegel.seals.replay import VaultState


@dataclass(frozen=True, slots=True)
class LostVault:
    """As the server lists it. `wraps`: what recovery's seed opens."""

    id: str
    founder: str
    wraps: tuple[HeldWrap, ...]


@dataclass
class HeldVault(OpenVault):
    """A vault that opens by what recovery holds."""

    held: tuple[HeldWrap, ...] = ()

    def _through_teams(self) -> Iterator[HeldWrap]:
        yield from self.held
        yield from super()._through_teams()


def readmit(sheet: Path, username: str, *, yes: bool, as_json: bool) -> None:
    """AgentError `no_sheet`, `person_unknown`, `no_key`; RefusedError `needs_recovery`."""
    account, home = signed_in_account()
    recovery = terminal.read_key_file(sheet).recovery_seed
    if recovery is None:
        raise AgentError("no_sheet")
    person = person_named(account, username)
    key = key_of(account.learn_about(person.id), person.id)
    if key is None or not account.certificates.store.in_force(key.kid):
        raise AgentError("no_key")
    found = [vault for vault in lost_vaults(account, recovery) if vault.founder == person.id]
    if not as_json:
        who = {"name": person.name, "username": person.username, "fingerprint": print_of(key.kid)}
        terminal.say("readmit_plan", count=len(found), **who)
    if found:
        require_typed(person.username, yes=yes)
    done = readmit_each(account, home, found, key)
    keep_session(account, home)
    if as_json:
        failed = {chain: error.code for chain, error in done.failed.items()}
        terminal.answer({"key": key.kid, "readmitted": done.rotated, "failed": failed})
    else:
        terminal.say("readmit_done", name=person.name, count=len(done.rotated))
    end_unless_whole(done)


def lost_vaults(account: Account, recovery: Seed) -> Iterator[LostVault]:
    """All that the firm's recovery holds and whose founders have another key. RefusedError `needs_recovery`."""
    kid, store = recovery.public_keys().kid, account.certificates.store
    known = store.by_kid(kid)
    if known is None or known.certificate.kind != "recovery" or not store.in_force(kid):
        raise RefusedError("needs_recovery", "not the seed of the firm's recovery")
    after, more, identity = "", True, recovery.identity()
    while more:
        f = Fields(account.api.get(f"keys/recovery/lost?after={after}"), "lost vaults")
        found = [_lost_vault(Fields(item, "lost vault"), kid, identity) for item in f.items("vaults")]
        yield from found
        more = f.flag("more")
        if more and (not found or found[-1].id <= after):
            raise AgentError("answer_invalid")
        after = found[-1].id if found else after


def _lost_vault(f: Fields, kid: str, identity: HybridIdentity) -> LostVault:
    wraps = [Fields(item, "wrap") for item in f.items("wraps")]
    held = [HeldWrap(one.integer("epoch", 1), one.binary("age"), identity) for one in wraps if one.hash("key") == kid]
    return LostVault(f.id("id"), Fields(f.take("founder"), "founder").id("id"), tuple(held))


def readmit_each(account: Account, home: Home, vaults: Iterable[LostVault], key: Known) -> Done:
    """One after the other; one that fails stops no other. OfflineError."""
    done = Done()
    for one in vaults:
        try:
            _give_back(account, home, one, key)
            done.rotated.append(one.id)
        except OfflineError:
            raise
        except (AgentError, SealError) as error:
            done.failed[one.id] = error
    return done


def _give_back(account: Account, home: Home, lost: LostVault, key: Known) -> None:
    """The next roster, with the founder's new key in his line. The epoch that follows is the next writer's to begin."""
    state = VaultState.begin(account.firm, lost.id, home.head(lost.id))
    vault = HeldVault(account, home, lost.id, state, held=lost.wraps)
    for number in range(TRIES):
        vault.sync()
        roster, today = vault.state.position.now.roster, Moment.planned(int(time.time()))
        founder = founder_line(roster)
        if founder is None or founder.subject != key.certificate.subject:
            raise IntegrityError("record_shape", "the vault is somebody else's")
        if not may_readmit(account.own(), roster, vault.kind, vault.store, today):
            raise RefusedError("not_allowed", "the founder's key is in force, or recovery holds nothing")
        lines = [replace(line, key=key.kid) if line == founder else line for line in roster.holders]
        append = roster_append(vault, lines, wrap_for([key.kid], vault.seed, vault.store))
        try:
            account.api.post(f"vaults/{lost.id}/records", append)
            return
        except ServerError as error:
            if error.code != STALE or number == TRIES - 1:
                raise
