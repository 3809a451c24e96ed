"""What pages ask about keys in a firm of 4,000 clients: as much as in one of one client, of owner and clerk."""

import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from siegel.keys.tests.crowd import seed_clients
from siegel.keys.tests.island import Island, invite, redemption
from siegel.seals.documents import Holder
from siegel.vault.tests.island import add_dossier, begin_vault
from siegel.vault.tests.teams import add_holder, found_team, line_of

pytestmark = pytest.mark.django_db

CLIENTS = 4000
# The staff's certificates, and those of whom one asks about.
MOST_BYTES = 48 * 1024
MOST_QUERIES = 30


def cost(by: Island, path: str) -> tuple[int, int]:
    """Queries and bytes of an answer."""
    with CaptureQueriesContext(connection) as queries:
        answer = by.get(path)
    return len(queries), len(json.dumps(answer))


def test_pages_that_open_a_key_cost_the_same_however_many_clients_there_are(owner: Island) -> None:
    clerk = redemption(invite(owner, role="clerk", username="wulff"), owner).send()
    client_id, dossier = add_dossier(owner)
    client = redemption(invite(owner, role="client", username="mandant", client=client_id), owner).send()
    team = found_team(owner, clerk)
    vault = begin_vault(owner, dossier)
    add_holder(vault, line_of(team, "write"))
    add_holder(vault, Holder(client.kid, "write", client.person))
    pages = {
        "a vault is opened, or somebody signs in": "keys/provisional",
        "invite, client_new, teams, vaults, machines": "keys/certificates?about=",
        "renew, revoke, compare, trusted, a holder is added": f"keys/certificates?about={client.person}",
        "a team is added": f"keys/certificates?about={team.id}",
        "the same, of the vault itself": f"vaults/{vault.id}/news?since=0",
    }
    asking = {"owner": owner, "clerk": clerk}
    before = {(who, page): cost(by, path) for who, by in asking.items() for page, path in pages.items()}
    people = seed_clients(client, vault.id, CLIENTS)
    for (who, page), (queries, size) in before.items():
        now = cost(asking[who], pages[page])
        # Numbers in the log have more digits now, and rows came from the first client's.
        assert now[0] <= queries + 1, (who, page)
        assert now[1] <= size + 1024, (who, page)
        assert now[0] <= MOST_QUERIES, (who, page)
        assert now[1] <= MOST_BYTES, (who, page)
    some = cost(owner, f"keys/certificates?about={','.join(people[:200])}")
    assert some[0] <= MOST_QUERIES
    assert some[1] > 200 * 1024
