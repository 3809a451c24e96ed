"""What an owner with the recovery seed opens: the wraps that every dossier's vault and team keeps for it (ADR 0016).

And what the key in force still waits for (ADR 0040), and whom an owner lets back into a vault of his own
(ADR 0035).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef

from siegel.base.errors import BaseError
from siegel.firms.queries import role_of
from siegel.keys.models import Certificate, Chain, Holder, Team, Wrap
from siegel.keys.places import in_force, personal_chains, readmitting, ruled_by

if TYPE_CHECKING:
    from siegel.accounts.models import Person

# Of each all epochs, about 2 KB apiece; an answer is put together in memory.
CHAINS_PER_PAGE = 100


@dataclass(frozen=True)
class RecoverableChain:
    """`held`: whether the owner has a line of his own."""

    id: str
    is_team: bool
    held: bool
    wraps: Sequence[Wrap]


@dataclass(frozen=True)
class RecoverableChains:
    """`more`: ask again after the last chain."""

    chains: Sequence[RecoverableChain]
    more: bool


@dataclass(frozen=True)
class LostVault:
    """A personal vault whose founder lost his key and has another. `founder`: id and name."""

    id: str
    founder: tuple[str, str]
    wraps: Sequence[Wrap]


@dataclass(frozen=True)
class LostVaults:
    """`more`: ask again after the last vault."""

    vaults: Sequence[LostVault]
    more: bool


def recoverable(person: "Person", *, after: str = "") -> RecoverableChains:
    """The first chains, after the id `after`; BaseError `not_found` (404) for whoever is no owner. Six queries."""
    if role_of(person) != "owner":
        raise BaseError("not_found", status=404)
    ids = list(ruled_by(person).filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[: CHAINS_PER_PAGE + 1])
    shown = ids[:CHAINS_PER_PAGE]
    wraps = _wraps_of_recovery(person.tenant_id, shown)
    teams = set(Team.objects.filter(pk__in=shown).values_list("pk", flat=True))
    own = Certificate.objects.filter(tenant=person.tenant_id, subject=person.pk, kind="owner", out_at=None)
    lines = Holder.objects.filter(chain__in=shown, person=person.pk, kid__in=own.values("kid"))
    held = set(lines.values_list("chain", flat=True))
    chains = [RecoverableChain(one, one in teams, one in held, wraps[one]) for one in shown]
    return RecoverableChains(chains, len(ids) > CHAINS_PER_PAGE)


def lost_vaults(person: "Person", *, after: str = "") -> LostVaults:
    """The first, after the id `after`, that an owner can give back; BaseError `not_found` (404) for others."""
    if role_of(person) != "owner":
        raise BaseError("not_found", status=404)
    ids = list(
        readmitting(person).filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[: CHAINS_PER_PAGE + 1]
    )
    shown = ids[:CHAINS_PER_PAGE]
    wraps = _wraps_of_recovery(person.tenant_id, shown)
    lines = Holder.objects.filter(chain__in=shown, rights="manage").exclude(person=None)
    founders = {chain: (one, name) for chain, one, name in lines.values_list("chain", "person", "person__name")}
    return LostVaults([LostVault(one, founders[one], wraps[one]) for one in shown], len(ids) > CHAINS_PER_PAGE)


def own_vaults(person: "Person") -> tuple[int, int]:
    """How many of the person's own vaults recovery holds, and how many there are. Two queries."""
    tenant = person.tenant_id
    own = Holder.objects.filter(person=person.pk, rights="manage", chain__in=personal_chains(tenant))
    held = Holder.objects.filter(in_force(OuterRef("kid"), tenant), chain=OuterRef("chain"), rights="hold")
    return own.filter(Exists(held)).count(), own.count()


def _wraps_of_recovery(tenant_id: str, chains: Sequence[str]) -> dict[str, list[Wrap]]:
    """By chain, for the recovery key in force. One query."""
    keys = Certificate.objects.filter(tenant=tenant_id, kind="recovery", out_at=None).values("kid")
    wraps: dict[str, list[Wrap]] = defaultdict(list)
    for wrap in Wrap.objects.filter(chain__in=chains, kid__in=keys).order_by("epoch", "kid"):
        wraps[wrap.chain_id].append(wrap)
    return wraps


def waiting_for_recovery(tenant_id: str) -> int:
    """How many vaults and teams the recovery key in force is to open, and does not until their next epoch. One query.

    A recovery key that was replaced held them, and nobody has renewed them since.
    """
    line = Holder.objects.filter(chain=OuterRef("pk"), rights="hold")
    present = Wrap.objects.filter(in_force(OuterRef("kid"), tenant_id), chain=OuterRef("pk"), epoch=OuterRef("epoch"))
    held = present.filter(kid__in=Holder.objects.filter(chain=OuterRef("chain"), rights="hold").values("kid"))
    return Chain.objects.filter(Exists(line), ~Exists(held), tenant=tenant_id).count()
