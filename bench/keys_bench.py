"""A clerk joins an office of 4,000 vaults, and clerks who hold as many are revoked; how long their lists take.

Joining is the whole of it: the staff's certificates and the newcomer's asked for and verified, the next roster of the
team signed, one wrap made and taken by the server.

The server's own code with its own database file, asked without a network. One vault is real; the others are copies of
its rows, made in bulk: no revocation looks at what they hold.
"""

import os
import statistics
import time
from typing import Any
from unittest.mock import patch

from bench.figures import at_most

VAULTS = 4000
CLERKS = 5
GOAL_MS = 200.0
GOAL_JOIN_MS = 1000.0
Row = dict[str, Any]


def measure() -> list[Row]:
    """The median of five clerks of one team; each is revoked while no vault is due. One more joined it before."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django
    from django.core.management import call_command

    django.setup()
    from siegel.keys.tests.scanner import ScannerDouble, answering

    with answering(ScannerDouble()):
        call_command("migrate", verbosity=0)
        return _figures()


def _figures() -> list[Row]:
    from siegel.keys.models import Chain
    from siegel.keys.tests.island import found, invite, redemption
    from siegel.vault.tests.island import add_dossier, begin_vault
    from siegel.vault.tests.teams import add_holder, found_team, line_of

    owner = found("muster")
    vault = begin_vault(owner, add_dossier(owner)[1])
    clerks = [redemption(invite(owner, role="clerk", username=f"clerk{n}"), owner).send() for n in range(CLERKS)]
    team = found_team(owner, *clerks)
    add_holder(vault, line_of(team, "write"))
    # signed beforehand: what the copies hold verifies nowhere
    bodies = [{"revocation": owner.revocation(clerk.kid)} for clerk in clerks]
    ids = _copy_vault(vault.id)
    newcomer = redemption(invite(owner, role="clerk", username="newcomer"), owner).send()
    joined = _seconds_to_join(team, newcomer)
    _copy_certificates(ids)
    # The copies lie behind the log's end; it is said to reach them.
    with patch("siegel.keys.evidence.size_of", lambda _: 10**7):
        everything, some = _seconds_of_evidence(owner, ids[0])
        joined += _seconds_to_know(owner, newcomer)
    lists, revocations = [], []
    for clerk, body in zip(clerks, bodies, strict=True):
        begun = time.perf_counter()
        listed = clerk.get("vaults")["vaults"]
        lists.append(time.perf_counter() - begun)
        Chain.objects.update(due=False)
        begun = time.perf_counter()
        due = owner.post("keys/revocations", body)
        revocations.append(time.perf_counter() - begun)
        if len(listed) != VAULTS or due["vaults"] != VAULTS:
            raise RuntimeError(f"{len(listed)} vaults listed, {due['vaults']} due")
        if clerk.browser.get("/api/vaults").status_code != 401:
            raise RuntimeError("a revoked clerk was let in")
    return [
        at_most("keys.revocation_of_4000_vaults", statistics.median(revocations) * 1000, "ms", GOAL_MS),
        at_most("keys.list_of_4000_vaults", statistics.median(lists) * 1000, "ms", None),
        at_most("keys.evidence_of_4000_clients", everything * 1000, "ms", None),
        at_most("keys.evidence_about_one_of_4000_clients", some * 1000, "ms", None),
        at_most("keys.clerk_joins_office_of_4000_vaults", joined * 1000, "ms", GOAL_JOIN_MS),
    ]


def _seconds_to_join(team: Any, newcomer: Any) -> float:
    """He holds all vaults afterwards; what was written anew is one wrap."""
    from siegel.keys.models import Chain, Wrap
    from siegel.seals.documents import Holder
    from siegel.vault.tests.teams import add_holder

    before = Wrap.objects.count()
    begun = time.perf_counter()
    add_holder(team, Holder(newcomer.kid, "read", newcomer.person))
    taken = time.perf_counter() - begun
    if Wrap.objects.count() != before + 1 or Chain.objects.filter(due=True).exists():
        raise RuntimeError("more than one wrap for a clerk who joins a team")
    if len(newcomer.get("vaults")["vaults"]) != VAULTS:
        raise RuntimeError("a member of the team does not hold its vaults")
    return taken


def _seconds_to_know(owner: Any, newcomer: Any) -> float:
    """What the page of teams asks for before it signs, beside 4,000 clients' certificates; verified up to the root."""
    from siegel.vault.tests.island import verified

    begun = time.perf_counter()
    store = verified(owner.get(f"keys/certificates?about={newcomer.person}"), owner.root)
    taken = time.perf_counter() - begun
    if store.by_kid(newcomer.kid) is None:
        raise RuntimeError("the newcomer's certificate is not there")
    return taken


def _seconds_of_evidence(owner: Any, client: str) -> tuple[float, float]:
    """All that an owner may see, page by page; and what a client's page needs: one certificate each."""
    begun = time.perf_counter()
    found, more, log = 0, True, ""
    while more:
        page = owner.get(f"keys/certificates{log}")
        found, more = found + len(page["certificates"]), page["more"]
        log = f"?log={page['certificates'][-1]['log_index']}"
    everything = time.perf_counter() - begun
    begun = time.perf_counter()
    about = owner.get(f"keys/certificates?about={client}")["certificates"]
    some = time.perf_counter() - begun
    if found < VAULTS or len(about) > 100:
        raise RuntimeError(f"{found} certificates in all, {len(about)} about one client")
    return everything, some


def _copy_vault(vault_id: str) -> list[str]:
    """4,000 vaults in all: chains, lines, wraps, dossiers like the first one's; the ids of the copies."""
    from siegel.firms.models import Dossier
    from siegel.keys.models import Chain, Holder, Wrap
    from siegel.seals.ids import new_id
    from siegel.vault.models import Vault

    def copies(model: Any, ids: list[str], **found: Any) -> None:
        rows = list(model.objects.filter(**found))
        names = [field.attname for field in model._meta.concrete_fields if not field.primary_key]
        kept = [{name: getattr(row, name) for name in names} for row in rows]
        model.objects.bulk_create((model(**(row | {"chain_id": one})) for one in ids for row in kept), batch_size=500)

    ids = [new_id() for _ in range(VAULTS - 1)]
    first, vault = Chain.objects.get(pk=vault_id), Vault.objects.get(pk=vault_id)
    Chain.objects.bulk_create(
        Chain(
            vault_id=one,
            tenant_id=first.tenant_id,
            head_seq=first.head_seq,
            head_hash=first.head_hash,
            epoch=first.epoch,
        )
        for one in ids
    )
    copies(Holder, ids, chain=vault_id)
    copies(Wrap, ids, chain=vault_id)
    client = Dossier.objects.get(vault_id=vault_id).client_id
    dossiers = [Dossier(client_id=client, title=f"Akte {n}", vault_id=one) for n, one in enumerate(ids)]
    Dossier.objects.bulk_create(dossiers)
    Vault.objects.bulk_create(
        Vault(
            id=one.vault_id or "",
            chain_id=one.vault_id or "",
            tenant_id=vault.tenant_id,
            dossier=one,
            vault_kind="dossier",
            row=vault.row,
            changed_at=vault.changed_at,
        )
        for one in dossiers
    )
    return ids


def _copy_certificates(ids: list[str]) -> None:
    """As many clients' certificates, which verify nowhere."""
    from siegel.keys.models import Certificate

    issued = Certificate.objects.filter(kind="clerk").first()
    assert issued is not None
    names = [field.attname for field in Certificate._meta.concrete_fields]
    like = {name: getattr(issued, name) for name in names}
    Certificate.objects.bulk_create(
        Certificate(
            **like | {"hash": f"{one:0<43}", "kid": f"{one:1<43}", "subject": one, "kind": "client", "log_index": place}
        )
        # behind everything that is real, each in a place of its own
        for place, one in enumerate(ids, 10**6)
    )
