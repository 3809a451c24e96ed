"""Verifies everything again that a person can see, from the first record on, and names what does not hold."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from siegel.agent.account import Account
from siegel.agent.certificates import Certificates
from siegel.agent.old_contents import old_contents
from siegel.agent.opened import OpenVault
from siegel.agent.session import Home
from siegel.agent.teams import TeamInfo, list_teams
from siegel.agent.vaults import VaultInfo, list_vaults
from siegel.seals.canonical import Json
from siegel.seals.certificates import Accepted, CertificateStore
from siegel.seals.documents import STAFF
from siegel.seals.errors import IntegrityError, SealError
from siegel.seals.holders import Moment, members
from siegel.seals.replay import VaultState
from siegel.seals.revocations import AcceptedRevocation
from siegel.seals.rows import VaultRow, require_shown


@dataclass(frozen=True, slots=True)
class Finding:
    """What does not hold: the kind of thing (a code of `messages`), which one, where in it, and why (a code)."""

    what: str
    name: str
    place: int
    code: str


@dataclass(slots=True)
class Audit:
    """How much was verified, and what does not hold."""

    certificates: int = 0
    revocations: int = 0
    teams: int = 0
    vaults: int = 0
    records: int = 0
    wraps: int = 0
    old_contents: int = 0
    # chains that the recovery key in force does not open before their next epoch (ADR 0040)
    recovery_waiting: int = 0
    findings: tuple[Finding, ...] = ()


Progress = Callable[[int, int], None]


def audit(account: Account, home: Home, progress: Progress = lambda done, of: None) -> Audit:
    """Verifies certificates, revocations, rosters, epochs, wraps and manifests; `progress`: chains done, of how many.

    Where a certificate or revocation fails nothing else is asked: nothing else could be told. ServerError.
    """
    report = Audit()
    account.certificates, account.teams = Certificates(account.key_file.root), {}
    listed = account.fetch_evidence()
    report.certificates, report.revocations = len(listed["certificates"]), len(listed["revocations"])
    try:
        account.certificates.learn(*listed.values())
        account.require_seen(home)
        account.own()
    except IntegrityError as error:
        report.findings = (_first_broken(listed, account.key_file.root) or Finding("teams", "", 0, error.code),)
        return report
    report.findings = tuple(_chains(account, home, report, progress))
    return report


def _chains(account: Account, home: Home, report: Audit, progress: Progress) -> Iterator[Finding]:
    is_staff = account.own().certificate.kind in STAFF
    # A ruler who is not in a team sees its chain, and has nothing that opens it.
    teams = [team for team in list_teams(account) if team.rights is not None] if is_staff else []
    vaults = list_vaults(account)
    chains: Sequence[TeamInfo | VaultInfo] = [*teams, *vaults]
    for number, info in enumerate(chains, 1):
        what = "team" if isinstance(info, TeamInfo) else "vault"
        yield from _chain(account, home, info, what, report)
        progress(number, len(chains))
    report.teams, report.vaults = len(teams), len(vaults)


def _chain(account: Account, home: Home, info: TeamInfo | VaultInfo, what: str, report: Audit) -> Iterator[Finding]:
    """What does not hold of one chain: the record at which it breaks, or the epochs and names that do not open."""
    chain = OpenVault(account, home, info.id, VaultState.begin(account.firm, info.id, home.head(info.id)))
    try:
        chain.sync()
        _require_title(chain, info)
    except SealError as error:
        yield Finding(what, info.name, chain.state.position.seq + 1, error.code)
        return
    report.records += chain.state.position.seq
    report.wraps += chain.wraps_count
    report.old_contents += len(old_contents(chain))
    report.recovery_waiting += _waits_for_recovery(chain)
    for epoch in sorted(chain.state.epochs.keys() - chain.opened.seeds.keys() | chain.opened.failed.keys()):
        failed = chain.opened.failed.get(epoch)
        yield Finding("wrap", info.name, epoch, failed.code if failed else "wrap_missing")
    for node in sorted(chain.unreadable):
        yield Finding("row", info.name, chain.state.nodes[node].version, "row_invalid")


def _waits_for_recovery(chain: OpenVault) -> bool:
    now = chain.state.position.now
    held = members(now.roster, chain.store, Moment.planned(int(time.time()))).values()
    return any(member.rights == "hold" and member.key not in now.epoch.sealed_to for member in held)


def _require_title(chain: OpenVault, info: TeamInfo | VaultInfo) -> None:
    genesis = chain.state.genesis
    if genesis is None or chain.row is None:
        raise IntegrityError("record_shape", "a chain that has not begun")
    if isinstance(info, VaultInfo):
        require_shown(chain.row, genesis, VaultRow(info.client_name, info.client_number, info.title), info.dossier)
    elif (chain.kind, chain.title) != ("team", info.name):
        raise IntegrityError("title_differs", "the server shows the team as another one than the sealed one")


def _first_broken(listed: dict[str, list[Json]], root: str) -> Finding | None:
    """The certificate or revocation at which verifying in the log's order fails; None if it is none of them."""
    events: list[Accepted | AcceptedRevocation] = []
    for name, kind in (("certificates", Accepted), ("revocations", AcceptedRevocation)):
        for item in listed[name]:
            try:
                events.append(kind.from_wire(item))
            except IntegrityError as error:
                return Finding("certificate" if kind is Accepted else "revocation", "", 0, error.code)
    events.sort(key=lambda event: event.log_index)
    places = sorted({event.log_index for event in events})
    # The first place up to which the store does not verify: whatever comes later cannot mend it.
    low, high = 0, len(places)
    while low < high:
        middle = (low + high) // 2
        if _error(events, root, upto=places[middle]) is None:
            low = middle + 1
        else:
            high = middle
    if low == len(places):
        return None
    broken = next(event for event in events if event.log_index == places[low])
    what = "certificate" if isinstance(broken, Accepted) else "revocation"
    return Finding(what, broken.signed.hash, places[low], _error(events, root, upto=places[low]) or "")


def _error(events: Sequence[Accepted | AcceptedRevocation], root: str, *, upto: int) -> str | None:
    try:
        CertificateStore.verified([event for event in events if event.log_index <= upto], root)
    except IntegrityError as error:
        return error.code
    return None
