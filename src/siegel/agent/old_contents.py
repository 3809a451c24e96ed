"""What of a vault lies under keys before the present ones, and in which order it is best sealed anew."""

import time
from dataclasses import dataclass

from siegel.agent.opened import OpenVault
from siegel.seals.holders import Moment, members


@dataclass(frozen=True, slots=True)
class OldVersion:
    """A version under an older epoch, by the manifest that stands for it today."""

    node: str
    version: int
    manifest: str
    payload_size: int


def old_contents(vault: OpenVault) -> list[OldVersion]:
    """First what somebody who is out by now was given the key of, then the rest; each from the newest contents on.

    What was purged, or emptied out of the trash, is not there any more.
    """
    exposed = exposed_epoch(vault)
    found = []
    for (node, version), hashed in vault.hashes.items():
        manifest = vault.manifests[node, version]
        if manifest.epoch == vault.epoch or vault.state.tree.is_purged(node) or not vault.has_row(node, version):
            continue
        order = (manifest.epoch > exposed, -_came_at(vault, hashed))
        found.append((order, OldVersion(node, version, hashed, manifest.payload_size)))
    return [one for _, one in sorted(found, key=lambda item: item[0])]


def exposed_epoch(vault: OpenVault) -> int:
    """The newest epoch before the present one whose seed was given to somebody who is out by now; 0 if there is none.

    Its seed opens all that lies under earlier ones, too.
    """
    store = vault.store
    today = members(vault.state.position.now.roster, store, Moment.planned(int(time.time())))
    certificates = [known.certificate for kid in today if (known := store.by_kid(kid))]
    subjects = {certificate.subject for certificate in certificates}

    def is_out(kid: str) -> bool:
        known = store.by_kid(kid)
        if kid in today or known is None:
            return kid not in today
        # an old key of a team opens for whoever has left it; a letter that was redeemed belongs to its redeemer
        is_known = known.certificate.kind != "team" and known.certificate.subject in subjects
        return not is_known or not store.in_force(kid)

    epochs = [epoch for epoch in vault.state.given if epoch < vault.epoch]
    return max((epoch for epoch in epochs if any(map(is_out, vault.state.given[epoch]))), default=0)


def _came_at(vault: OpenVault, manifest: str) -> int:
    """The place in the log at which the contents came, however often they were sealed anew since."""
    versions = vault.state.versions
    while (before := versions[manifest].replaces) is not None:
        manifest = before
    return versions[manifest].log_index


def author_of(vault: OpenVault, node: str, version: int) -> str:
    """The key id of whoever the contents are from, whoever sealed them anew since."""
    earlier = vault.earlier.get((node, version))
    return (earlier[0] if earlier else vault.manifests[node, version]).author
