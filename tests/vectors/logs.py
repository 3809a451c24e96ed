"""A transparency log: checkpoints, growth and proof files, honest and not, with the error code that each must meet."""

from collections.abc import Sequence
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from siegel.lib import tlog
from siegel.seals.canonical import b64

ORIGIN = "log.example/muster"
WITNESS = "witness.example/office"
TIME = 1_790_000_000
SIZE = 70
LOG_KEY, WITNESS_KEY, STRANGERS_KEY = (Ed25519PrivateKey.from_private_bytes(bytes([n]) * 32) for n in (1, 2, 3))

Nodes = dict[tlog.Node, bytes]


def verifier(name: str, signature_type: int, key: Ed25519PrivateKey) -> str:
    return tlog.VerifierKey(name, signature_type, key.public_key().public_bytes_raw()).encode()


def entry(index: int) -> bytes:
    return f"Eintrag {index}\n".encode()


def nodes_of(entries: Sequence[bytes]) -> Nodes:
    runs = tlog.Frontier().extend([tlog.entry_hash(content) for content in entries])
    return {tlog.Node(run.level, run.first + i): digest for run in runs for i, digest in enumerate(run.hashes)}


HONEST = nodes_of([entry(i) for i in range(SIZE)])
FORGED = nodes_of([b"forged" if i == 40 else entry(i) for i in range(SIZE)])


def reader(nodes: Nodes) -> tlog.HashReader:
    return lambda wanted: [nodes[node] for node in wanted]


def head(size: int, nodes: Nodes = HONEST, origin: str = ORIGIN) -> tlog.Checkpoint:
    return tlog.Checkpoint(origin, size, tlog.tree_root(size, reader(nodes)))


def signed(text: str, *more: tlog.Signature) -> tlog.Note:
    return tlog.Note(text, (tlog.sign(text, ORIGIN, LOG_KEY), *more))


def log_vectors() -> dict[str, Any]:
    return {
        "log": verifier(ORIGIN, tlog.ED25519, LOG_KEY),
        "witness": verifier(WITNESS, tlog.COSIGNATURE, WITNESS_KEY),
        "bad_keys": bad_keys(),
        "checkpoints": [*good_checkpoints(), *bad_checkpoints()],
        "growth": growth(),
        "proofs": [*good_proofs(), *bad_proofs()],
    }


def bad_keys() -> list[str]:
    key = verifier(ORIGIN, tlog.ED25519, LOG_KEY)
    name, key_id, material = key.split("+", 2)
    return [
        "",
        name,
        f"{name}+{key_id}",
        f"+{key_id}+{material}",
        f"{name} x+{key_id}+{material}",
        f"{name}x+{key_id}+{material}",
        f"{name}+00000000+{material}",
        f"{name}+{key_id[:7]}+{material}",
        f"{name}+{key_id}+{material[:-4]}",
        f"{name}+{key_id}+Ag{material[2:]}",
        f"{name}+{key_id}+{material}\n",
        f"{name}+{key_id}+",
    ]


def good_checkpoints() -> list[dict[str, Any]]:
    text = head(SIZE).text()
    cosignature = tlog.cosign(text, WITNESS, WITNESS_KEY, TIME)
    stranger = tlog.sign(text, "stranger.example", STRANGERS_KEY)
    impostor = tlog.sign(text, ORIGIN, STRANGERS_KEY)
    extended = tlog.Checkpoint(ORIGIN, SIZE, head(SIZE).root, ("eine Zeile mehr",)).text()
    notes = {
        "signed by the log": (signed(text), SIZE, None),
        "with a witness": (signed(text, cosignature), SIZE, TIME),
        "with strangers, one of them under the log's name": (signed(text, stranger, impostor), SIZE, None),
        "with a line more": (signed(extended), SIZE, None),
        "of an empty log": (signed(head(0).text()), 0, None),
    }
    return [
        {"name": name, "signed": b64(note.encode()), "code": None, "size": size, "cosigned": time}
        for name, (note, size, time) in notes.items()
    ]


def bad_checkpoints() -> list[dict[str, Any]]:
    text = head(SIZE).text()
    good = signed(text, tlog.cosign(text, WITNESS, WITNESS_KEY, TIME)).encode()
    late = tlog.cosign(text, WITNESS, WITNESS_KEY, TIME + 1)
    lent = tlog.Signature(WITNESS, late.key_id, TIME.to_bytes(8, "big") + late.signature[8:])

    def replaced(old: str, new: str) -> bytes:
        return good.replace(old.encode(), new.encode())

    cases = {
        "another size under the signature": (replaced("\n70\n", "\n71\n"), "tlog.signature"),
        "another time under the cosignature": (signed(text, lent).encode(), "tlog.signature"),
        "only a witness": (tlog.Note(text, (late,)).encode(), "tlog.unsigned"),
        "only a stranger": (tlog.Note(text, (tlog.sign(text, ORIGIN, STRANGERS_KEY),)).encode(), "tlog.unsigned"),
        "another log's": (signed(head(SIZE, origin="log.example/other").text()).encode(), "tlog.origin"),
        "no checkpoint": (signed("hallo\n").encode(), "tlog.checkpoint"),
        "a leading zero": (signed(text.replace("\n70\n", "\n070\n")).encode(), "tlog.checkpoint"),
        "bits of the root's text that nobody needs": (signed(unused_bits(text)).encode(), "tlog.checkpoint"),
        "a short root": (signed(text[:-5] + "\n").encode(), "tlog.checkpoint"),
        "an empty line in it": (signed(text + "\nmehr\n").encode(), "tlog.checkpoint"),
        "an empty log with a root": (signed(text.replace("\n70\n", "\n0\n")).encode(), "tlog.checkpoint"),
        "no blank line": (replaced("\n\n", "\n"), "tlog.note"),
        "no last newline": (good[:-1], "tlog.note"),
        "a hyphen for the dash": (replaced("— log", "- log"), "tlog.note"),
        "two spaces": (replaced("— log", "—  log"), "tlog.note"),
        "a space in a name": (replaced("— log.example", "— log.\N{EM SPACE}example"), "tlog.note"),
        "a plus in a name": (replaced("— log.example", "— log+example"), "tlog.note"),
        "Windows lines": (replaced("\n", "\r\n"), "tlog.note"),
        "unpadded base64": (replaced("=\n—", "\n—"), "tlog.note"),
        "not UTF-8": (b"\xff" + good, "tlog.note"),
        "nothing": (b"", "tlog.note"),
    }
    return [{"name": name, "signed": b64(note), "code": code} for name, (note, code) in cases.items()]


def unused_bits(text: str) -> str:
    """The same checkpoint for whoever does not look at the last two bits of the root's base64."""
    return f"{text[:-3]}{chr(ord(text[-3]) + 1)}=\n"


def growth() -> list[dict[str, Any]]:
    def case(
        name: str, older: tlog.Checkpoint, newer: tlog.Checkpoint, nodes: Nodes, code: str | None
    ) -> dict[str, Any]:
        sizes = sorted((older.size, newer.size))
        proof = tlog.consistency_proof(sizes[0], sizes[1], reader(nodes)) if sizes[0] else []
        texts = {"older": older.text(), "newer": newer.text()}
        return {"name": name, **texts, "proof": [b64(digest) for digest in proof], "code": code}

    honest = [(old, new) for old in (0, 1, 2, 31, 32, 33, 64, 69) for new in (old, 70) if new]
    return [
        *(case(f"{old} to {new}", head(old), head(new), HONEST, None) for old, new in honest),
        case("an entry was altered", head(50), head(SIZE, FORGED), FORGED, "tlog.proof"),
        case("an entry was altered, the proof is the honest one", head(50), head(SIZE, FORGED), HONEST, "tlog.proof"),
        case("another root at the same size", head(50), head(50, FORGED), HONEST, "tlog.split_view"),
        case("the tail is cut", head(50), head(49), HONEST, "tlog.rollback"),
        case("another log", head(50), head(SIZE, origin="log.example/other"), HONEST, "tlog.origin"),
    ]


def proof_of(index: int, size: int = SIZE, extra: bytes = b"") -> tlog.ProofFile:
    text = head(size).text()
    note = signed(text, tlog.cosign(text, WITNESS, WITNESS_KEY, TIME))
    return tlog.ProofFile(index, tuple(tlog.inclusion_proof(index, size, reader(HONEST))), note, extra)


def proof_case(name: str, content: bytes, index: int, code: str | None) -> dict[str, Any]:
    return {"name": name, "file": b64(content), "entry": b64(entry(index)), "code": code}


def good_proofs() -> list[dict[str, Any]]:
    places = [(0, 1), (0, 2), (1, 2), (0, 70), (63, 64), (63, 70), (64, 70), (66, 67), (69, 70)]
    bare = [proof_case(f"{index} of {size}", proof_of(index, size).encode(), index, None) for index, size in places]
    return [*bare, proof_case("with extra data", proof_of(5, extra=b"mehr dazu").encode(), 5, None)]


def bad_proofs() -> list[dict[str, Any]]:
    good = proof_of(21)
    text = good.encode().decode()
    forged = signed(head(SIZE, FORGED).text())
    other_size = signed(head(SIZE - 1).text())
    swapped = (good.hashes[1], good.hashes[0], *good.hashes[2:])
    files = {
        "another index": (tlog.ProofFile(20, good.hashes, good.checkpoint), "tlog.proof"),
        "an index beyond the tree": (tlog.ProofFile(SIZE, good.hashes, good.checkpoint), "tlog.proof"),
        "another size": (tlog.ProofFile(21, good.hashes, other_size), "tlog.proof"),
        "another tree": (tlog.ProofFile(21, good.hashes, forged), "tlog.proof"),
        "hashes swapped": (tlog.ProofFile(21, swapped, good.checkpoint), "tlog.proof"),
        "a hash missing": (tlog.ProofFile(21, good.hashes[:-1], good.checkpoint), "tlog.proof"),
        "a hash too many": (tlog.ProofFile(21, (*good.hashes, bytes(32)), good.checkpoint), "tlog.proof"),
    }
    texts = {
        "another version": text.replace("@v1", "@v2"),
        "an empty extra": text.replace("index", "extra \nindex"),
        "extra after the index": text.replace("index 21", "index 21\nextra AAAA"),
        "a leading zero": text.replace("index 21", "index 021"),
        "no index": text.replace("index 21\n", ""),
        "a short hash": text.replace("index 21", "index 21\nAAAA"),
        "Windows lines": text.replace("\n", "\r\n"),
        "nothing": "",
    }
    return [
        proof_case("another entry", good.encode(), 22, "tlog.proof"),
        *(proof_case(name, file.encode(), 21, code) for name, (file, code) in files.items()),
        *(proof_case(name, content.encode(), 21, "tlog.proof_file") for name, content in texts.items()),
        proof_case("a cut note", good.encode()[:-1], 21, "tlog.note"),
    ]
