"""The vectors stand as they are made, and what they tell of holds."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from siegel.agent.certificates import Certificates
from siegel.lib.age import FileKey, HybridRecipient, RecipientError
from siegel.lib.ed25519 import is_public_key
from siegel.seals import canonical
from siegel.seals.canonical import b64, unb64
from siegel.seals.certificates import Accepted, CertificateStore
from siegel.seals.chain import Entry
from siegel.seals.derive import EpochSeed, Seed
from siegel.seals.documents import Manifest
from siegel.seals.epochs import open_epochs, open_wrap, rotation_due, sealed_to
from siegel.seals.errors import IntegrityError
from siegel.seals.files import Version, open_file_key, open_version
from siegel.seals.holders import Moment, members
from siegel.seals.invitations import waiting_epoch
from siegel.seals.records import Genesis
from siegel.seals.replay import Head, VaultState, replay
from siegel.seals.rows import FileRow, FolderRow, Place, VaultRow, fields_of, open_row, require_shown
from siegel.seals.scanning import require_open
from siegel.seals.signed import Signed
from siegel.seals.thumbnails import Pictured, open_thumbnail
from tests.vectors import make

FOLDER = Path(__file__).parent
CHAIN: dict[str, Any] = json.loads((FOLDER / "chain.json").read_text())
ACCEPTED = [Accepted.from_wire(item) for item in CHAIN["certificates"]]
ENTRIES = [Entry.from_wire(item) for item in CHAIN["entries"]]
STORE = CertificateStore.verified(ACCEPTED, CHAIN["root"])
ROWS = {"vault": VaultRow, "folder": FolderRow, "file": FileRow}


def replayed(count: int = len(ENTRIES), seen: Head | None = None) -> VaultState:
    return replay(CHAIN["firm"], CHAIN["vault"], ENTRIES[:count], STORE, seen)


def named(cases: list[dict[str, Any]]) -> Any:
    return pytest.mark.parametrize("case", cases, ids=[case["name"] for case in cases])


def test_making_the_vectors_again_gives_the_same_bytes() -> None:
    vectors, made = make.build()
    assert made == []
    for name, content in vectors.items():
        assert (FOLDER / name).read_text(encoding="utf-8") == make.text_of(content), name


def test_the_story_is_told_step_by_step() -> None:
    state = VaultState.begin(CHAIN["firm"], CHAIN["vault"])
    entries = list(ENTRIES)
    for step in CHAIN["steps"]:
        known = CertificateStore.verified([a for a in ACCEPTED if a.log_index <= step["log_index"]], CHAIN["root"])
        if entries and entries[0].log_index == step["log_index"]:
            state.apply(entries.pop(0), known)
        assert (state.position.seq, state.position.head) == (step["seq"], step["head"])
        assert step["provisional"] == sorted({k.kid for k in known if known.is_provisional(k.kid)})
        if state.position.standing:
            moment = Moment(step["log_index"], step["time"])
            assert rotation_due(state.position, known, moment.time) == step["due"]
            roster = state.position.now.roster
            assert {m.key: m.rights for m in members(roster, known, moment).values()} == step["members"]
    assert not entries


def test_the_client_opens_everything() -> None:
    state = replayed()
    wraps = {wrap["epoch"]: unb64(wrap["age"]) for wrap in CHAIN["clients_wraps"]}
    seeds = open_epochs(wraps, Seed(unb64(CHAIN["people"]["client"]["seed"])), state.epochs).seeds
    rows: dict[tuple[str, int], Any] = {}
    for row in CHAIN["rows"]:
        place = Place(CHAIN["firm"], CHAIN["vault"], row["node"], row["version"], row["epoch"])
        opened = open_row(seeds[row["epoch"]], place, ROWS[row["kind"]], unb64(row["row"]))
        assert fields_of(opened) == row["fields"]
        rows[row["node"], row["version"]] = opened
    manifests = [(Manifest.parse(signed), entry.log_index) for entry in ENTRIES for signed in entry.manifests]
    for file, (manifest, log_index) in zip(CHAIN["files"], manifests, strict=True):
        require_open(Signed.from_wire(file["verdict"]), manifest, STORE, log_index, released=False)
        assert opened_content(file, manifest, rows[file["node"], file["version"]], seeds) == unb64(file["content"])


def opened_content(file: dict[str, Any], manifest: Manifest, row: FileRow, seeds: Any) -> bytes:
    import io

    sink = io.BytesIO()
    leaves = unb64(file["leaves"])
    pieces = [leaves[start : start + 32] for start in range(0, len(leaves), 32)]
    version = Version(manifest, row, unb64(file["header"]), pieces)
    open_version(io.BytesIO(unb64(file["payload"])), sink, version, seeds[manifest.epoch].identity())
    return sink.getvalue()


@named(CHAIN["broken_entries"])
def test_a_broken_entry_is_refused(case: dict[str, Any]) -> None:
    state = replayed(case["after"])
    with pytest.raises(IntegrityError) as error:
        state.apply(Entry.from_wire(case["entry"]), STORE)
    assert error.value.code == case["code"], error.value


@named(CHAIN["broken_certificates"])
def test_a_broken_certificate_is_refused(case: dict[str, Any]) -> None:
    accepted = [item for item in ACCEPTED if item.signed.hash not in case["without"]]
    accepted += [Accepted.from_wire(item) for item in case["extra"]]
    with pytest.raises(IntegrityError) as error:
        CertificateStore.verified(accepted, CHAIN["root"])
    assert error.value.code == case["code"], error.value


@named(CHAIN["broken_readings"]["heads"])
def test_a_broken_head_is_refused(case: dict[str, Any]) -> None:
    def head(value: dict[str, Any]) -> Head:
        return Head(value["seq"], value["head"])

    with pytest.raises(IntegrityError) as error:
        replayed(case["entries"], head(case["seen"]) if case["seen"] else None).require_head(head(case["claimed"]))
    assert error.value.code == case["code"], error.value


@named(CHAIN["broken_readings"]["verdicts"])
def test_a_broken_verdict_is_refused(case: dict[str, Any]) -> None:
    signed = Signed.from_wire(case["verdict"]) if case["verdict"] else None
    with pytest.raises(IntegrityError) as error:
        require_open(signed, Manifest.parse(ENTRIES[4].manifests[0]), STORE, ENTRIES[4].log_index, released=False)
    assert error.value.code == case["code"], error.value


@named(CHAIN["broken_readings"]["wraps"])
def test_a_broken_wrap_is_refused(case: dict[str, Any]) -> None:
    client = Seed(unb64(CHAIN["people"]["client"]["seed"]))
    with pytest.raises(IntegrityError) as error:
        open_wrap(unb64(case["age"]), client.identity(), replayed().epochs[case["epoch"]].epoch)
    assert error.value.code == case["code"], error.value


@named(CHAIN["broken_readings"]["headers"])
def test_a_broken_header_is_refused(case: dict[str, Any]) -> None:
    manifest = Manifest.parse(ENTRIES[4].manifests[0])
    client = Seed(unb64(CHAIN["people"]["client"]["seed"]))
    wraps = {wrap["epoch"]: unb64(wrap["age"]) for wrap in CHAIN["clients_wraps"]}
    seeds = open_epochs(wraps, client, replayed().epochs).seeds
    with pytest.raises(IntegrityError) as error:
        open_file_key(unb64(case["header"]), seeds[2].identity(), manifest.commitment)
    assert error.value.code == case["code"], error.value


@named(CHAIN["broken_readings"]["moved"])
def test_a_certificate_that_moves_in_the_log_is_refused(case: dict[str, Any]) -> None:
    certificates = Certificates(CHAIN["root"])
    certificates.learn(CHAIN["certificates"])
    certificates.learn(CHAIN["certificates"][-1:])
    with pytest.raises(IntegrityError) as error:
        certificates.learn([case["certificate"]])
    assert error.value.code == case["code"], error.value


def code_of(attempt: Callable[[], object]) -> str | None:
    """The code with which it is refused; None if it is not."""
    try:
        attempt()
    except IntegrityError as error:
        return error.code
    return None


@named(CHAIN["other_vaults"])
def test_who_belongs_to_another_vault(case: dict[str, Any]) -> None:
    state = replay(CHAIN["firm"], case["vault"], map(Entry.from_wire, case["entries"]), STORE)
    assert code_of(lambda: state.apply(Entry.from_wire(case["entry"]), STORE)) == case["code"]


@named(CHAIN["spoilt_epochs"]["cases"])
def test_a_spoilt_epoch_harms_no_other(case: dict[str, Any]) -> None:
    spoilt = CHAIN["spoilt_epochs"]
    entries = [Entry.from_wire(item) for item in spoilt["entries"][: case["after"]]]
    state = replay(CHAIN["firm"], spoilt["vault"], entries, STORE)
    wraps = {wrap["epoch"]: unb64(wrap["age"]) for wrap in case["wraps"]}
    opened = open_epochs(wraps, Seed(unb64(CHAIN["people"][case["person"]]["seed"])), state.epochs)
    assert {str(number): b64(seed.reveal()) for number, seed in opened.seeds.items()} == case["opens"]
    assert {str(number): error.code for number, error in opened.failed.items()} == case["failed"]
    assert [b64(seed.reveal()) for seed in opened.to_hand_down()] == case["hands_down"]
    assert opened.is_whole(state.position.now.epoch.epoch) != case["repair"]


@named(CHAIN["hearsay_epochs"])
def test_an_epoch_is_judged_by_whom_its_author_sealed_it_to(case: dict[str, Any]) -> None:
    state = replay(CHAIN["firm"], case["vault"], map(Entry.from_wire, case["entries"]), STORE)
    assert rotation_due(state.position, STORE, case["at"]) == case["due"]


@pytest.mark.parametrize("case", CHAIN["expiring_letters"]["cases"])
def test_an_epoch_is_not_sealed_to_a_letter_that_expired(case: dict[str, Any]) -> None:
    letters = CHAIN["expiring_letters"]
    known = [*letters["certificates"], *([letters["redemption"]] if case["redeemed"] else [])]
    store = CertificateStore.verified([*ACCEPTED, *map(Accepted.from_wire, known)], CHAIN["root"])
    state = replay(CHAIN["firm"], letters["vault"], map(Entry.from_wire, letters["entries"]), store)
    assert sorted(sealed_to(state.position.now.roster, store, case["at"])) == case["sealed_to"]


@named(CHAIN["waiting_vaults"])
def test_what_waits_for_an_invitation(case: dict[str, Any]) -> None:
    invitation = STORE.by_kid(CHAIN["people"]["invitation"]["kid"])
    assert invitation is not None
    roster, epoch = Signed.from_wire(case["roster"]), Signed.from_wire(case["epoch"])
    assert code_of(lambda: waiting_epoch(invitation, case["vault"], roster, epoch, STORE)) == case["code"]


def test_public_keys_are_told_from_bytes_that_are_none() -> None:
    vectors = json.loads((FOLDER / "derive.json").read_text())["public_keys"]
    assert [is_public_key(unb64(key)) for key in vectors["signing_good"]] == [True] * len(vectors["signing_good"])
    assert [is_public_key(unb64(key)) for key in vectors["signing_bad"]] == [False] * len(vectors["signing_bad"])
    for point in vectors["x25519_good"]:
        HybridRecipient(unb64(vectors["mlkem"]) + unb64(point)).wrap(FileKey(bytes(16)))
    for point in vectors["x25519_bad"]:
        recipient = HybridRecipient(unb64(vectors["mlkem"]) + unb64(point))
        with pytest.raises(RecipientError):
            recipient.wrap(FileKey(bytes(16)))


@named(json.loads((FOLDER / "rows.json").read_text())["broken_rows"])
def test_a_broken_row_is_refused(case: dict[str, Any]) -> None:
    vectors = json.loads((FOLDER / "rows.json").read_text())
    seed, place = EpochSeed(unb64(vectors["epoch_seed"])), Place(**vectors["place"])
    with pytest.raises(IntegrityError) as error:
        open_row(seed, place, ROWS[case["kind"]], unb64(case["sealed"]))
    assert error.value.code == case["code"], error.value


THUMBNAILS = json.loads((FOLDER / "rows.json").read_text())["thumbnails"]


@named(THUMBNAILS["broken"])
def test_a_broken_thumbnail_is_refused(case: dict[str, Any]) -> None:
    seed = EpochSeed(unb64(json.loads((FOLDER / "rows.json").read_text())["epoch_seed"]))
    with pytest.raises(IntegrityError) as error:
        open_thumbnail(seed, Pictured(**THUMBNAILS["of"]), unb64(case["sealed"]), case["hash"])
    assert error.value.code == "thumbnail_invalid", error.value


def test_a_thumbnail_opens_for_its_contents() -> None:
    seed = EpochSeed(unb64(json.loads((FOLDER / "rows.json").read_text())["epoch_seed"]))
    opened = open_thumbnail(seed, Pictured(**THUMBNAILS["of"]), unb64(THUMBNAILS["sealed"]), THUMBNAILS["hash"])
    assert opened == unb64(THUMBNAILS["image"])


@named(json.loads((FOLDER / "rows.json").read_text())["shown"])
def test_a_vault_is_shown_as_what_it_began(case: dict[str, Any]) -> None:
    genesis = Genesis(case["dossier"], "A" * 43, "personal" if case["dossier"] is None else "dossier")
    sealed, shown = VaultRow(**case["row"]), VaultRow(**case["shown"])
    assert code_of(lambda: require_shown(sealed, genesis, shown, case["shown_dossier"])) == case["code"]


def test_bad_texts_are_refused() -> None:
    vectors = json.loads((FOLDER / "canonical.json").read_text())
    for text in vectors["bad"]:
        with pytest.raises(IntegrityError):
            canonical.parse(unb64(text))
    for good in vectors["good"]:
        assert canonical.parse(unb64(good["text"])) == good["value"]
