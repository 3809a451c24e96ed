"""The self-record: a new device knows what the person's others have seen, and what a lying server can still do."""

import copy
from pathlib import Path

import pytest

from siegel.agent.account import Account
from siegel.agent.folders import make_folders
from siegel.agent.memory import recall, share
from siegel.agent.opened import open_by_id
from siegel.agent.revoke import revoke
from siegel.agent.session import Home
from siegel.agent.tests.server import Server, StoredVault, Wire
from siegel.seals.canonical import b64, unb64
from siegel.seals.derive import Seed
from siegel.seals.errors import IntegrityError
from siegel.seals.self_record import OwnRecord, Seen, SelfRecord, seal_signed


@pytest.fixture
def owner(server: Server, stored: StoredVault) -> Account:
    return server.account(server.firm.owner)


@pytest.fixture
def other(tmp_path: Path) -> Home:
    """Another device, which remembers nothing."""
    return Home(tmp_path / "other")


def lie(server: Server, answer: Wire) -> None:
    server.lies.append(lambda path, honest: answer if path == "account/self" else honest)


def refused(account: Account, home: Home, code: str) -> None:
    with pytest.raises(IntegrityError) as error:
        recall(account, home)
    assert error.value.code == code


def test_a_new_device_notices_that_a_vault_was_rolled_back(
    server: Server, owner: Account, stored: StoredVault, home: Home, other: Home
) -> None:
    vault = open_by_id(owner, home, stored.id)
    earlier = copy.deepcopy(stored)
    make_folders(vault, [("Januar",)])
    vault.sync()
    share(owner, home)
    server.vaults[stored.id] = earlier
    again = server.account(server.firm.owner)
    assert open_by_id(again, Home(other.folder.parent / "third"), stored.id).state.head.seq == 1
    assert recall(again, other) == 1
    with pytest.raises(IntegrityError) as error:
        open_by_id(again, other, stored.id)
    assert error.value.code == "vault_rolled_back"


def test_a_new_device_notices_that_a_revocation_is_hidden(
    server: Server, owner: Account, home: Home, other: Home
) -> None:
    revoke(owner, home, server.firm.clerk.known, reason="left", since=None)
    owner.require_seen(home)
    share(owner, home)
    server.lies.append(lambda _, answer: {**answer, "revocations": []} if "revocations" in answer else answer)
    again = server.account(server.firm.owner)
    recall(again, other)
    with pytest.raises(IntegrityError) as error:
        again.require_seen(other)
    assert error.value.code == "revocation_hidden"


def test_a_device_that_has_seen_a_newer_record_takes_no_older_one_and_not_none(
    server: Server, owner: Account, stored: StoredVault, home: Home
) -> None:
    vault = open_by_id(owner, home, stored.id)
    share(owner, home)
    make_folders(vault, [("Januar",)])
    vault.sync()
    share(owner, home)
    [first, second] = server.self_records[server.firm.owner.id]
    assert recall(owner, home) == second["number"] == 2
    for older in (first, {"number": 0, "age": None}):
        lie(server, older)
        refused(owner, home, "self_record_rolled_back")


def test_what_the_server_did_not_get_from_the_person_is_no_record_of_his(
    server: Server, owner: Account, stored: StoredVault, home: Home, other: Home
) -> None:
    """Another person's, forged, altered, renumbered, of another root: each is refused."""
    firm = server.firm
    open_by_id(owner, home, stored.id)
    share(owner, home)
    [honest] = server.self_records[firm.owner.id]
    clerk = server.account(firm.clerk)
    open_by_id(clerk, other, stored.id)
    share(clerk, other)
    [foreign] = server.self_records[firm.clerk.id]
    new = Home(other.folder.parent / "new")
    seen = Seen({}, {})
    own = OwnRecord(firm.id, firm.owner.id, firm.root_kid, firm.owner.seed)
    spoilt = bytearray(unb64(honest["age"]))
    spoilt[-1] ^= 1
    lies = {
        "another person's": (foreign["age"], "self_record_invalid"),
        "by the server, for the person": (b64(_forged(own, Seed.generate())), "signature_invalid"),
        "one flipped bit": (b64(bytes(spoilt)), "self_record_invalid"),
        "of another firm": (
            b64(OwnRecord(stored.id, own.person, own.root, own.seed).seal(seen, 1)[0]),
            "self_record_differs",
        ),
        "of another root": (
            b64(OwnRecord(own.firm, own.person, firm.clerk.kid, own.seed).seal(seen, 1)[0]),
            "root_differs",
        ),
    }
    for age, code in lies.values():
        server.lies.clear()
        lie(server, {"number": 1, "age": age})
        refused(owner, new, code)
    lie(server, {**honest, "number": 2})
    refused(owner, new, "self_record_differs")


def _forged(own: OwnRecord, signer: Seed) -> bytes:
    """Sealed to the person, which everybody can, and signed by somebody else in his name."""
    keys = own.seed.public_keys()
    signed = SelfRecord(keys.kid, own.firm, (), 1, own.person, (), own.root).sign(signer)
    return seal_signed(signed, keys.recipient or "")


def test_two_devices_that_write_at_once_lose_nothing(
    server: Server, owner: Account, stored: StoredVault, home: Home, other: Home
) -> None:
    second = server.begin_vault(server.firm.owner, [(server.firm.owner, "manage")], title="Zweite")
    again = server.account(server.firm.owner)
    open_by_id(owner, home, stored.id)
    open_by_id(again, other, second.id)
    share(owner, home)
    share(again, other)
    assert len(server.self_records[server.firm.owner.id]) == 2
    share(owner, home)
    assert len(server.self_records[server.firm.owner.id]) == 2, "nothing new to tell"
    new = Home(other.folder.parent / "new")
    recall(owner, new)
    assert {stored.id, second.id} <= new.seen(owner.firm, owner.key_file.root).heads.keys()


def test_two_devices_that_were_shown_different_histories_find_out(
    server: Server, owner: Account, stored: StoredVault, home: Home, other: Home
) -> None:
    earlier = copy.deepcopy(stored)
    make_folders(open_by_id(owner, home, stored.id), [("Januar",)])
    open_by_id(owner, home, stored.id)
    share(owner, home)
    server.vaults[stored.id] = earlier
    again = server.account(server.firm.owner)
    make_folders(open_by_id(again, other, stored.id), [("Februar",)])
    open_by_id(again, other, stored.id)
    with pytest.raises(IntegrityError) as error:
        share(again, other)
    assert error.value.code == "vault_forked"


def test_a_record_withheld_from_a_device_without_memory_is_not_missed(
    server: Server, owner: Account, stored: StoredVault, home: Home, other: Home
) -> None:
    """What the threat model says it cannot do: nothing tells a new device that there was a record."""
    open_by_id(owner, home, stored.id)
    share(owner, home)
    lie(server, {"number": 0, "age": None})
    assert recall(owner, other) == 0
