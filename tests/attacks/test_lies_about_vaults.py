"""A server that lies about a vault: its history, its members, its epochs, its names.

Each test names in its docstring the check without which it fails.
"""

# long because: one lie after another, in the order of the threat model; cut apart they would lose their order

import secrets
import time
from collections.abc import Callable

import pytest

from siegel.agent.opened import OpenVault
from siegel.agent.vaults import list_vaults, open_named
from siegel.seals.canonical import b64, unb64
from siegel.seals.chain import Position
from siegel.seals.derive import EpochSeed, Seed, digest
from siegel.seals.documents import Epoch, Holder, Manifest, Roster
from siegel.seals.epochs import seal_seed
from siegel.seals.ids import new_id
from siegel.seals.records import AnyChange, EpochChange, FolderChange, Record, RosterChange, VersionChange
from siegel.seals.replay import next_record
from siegel.seals.rows import FolderRow, Place, seal_row
from siegel.seals.signed import Signed
from tests.attacks.hostile import Device, HostileServer, entity_named, flipped, refusal
from tests.attacks.recording import Json

DeviceOf = Callable[[str], Device]
# How a flipped bit may show, by what is flipped: text that does not parse, or parses and is not what was signed.
FORM = {"not_canonical", "not_json", "document_invalid", "not_base64"}


def entries(server: HostileServer, vault: str) -> list[Json]:
    found: list[Json] = server.news(vault)["records"]
    return found


def signed_by(position: Position, seed: Seed, *changes: AnyChange) -> Json:
    return next_record(position, seed, changes).to_wire()


# History


def test_a_vault_that_ends_before_what_was_seen_is_refused(clerk: Device) -> None:
    """Proves `vault_rolled_back` and the memory of heads in `Home`."""
    clerk.open(clerk.server())
    server = clerk.server()
    server.withhold(clerk.honest.books, after=len(entries(server, clerk.honest.books)) - 1)
    assert refusal(lambda: clerk.open(server)) == "vault_rolled_back"


def test_a_vault_never_seen_before_cannot_be_known_to_be_old(clerk: Device) -> None:
    """Not a proof but a limit, stated in docs/threat-model.md: a device without memory believes a consistent past."""
    server = clerk.server()
    server.withhold(clerk.honest.books, after=len(entries(server, clerk.honest.books)) - 1)
    assert clerk.open(server).state.position.seq == len(entries(server, clerk.honest.books))


def test_records_withheld_behind_a_true_head_are_missed(clerk: Device) -> None:
    """Proves the comparison with the claimed head in `require_head`."""
    server = clerk.server()
    entries(server, clerk.honest.books).pop()
    assert refusal(lambda: clerk.open(server)) == "vault_forked"


def test_records_withheld_while_the_vault_is_open_are_missed(clerk: Device) -> None:
    """Proves that the head is compared at every synchronisation, not only at the first."""
    server = clerk.server()
    vault = clerk.open(server)
    news = server.news(clerk.honest.books)
    news["seq"], news["head"] = news["seq"] + 1, digest(b"a record that is not shown")
    assert refusal(vault.sync) == "vault_forked"


@pytest.mark.parametrize("place", [1, 3, -2])
def test_a_record_left_out_is_missed(clerk: Device, place: int) -> None:
    """Proves `record_seq` in the chain."""
    server = clerk.server()
    del entries(server, clerk.honest.books)[place]
    assert refusal(lambda: clerk.open(server)) == "record_seq"


def test_records_in_another_order_are_refused(clerk: Device) -> None:
    """Proves `record_seq` in the chain."""
    server = clerk.server()
    records = entries(server, clerk.honest.books)
    records[-1], records[-2] = records[-2], records[-1]
    assert refusal(lambda: clerk.open(server)) == "record_seq"


def test_a_record_shown_twice_is_refused(clerk: Device) -> None:
    """Proves `record_seq` in the chain."""
    server = clerk.server()
    records = entries(server, clerk.honest.books)
    records.insert(2, records[2])
    assert refusal(lambda: clerk.open(server)) == "record_seq"


def test_a_device_that_has_seen_one_history_refuses_another_of_equal_length(clerk: Device, device_of: DeviceOf) -> None:
    """Proves `vault_forked`: a colluding clerk signs two last records, the server shows each to one person first."""
    one, other = clerk.server(), clerk.server()
    look = device_of("wulff")
    look.home = type(look.home)(look.home.folder / "fork")
    position = look.open(clerk.server()).state.position
    for server in (one, other):
        change = FolderChange(
            position.now.epoch.epoch, new_id(), position.vault, digest(row := secrets.token_bytes(60))
        )
        signed = {"record": signed_by(position, clerk.honest.key_files["wulff"].seed, change)}
        server.add_entry(position.vault, signed, {"node": change.node, "version": 0, "row": b64(row)})
    clerk.open(one)
    assert refusal(lambda: clerk.open(other)) == "vault_forked"
    # and a longer one that does not contain what was seen
    look.open(other)
    longer = look.open(other).state.position
    change = FolderChange(longer.now.epoch.epoch, new_id(), longer.vault, digest(row := secrets.token_bytes(60)))
    record = {"record": signed_by(longer, clerk.honest.key_files["wulff"].seed, change)}
    other.add_entry(longer.vault, record, {"node": change.node, "version": 0, "row": b64(row)})
    assert refusal(lambda: clerk.open(other)) == "vault_forked"


@pytest.mark.parametrize("name", ["record", "roster", "epoch", "manifests"])
@pytest.mark.parametrize("part", ["bytes", "sig"])
def test_one_flipped_bit_in_a_document_of_the_chain_is_refused(clerk: Device, name: str, part: str) -> None:
    """Proves hash and signature of every document that a record names, in every record that has one."""
    count = len(clerk.honest.answers["wulff"][f"vaults/{clerk.honest.books}/news"]["records"])
    seen = set()
    for place in range(count):
        server = clerk.server()
        entry = entries(server, clerk.honest.books)[place]
        if not entry.get(name):
            continue
        document = entry[name][0] if name == "manifests" else entry[name]
        document[part] = flipped(document[part])
        seen.add(refusal(lambda server=server: clerk.open(server)))  # type: ignore[misc]
    assert seen
    assert seen <= {"signature_invalid", "record_documents", "record_previous", "record_author", "record_seq"} | FORM


def test_one_flipped_bit_in_a_sealed_row_is_refused(clerk: Device) -> None:
    """Proves the comparison of rows with their signed hashes."""
    rows = clerk.honest.answers["wulff"][f"vaults/{clerk.honest.books}/news"]["rows"]
    for place in range(len(rows)):
        server = clerk.server()
        row = server.news(clerk.honest.books)["rows"][place]
        row["row"] = flipped(row["row"])
        assert refusal(lambda server=server: clerk.open(server)) == "row_differs"  # type: ignore[misc]


# Members


def test_a_reader_injects_neither_file_nor_folder(clerk: Device, device_of: DeviceOf) -> None:
    """Proves `record_rights` for contents: the signature of a member who may only read is good and does not count."""
    reader = clerk.honest.key_files["leserin"].seed
    position = device_of("leserin").open(device_of("leserin").server()).state.position
    server = clerk.server()
    row = secrets.token_bytes(60)
    folder = FolderChange(position.now.epoch.epoch, new_id(), position.vault, digest(row))
    server.add_entry(position.vault, {"record": signed_by(position, reader, folder)})
    assert refusal(lambda: clerk.open(server)) == "record_rights"
    server = clerk.server()
    manifest = _any_manifest(position, reader).sign(reader)
    change = VersionChange(manifest.hash, Manifest.parse(manifest).node, position.vault, 1)
    entry = {"record": signed_by(position, reader, change), "manifests": [manifest.to_wire()]}
    server.add_entry(position.vault, entry)
    assert refusal(lambda: clerk.open(server)) == "record_rights"


def _any_manifest(position: Position, seed: Seed, **more: object) -> Manifest:
    something = digest(secrets.token_bytes(8))
    fields = {
        "author": seed.public_keys().kid,
        "checkpoint": None,
        "commitment": something,
        "copied_from": None,
        "epoch": position.now.epoch.epoch,
        "firm": position.firm,
        "generation": 1,
        "node": new_id(),
        "parent": position.vault,
        "payload_hash": something,
        "payload_size": 100,
        "previous": None,
        "row": something,
        "vault": position.vault,
        "version": 1,
    }
    return Manifest(**(fields | more))  # type: ignore[arg-type]


@pytest.mark.parametrize("who", ["oltmanns", None])
def test_somebody_who_does_not_belong_injects_nothing(clerk: Device, who: str | None) -> None:
    """Proves `record_rights` for a certified stranger (another client), `record_author` for an uncertified one."""
    seed = clerk.honest.key_files[who].seed if who else Seed.generate()
    position = clerk.open(clerk.server()).state.position
    server = clerk.server()
    if who:
        everything = clerk.honest.answers["inhaberin"]["keys/certificates"]["certificates"]
        server.news(position.vault)["certificates"] = list(everything)
    folder = FolderChange(position.now.epoch.epoch, new_id(), position.vault, digest(b"row"))
    server.add_entry(position.vault, {"record": signed_by(position, seed, folder)})
    assert refusal(lambda: clerk.open(server)) == ("record_rights" if who else "record_author")


@pytest.mark.parametrize("who", ["leserin", "harms"])
def test_nobody_without_manage_changes_the_roster(clerk: Device, who: str) -> None:
    """Proves `record_rights` for rosters: neither reader nor writer gives himself more, or lets anybody in."""
    seed = clerk.honest.key_files[who].seed
    position = clerk.open(clerk.server()).state.position
    now = position.now
    lines = tuple(
        Holder(one.key, "manage" if one.subject == clerk.honest.key_files[who].person else one.rights, one.subject)
        for one in now.roster.holders
    )
    author = seed.public_keys().kid
    roster = Roster(author, position.firm, lines, now.roster_hash, now.roster.seq + 1, position.vault).sign(seed)
    record = signed_by(position, seed, RosterChange(roster.hash, now.roster.seq + 1))
    server = clerk.server()
    server.add_entry(position.vault, {"record": record, "roster": roster.to_wire()})
    assert refusal(lambda: clerk.open(server)) == "record_rights"


def test_a_substituted_key_in_the_roster_is_refused(clerk: Device) -> None:
    """Proves the hash of the roster in its record: the server cannot put its own key in a member's place."""
    server = clerk.server()
    entry = next(one for one in reversed(entries(server, clerk.honest.books)) if one.get("roster"))
    roster = Roster.parse(Signed.from_wire(entry["roster"]))
    first, *others = roster.holders
    forged = Holder(Seed.generate().public_keys().kid, first.rights, first.subject)
    lines = tuple(sorted((forged, *others), key=lambda one: one.key))
    author = Seed.generate()
    entry["roster"] = (
        Roster(roster.author, roster.firm, lines, roster.previous, roster.seq, roster.vault).sign(author).to_wire()
    )
    assert refusal(lambda: clerk.open(server)) == "record_documents"


# Nodes


def test_a_node_is_not_moved_by_changing_its_record(clerk: Device) -> None:
    """Proves the signature of records: another parent is another text."""
    server = clerk.server()
    place, record = _record_with(server, clerk.honest.books, VersionChange)
    [change] = record.changes
    assert isinstance(change, VersionChange)
    moved = VersionChange(change.manifest, change.node, clerk.honest.books, change.version)
    altered = Record(record.author, (moved,), record.firm, record.previous, record.seq, record.vault)
    entries(server, clerk.honest.books)[place]["record"]["bytes"] = b64(altered.encode())
    assert refusal(lambda: clerk.open(server)) == "signature_invalid"


def _record_with(server: HostileServer, vault: str, kind: type[AnyChange]) -> tuple[int, Record]:
    for place, entry in enumerate(entries(server, vault)):
        record = Record.parse(Signed.from_wire(entry["record"]))
        if isinstance(record.changes[0], kind):
            return place, record
    raise AssertionError("there is no such record")


def test_a_writer_does_not_move_a_file_by_a_further_version(clerk: Device) -> None:
    """Proves `node_version`: who may write may not move, not even with good signatures."""
    vault = clerk.open(clerk.server())
    file = entity_named(vault, "Belege", "Rechnung.pdf")
    seed, position = clerk.honest.key_files["harms"].seed, vault.state.position
    manifest = _any_manifest(position, seed, node=file.id, version=2, previous=file.node.manifest).sign(seed)
    change = VersionChange(manifest.hash, file.id, position.vault, 2)
    server = clerk.server()
    entry = {"record": signed_by(position, seed, change), "manifests": [manifest.to_wire()]}
    server.add_entry(position.vault, entry)
    assert refusal(lambda: clerk.open(server)) == "node_version"


def test_names_of_two_files_are_not_swapped(clerk: Device) -> None:
    """Proves the comparison of rows with their signed hashes."""
    server = clerk.server()
    files = [row for row in server.news(clerk.honest.books)["rows"] if row["version"] == 1]
    files[0]["row"], files[1]["row"] = files[1]["row"], files[0]["row"]
    assert refusal(lambda: clerk.open(server)) == "row_differs"


def test_a_row_sealed_for_one_place_opens_in_no_other(clerk: Device) -> None:
    """Proves the associated data of rows: a writer re-uses a folder's row for another folder, which is not shown."""
    vault = clerk.open(clerk.server())
    position, seed = vault.state.position, clerk.honest.key_files["harms"].seed
    folder = entity_named(vault, "Belege")
    row = next(one for one in clerk.server().news(position.vault)["rows"] if one["node"] == folder.id)["row"]
    change = FolderChange(position.now.epoch.epoch, new_id(), position.vault, digest(unb64(row)))
    server = clerk.server()
    server.add_entry(
        position.vault,
        {"record": signed_by(position, seed, change)},
        {"node": change.node, "version": 0, "row": row},
    )
    again = clerk.open(server)
    assert again.unreadable == {change.node}
    assert sorted(again.children(again.id)) == ["Belege", "Inventar.bin"]


# Labels


def test_swapped_labels_of_two_vaults_are_noticed(clerk: Device) -> None:
    """Proves `title_differs` in `open_vault`: who asks for one client's vault does not write into another's."""
    server = clerk.server()
    one, other = server.answers["vaults"]["vaults"]
    one["dossier"], other["dossier"] = other["dossier"], one["dossier"]
    account = clerk.account(server)
    assert {vault.title for vault in list_vaults(account)} == {"Buchhaltung 2026", "Einkommensteuer 2025"}
    for name in ("Buchhaltung 2026", "10002/Einkommensteuer 2025"):
        assert refusal(lambda name=name: open_named(account, clerk.home, name)) == "title_differs"  # type: ignore[misc]


def test_a_vault_that_is_said_to_be_anothers_dossier_is_noticed(clerk: Device) -> None:
    """Proves that the dossier in the signed first record is compared too: titles are often alike."""
    server = clerk.server()
    for line in server.answers["vaults"]["vaults"]:
        line["dossier"]["title"] = "Buchhaltung 2026"
        line["dossier"]["id"] = new_id()
    name = "10001/Buchhaltung 2026"
    assert refusal(lambda: open_named(clerk.account(server), clerk.home, name)) == "title_differs"


def test_two_vaults_with_one_title_cannot_change_clients(clerk: Device) -> None:
    """Proves that number and name of the client are sealed with the title."""
    server = clerk.server()
    for line in server.answers["vaults"]["vaults"]:
        line["dossier"]["client_number"] = {"10001": "10002", "10002": "10001"}[line["dossier"]["client_number"]]
    assert refusal(lambda: open_named(clerk.account(server), clerk.home, "10002/Buchhaltung 2026")) == "title_differs"


# Epochs and wraps


def test_something_new_is_not_accepted_under_an_old_epoch(clerk: Device) -> None:
    """Proves `epoch_not_current`: old seeds may be in wrong hands, so nothing new counts under them."""
    vault = clerk.open(clerk.server())
    position, seed = vault.state.position, clerk.honest.key_files["harms"].seed
    assert position.now.epoch.epoch == 2
    server = clerk.server()
    row = seal_row(
        vault.opened.seeds[1], Place(position.firm, position.vault, (node := new_id()), 0, 1), FolderRow(1, "Alt")
    )
    change = FolderChange(1, node, position.vault, digest(row))
    server.add_entry(
        position.vault, {"record": signed_by(position, seed, change)}, {"node": node, "version": 0, "row": b64(row)}
    )
    assert refusal(lambda: clerk.open(server)) == "epoch_not_current"


def test_a_vault_key_of_the_servers_choice_is_refused(clerk: Device) -> None:
    """Proves signature and author of epochs: an epoch that no member began is none."""
    server = clerk.server()
    entry = next(one for one in reversed(entries(server, clerk.honest.books)) if one.get("epoch"))
    chosen, attacker = EpochSeed.generate(), Seed.generate()
    epoch = Epoch.parse(Signed.from_wire(entry["epoch"]))
    forged = Epoch(
        epoch.author, epoch.epoch, epoch.firm, epoch.previous, chosen.recipient(), epoch.roster, (), epoch.vault
    ).sign(attacker)
    entry["epoch"] = forged.to_wire()
    assert refusal(lambda: clerk.open(server)) == "record_documents"
    record = Record.parse(Signed.from_wire(entry["record"]))
    change = EpochChange(epoch.epoch, forged.hash)
    fields = (record.author, (change,), record.firm, record.previous, record.seq, record.vault)
    entry["record"] = Record(*fields).sign(attacker).to_wire()
    assert refusal(lambda: clerk.open(server)) == "signature_invalid"


def test_a_reader_begins_no_epoch(clerk: Device) -> None:
    """Proves `record_rights` for epochs."""
    reader = clerk.honest.key_files["leserin"].seed
    vault = clerk.open(clerk.server())
    position, now, chosen = vault.state.position, vault.state.position.now, EpochSeed.generate()
    epoch = Epoch(
        reader.public_keys().kid,
        3,
        position.firm,
        now.epoch_hash,
        chosen.recipient(),
        now.roster_hash,
        (),
        position.vault,
    ).sign(reader)
    server = clerk.server()
    entry = {
        "record": signed_by(position, reader, EpochChange(3, epoch.hash)),
        "epoch": epoch.to_wire(),
        "previous_seed": b64(seal_seed(vault.opened.seeds[2], chosen.recipient())),
    }
    server.add_entry(position.vault, entry)
    assert refusal(lambda: clerk.open(server)) == "record_rights"


def test_a_writer_who_wraps_nonsense_for_the_others_shuts_nobody_out(clerk: Device) -> None:
    """Proves that a wrap that fails stops nothing that opens otherwise: the server cannot look into wraps."""
    writer = clerk.honest.key_files["harms"].seed
    vault = clerk.open(clerk.server())
    position, now, chosen = vault.state.position, vault.state.position.now, EpochSeed.generate()
    fields = (3, position.firm, now.epoch_hash, chosen.recipient(), now.roster_hash, (), position.vault)
    epoch = Epoch(writer.public_keys().kid, *fields).sign(writer)
    server = clerk.server()
    entry = {
        "record": signed_by(position, writer, EpochChange(3, epoch.hash)),
        "epoch": epoch.to_wire(),
        "previous_seed": b64(seal_seed(vault.opened.seed(2), chosen.recipient())),
    }
    server.add_entry(position.vault, entry)
    own = clerk.honest.key_files["wulff"].seed.public_keys()
    nonsense = b64(seal_seed(EpochSeed.generate(), own.recipient or ""))
    server.news(position.vault)["wraps"].append({"epoch": 3, "key": own.kid, "age": nonsense})
    assert entity_named(clerk.open(server), "Belege", "Rechnung.pdf").name == "Rechnung.pdf"


def current_wrap(server: HostileServer, vault: str) -> Json:
    wraps: list[Json] = server.news(vault)["wraps"]
    return max(wraps, key=lambda one: int(one["epoch"]))


def closed(device: Device, server: HostileServer) -> str:
    """The code for which the current epoch does not open; what is in it is not shown, and only that."""
    vault = device.open(server)
    hidden = {node for node, found in vault.state.nodes.items() if found.epoch == vault.epoch}
    assert hidden
    assert vault.unreadable == hidden
    assert vault.is_spoilt
    return refusal(lambda: vault.seed)


def test_a_wrap_with_another_seed_is_refused(clerk: Device) -> None:
    """Proves `wrap_foreign_seed`: a seed of the server's choice does not give the signed recipient."""
    server = clerk.server()
    recipient = clerk.honest.key_files["wulff"].seed.public_keys().recipient or ""
    current_wrap(server, clerk.honest.books)["age"] = b64(seal_seed(EpochSeed.generate(), recipient))
    assert closed(clerk, server) == "wrap_foreign_seed"


def test_the_wrap_of_an_epoch_before_does_not_pass_for_the_current_one(clerk: Device) -> None:
    """Proves `wrap_foreign_seed` against the true owner's true, but older wrap: one from a backup."""
    server = clerk.server()
    wraps = server.news(clerk.honest.books)["wraps"]
    old = next(one for one in wraps if one["epoch"] == 1)
    current_wrap(server, clerk.honest.books)["age"] = old["age"]
    assert closed(clerk, server) == "wrap_foreign_seed"


def test_a_wrap_of_another_vault_is_refused(clerk: Device) -> None:
    """Proves `wrap_foreign_seed` between vaults of one person."""
    server = clerk.server()
    other = current_wrap(server, clerk.honest.taxes)["age"]
    current_wrap(server, clerk.honest.books)["age"] = other
    assert closed(clerk, server) == "wrap_foreign_seed"


def test_a_wrap_for_somebody_else_is_refused(clerk: Device) -> None:
    """Proves `wrap_not_ours`: remembered, and what only that epoch opens is not shown."""
    server = clerk.server()
    another = clerk.honest.answers["harms"][f"vaults/{clerk.honest.books}/news"]["wraps"]
    current_wrap(server, clerk.honest.books)["age"] = another[-1]["age"]
    assert closed(clerk, server) == "wrap_not_ours"


def test_one_flipped_bit_in_a_wrap_is_refused(clerk: Device) -> None:
    """Proves that age files of seeds are authenticated."""
    server = clerk.server()
    wrap = current_wrap(server, clerk.honest.books)
    wrap["age"] = flipped(wrap["age"])
    assert closed(clerk, server) in {"wrap_invalid", "wrap_not_ours"}


def test_a_withheld_wrap_is_named(clerk: Device) -> None:
    """Proves `wrap_missing`: an old wrap does not stand in for the current one; without any, nothing is shown."""
    server = clerk.server()
    server.news(clerk.honest.books)["wraps"].remove(current_wrap(server, clerk.honest.books))
    assert closed(clerk, server) == "wrap_missing"
    server.news(clerk.honest.books)["wraps"].clear()
    assert refusal(lambda: clerk.open(server)) == "wrap_missing"


@pytest.mark.parametrize("which", ["flipped", "of another vault", "of another epoch"])
def test_the_seed_of_the_epoch_before_is_checked(client: Device, which: str) -> None:
    """Proves that a seed handed down counts only for the epoch whose signed recipient it gives."""
    server = client.server()
    wraps = server.news(client.honest.books)["wraps"]
    wraps[:] = [current_wrap(server, client.honest.books)]
    assert client.open(server).title
    entry = next(one for one in reversed(entries(server, client.honest.books)) if one.get("previous_seed"))
    current = Epoch.parse(Signed.from_wire(entry["epoch"])).recipient
    seeds: dict[str, Callable[[], str]] = {
        "flipped": lambda: flipped(entry["previous_seed"]),
        "of another vault": lambda: b64(seal_seed(EpochSeed.generate(), current)),
        "of another epoch": lambda: b64(seal_seed(_seed_of_epoch(client, 2), current)),
    }
    entry["previous_seed"] = seeds[which]()
    assert refusal(lambda: client.open(server)) == "wrap_missing"


def _seed_of_epoch(device: Device, number: int) -> EpochSeed:
    vault: OpenVault = device.open(device.server())
    return vault.opened.seeds[number]


def test_an_author_certified_after_his_record_is_refused(clerk: Device) -> None:
    """Proves `record_author` by log index: a certificate does not reach back."""
    server = clerk.server()
    news = server.news(clerk.honest.books)
    news["records"][-1]["log_index"] = 1
    assert refusal(lambda: clerk.open(server)) == "record_author"


def test_a_certificate_keeps_its_place_in_the_log(clerk: Device) -> None:
    """Proves `certificate_moved`: within one session the server cannot say one thing and then another."""
    server = clerk.server()
    account = clerk.account(server)
    server.answers["keys/certificates"]["certificates"][-1]["accepted_at"] = int(time.time()) + 1
    assert refusal(account.learn_certificates) == "certificate_moved"
