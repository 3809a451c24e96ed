"""A server that lies about a file: its manifest, its verdict, its header, its bytes. No lie leaves a file behind.

Each test names in its docstring the check without which it fails.
"""

import io
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from siegel.agent.get import get_file, open_into
from siegel.lib.age import FileKey
from siegel.lib.merkle import SegmentTree
from siegel.seals.canonical import b64, unb64
from siegel.seals.derive import Seed
from siegel.seals.documents import Manifest, Verdict
from siegel.seals.files import SEGMENT_SIZE, header_for
from siegel.seals.scanning import sign_verdict
from siegel.seals.signed import Signed
from tests.attacks.hostile import Device, HostileServer, entity_named, flipped, refusal
from tests.attacks.recording import LARGE, SMALL, Json

CHUNK = 64 * 1024 + 16
NONCE = 16


class Fetch:
    """The clerk about to fetch the large file; `other` is another one's place."""

    def __init__(self, clerk: Device, folder: Path) -> None:
        self.server: HostileServer = clerk.server()
        self.vault = clerk.open(self.server)
        self.file = entity_named(self.vault, "Inventar.bin")
        self.place = self._place("Inventar.bin")
        self.other = self._place("Belege", "Rechnung.pdf")
        self.target = folder / "out.bin"

    def _place(self, *path: str) -> str:
        node = entity_named(self.vault, *path)
        return f"vaults/{self.vault.id}/nodes/{node.id}/versions/{node.node.version}"

    @property
    def answer(self) -> Json:
        return self.server.answers[self.place]

    @property
    def payload(self) -> bytes:
        content: bytes = self.server.answers[f"{self.place}/payload"]
        return content

    @payload.setter
    def payload(self, content: bytes) -> None:
        self.server.answers[f"{self.place}/payload"] = content

    @property
    def manifest(self) -> Manifest:
        return Manifest.parse(Signed.from_wire(self.answer["manifest"]))

    def run(self) -> None:
        get_file(self.vault, self.file, self.target)

    def refusal(self) -> str:
        """The code, after it was seen that there is neither the file nor a part of it."""
        code = refusal(self.run)
        assert list(self.target.parent.iterdir()) == []
        return code


@pytest.fixture
def fetch(clerk: Device, tmp_path: Path) -> Fetch:
    folder = tmp_path / "downloads"
    folder.mkdir()
    return Fetch(clerk, folder)


def test_an_honest_answer_gives_the_authors_bytes(fetch: Fetch) -> None:
    """Without this, every refusal below could have another reason."""
    fetch.run()
    assert fetch.target.read_bytes() == LARGE
    fetch.file, fetch.place = entity_named(fetch.vault, "Belege", "Rechnung.pdf"), fetch.other
    fetch.run()
    assert fetch.target.read_bytes() == SMALL


# Manifest


def test_another_files_manifest_is_refused(fetch: Fetch) -> None:
    """Proves `manifest_differs`: complete and signed, but not what the chain names."""
    fetch.server.answers[fetch.place] = fetch.server.answers[fetch.other]
    assert fetch.refusal() == "manifest_differs"


def test_another_file_under_the_true_manifest_is_refused(fetch: Fetch) -> None:
    """Proves that verdict, header, leaves and payload are bound to the manifest."""
    other = fetch.server.answers[fetch.other]
    fetch.answer["verdict"] = other["verdict"]
    assert fetch.refusal() == "verdict_mismatch"
    fetch.answer["verdict"] = _verdict(fetch, fetch.server.honest.scanner)
    fetch.answer["header"] = other["header"]
    assert fetch.refusal() == "commitment_mismatch"


@pytest.mark.parametrize("part", ["bytes", "sig"])
def test_one_flipped_bit_in_the_manifest(fetch: Fetch, part: str) -> None:
    """The text is compared with the chain's; the signature was verified there and is not looked at again."""
    fetch.answer["manifest"][part] = flipped(fetch.answer["manifest"][part])
    if part == "bytes":
        assert fetch.refusal() == "manifest_differs"
    else:
        fetch.run()
        assert fetch.target.read_bytes() == LARGE


# Verdict


def _verdict(fetch: Fetch, by: Seed, **said: str | None) -> Json:
    manifest = fetch.manifest
    fields: dict[str, str | None] = {
        "firm": manifest.firm,
        "payload_hash": manifest.payload_hash,
        "commitment": manifest.commitment,
        "result": "clean",
        "reason": None,
        "engine": "test",
        "database": "1",
    }
    return sign_verdict(by, **(fields | said), now=int(time.time())).to_wire()  # type: ignore[arg-type]


def test_a_file_without_a_verdict_is_refused(fetch: Fetch) -> None:
    """Proves `verdict_missing`."""
    fetch.answer["verdict"] = None
    assert fetch.refusal() == "verdict_missing"


def test_a_verdict_by_a_key_of_the_servers_own_is_refused(fetch: Fetch) -> None:
    """Proves `scanner_unknown`."""
    fetch.answer["verdict"] = _verdict(fetch, Seed.generate())
    assert fetch.refusal() == "scanner_unknown"


@pytest.mark.parametrize("who", ["inhaberin", "wulff", "harms"])
def test_a_verdict_by_a_person_is_refused(fetch: Fetch, who: str) -> None:
    """Proves that the certificate's kind is looked at: not even the owner passes for a scanner."""
    seed = fetch.server.honest.key_files[who].seed
    signed = _verdict_in_own_name(fetch, seed)
    fetch.answer["verdict"] = signed
    assert fetch.refusal() == "scanner_unknown"


def _verdict_in_own_name(fetch: Fetch, seed: Seed) -> Json:
    """A verdict whose `scanner` is the person's true key id, signed by him."""
    verdict = Verdict.parse(Signed.from_wire(_verdict(fetch, seed)))
    return replace(verdict, scanner=seed.public_keys().kid).sign(seed).to_wire()


def test_an_unsigned_verdict_in_the_scanners_name_is_refused(fetch: Fetch) -> None:
    """Proves the signature check of verdicts."""
    scanner = fetch.server.honest.scanner
    verdict = Verdict.parse(Signed.from_wire(_verdict(fetch, scanner)))
    forged = replace(verdict, engine="another").sign(Seed.generate())
    fetch.answer["verdict"] = forged.to_wire()
    assert fetch.refusal() == "signature_invalid"


@pytest.mark.parametrize(
    ("result", "code"),
    [("infected", "verdict_not_clean"), ("failed", "verdict_not_clean"), ("not_scannable", "held")],
)
def test_what_the_scanner_did_not_find_clean_is_not_opened(fetch: Fetch, result: str, code: str) -> None:
    """Proves `verdict_not_clean`: the server published a file that the scanner had refused; and `held`."""
    fetch.answer["verdict"] = _verdict(fetch, fetch.server.honest.scanner, result=result, reason="Eicar")
    assert fetch.refusal() == code


@pytest.mark.parametrize("field", ["payload_hash", "commitment", "firm"])
def test_a_verdict_about_something_else_is_refused(fetch: Fetch, field: str) -> None:
    """Proves `verdict_mismatch`, also for a clean payload under another file key."""
    value = b64(bytes(16 if field == "firm" else 32))
    fetch.answer["verdict"] = _verdict(fetch, fetch.server.honest.scanner, **{field: value})
    assert fetch.refusal() == "verdict_mismatch"


@pytest.mark.parametrize("part", ["bytes", "sig"])
def test_one_flipped_bit_in_a_verdict_is_refused(fetch: Fetch, part: str) -> None:
    """Proves form and signature of verdicts."""
    fetch.answer["verdict"][part] = flipped(fetch.answer["verdict"][part])
    assert fetch.refusal() in {"signature_invalid", "not_canonical", "document_invalid", "not_json", "not_base64"}


# Header


def test_a_header_with_a_second_file_key_is_refused(fetch: Fetch) -> None:
    """Proves `commitment_mismatch`: a payload that opens under two keys opens under one only."""
    recipient = fetch.vault.opened.seeds[fetch.manifest.epoch].recipient()
    fetch.answer["header"] = b64(header_for(FileKey.generate(), recipient))
    assert fetch.refusal() == "commitment_mismatch"


def test_a_header_for_another_key_is_refused(fetch: Fetch) -> None:
    """Proves `header_foreign`."""
    recipient = fetch.vault.opened.seeds[1].recipient()
    fetch.answer["header"] = b64(header_for(FileKey.generate(), recipient))
    assert fetch.refusal() == "header_foreign"


def test_one_flipped_bit_in_a_header_is_refused(fetch: Fetch) -> None:
    """Proves that headers are authenticated."""
    fetch.answer["header"] = flipped(fetch.answer["header"])
    assert fetch.refusal() in {"header_foreign", "header_invalid"}


# Leaves and payload


@pytest.mark.parametrize(
    "alter",
    [
        flipped,
        lambda leaves: b64(unb64(leaves)[:-32]),
        lambda leaves: b64(unb64(leaves) + bytes(32)),
        lambda leaves: b64(unb64(leaves) + b"x"),
        lambda leaves: "",
    ],
    ids=["flipped", "one less", "one more", "a byte more", "none"],
)
def test_other_leaves_are_refused(fetch: Fetch, alter: Callable[[str], str]) -> None:
    """Proves `check_leaves`: number and root. A byte more is cut into a leaf too many."""
    fetch.answer["leaves"] = alter(fetch.answer["leaves"])
    assert fetch.refusal() == "payload_hash"


def _swapped(content: bytes, start: int, size: int) -> bytes:
    one, other = content[start : start + size], content[start + size : start + 2 * size]
    return content[:start] + other + one + content[start + 2 * size :]


@pytest.mark.parametrize(
    "alter",
    [
        lambda p: p[: len(p) // 2] + bytes([p[len(p) // 2] ^ 1]) + p[len(p) // 2 + 1 :],
        lambda p: bytes([p[0] ^ 1]) + p[1:],
        lambda p: p[:-1] + bytes([p[-1] ^ 1]),
        lambda p: p[:-1],
        lambda p: p[:SEGMENT_SIZE],
        lambda p: p[: NONCE + CHUNK],
        lambda p: b"",
        lambda p: p + b"\0",
        lambda p: p + p[NONCE:],
        lambda p: p[:NONCE] + p[NONCE + CHUNK :],
        lambda p: _swapped(p, NONCE, CHUNK),
        lambda p: _swapped(p, 0, SEGMENT_SIZE),
        lambda p: p[:NONCE] + p[NONCE : NONCE + CHUNK] + p[NONCE:],
    ],
    ids=[
        "a bit in the middle",
        "a bit of the nonce",
        "the last bit",
        "a byte less",
        "cut after a segment",
        "cut after a chunk",
        "nothing",
        "a byte more",
        "chunks appended",
        "a chunk dropped",
        "chunks swapped",
        "segments swapped",
        "a chunk doubled",
    ],
)
def test_other_bytes_are_refused(fetch: Fetch, alter: Callable[[bytes], bytes]) -> None:
    """Proves `VerifiedPayload`: segment by segment, before anything is released."""
    fetch.payload = alter(fetch.payload)
    assert fetch.refusal() == "payload_altered"


def test_altered_bytes_with_leaves_of_their_own_are_refused(fetch: Fetch) -> None:
    """Proves that the leaves lead to the signed hash: a consistent lie about both is a lie about the root."""
    fetch.payload = _swapped(fetch.payload, NONCE, CHUNK)
    tree = SegmentTree(SEGMENT_SIZE)
    tree.update(fetch.payload)
    fetch.answer["leaves"] = b64(b"".join(tree.leaves()))
    assert fetch.refusal() == "payload_hash"


def test_only_verified_segments_are_released(fetch: Fetch) -> None:
    """Proves the order: of a payload that goes wrong in its last segment nothing of that segment reaches the sink."""
    fetch.payload = fetch.payload[:-1] + bytes([fetch.payload[-1] ^ 1])
    sink = io.BytesIO()
    assert refusal(lambda: open_into(fetch.vault, fetch.file, sink, lambda _: None)) == "payload_altered"
    assert LARGE.startswith(sink.getvalue())
    assert len(sink.getvalue()) <= 2 * SEGMENT_SIZE
