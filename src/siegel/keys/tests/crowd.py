"""A firm's thousands of clients, as rows that nobody signed: for what the server looks up and sends."""

from typing import Any

from siegel.accounts.models import Person
from siegel.firms.models import Client, ClientUser, Dossier
from siegel.keys.models import Certificate, Chain, Holder
from siegel.keys.tests.island import Island
from siegel.seals.ids import new_id


def seed_clients(client: Island, vault: str, count: int) -> list[str]:
    """As many clients like this one, each with an invitation's, a redeemed and a countersigned certificate, and with a
    vault whose holders are the first one's; ids of the people.
    """
    people, clients, chains = ([new_id() for _ in range(count)] for _ in range(3))
    _copy(Person, [{"id": one, "username": f"u{at}"} for at, one in enumerate(people)], pk=client.person)
    own = ClientUser.objects.get(person=client.person).client_id
    _copy(Client, [{"id": one, "number": f"9{at}"} for at, one in enumerate(clients)], pk=own)
    ClientUser.objects.bulk_create(
        ClientUser(person_id=one, client_id=of) for one, of in zip(people, clients, strict=True)
    )
    Dossier.objects.bulk_create(
        Dossier(client_id=of, title="Akte", vault_id=one) for of, one in zip(clients, chains, strict=True)
    )
    _copy(Chain, [{"vault_id": one} for one in chains], pk=vault)
    for line in Holder.objects.filter(chain=vault):
        own_line = line.person_id == client.person
        named = [{"kid": f"{one:1<43}", "roster_kid": f"{one:2<43}", "person_id": one} for one in people]
        lines = zip(chains, named, strict=True)
        rows: list[dict[str, Any]] = [
            {"id": None, "chain_id": chain} | (more if own_line else {}) for chain, more in lines
        ]
        _copy(Holder, rows, pk=line.pk)
    _copy_certificates(client, people)
    return people


def _copy_certificates(client: Island, people: list[str]) -> None:
    redeemed = Certificate.objects.get(kid=client.kid)
    letter = redeemed.issuer
    assert letter is not None
    assert letter.kind == "invitation"
    _copy(
        Certificate,
        [{"hash": f"{one:3<43}", "kid": f"{one:4<43}", "subject": one} for one in people],
        pk=letter.pk,
    )
    own = [{"kid": f"{one:1<43}", "subject": one} for one in people]
    _copy(
        Certificate,
        [{"hash": f"{one['subject']:5<43}", "issuer_id": f"{one['subject']:3<43}"} | one for one in own],
        pk=redeemed.pk,
    )
    _copy(
        Certificate,
        [{"hash": f"{one['subject']:6<43}", "issuer_id": letter.issuer_id} | one for one in own],
        pk=redeemed.pk,
    )


def _copy(model: Any, differing: list[dict[str, Any]], **which: Any) -> None:
    like = model.objects.get(**which)
    kept = {field.attname: getattr(like, field.attname) for field in model._meta.concrete_fields}
    model.objects.bulk_create((model(**(kept | one)) for one in differing), batch_size=500)
