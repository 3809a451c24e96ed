"""Rows: sealed ones, what is none, and what a server may show of a vault."""

import hashlib
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from siegel.seals import canonical
from siegel.seals.canonical import b64
from siegel.seals.derive import EpochSeed, Seed
from siegel.seals.rows import FileRow, FolderRow, Place, Row, VaultRow, fields_of, seal_row
from tests.vectors.pictures import thumbnail_vectors


def fixed_seed(name: str) -> Seed:
    return Seed(hashlib.sha256(name.encode()).digest())


def fixed_id(name: str) -> str:
    return b64(hashlib.sha256(name.encode()).digest()[:16])


def row_vectors() -> dict[str, Any]:
    epoch = EpochSeed(fixed_seed("epoch").reveal())
    place = Place(fixed_id("firm"), fixed_id("vault"), fixed_id("node"), 3, 2)
    examples: tuple[Row, ...] = (
        VaultRow("Müller & Söhne", "10001", "Lohn / Gehalt"),
        VaultRow("", "", "Meine Unterlagen"),
        FolderRow(1_700_000_000, "Belege 2025"),
        FileRow("A" * 43, None, 1_700_000_000, "Bescheid ä.pdf", 2**31 - 3, "application/pdf"),
    )
    rows = []
    for number, row in enumerate(examples):
        nonce = bytes([number]) * 12
        sealed = seal_row(epoch, place, row, nonce=nonce)
        fields = fields_of(row)
        rows.append({"kind": row.KIND, "fields": fields, "nonce": b64(nonce), "sealed": b64(sealed)})
    names = {
        "name_empty": ["", ".", ".."],
        "name_character": [
            "a/b",
            "a\\b",
            "\x00",
            "a\n",
            "a\x7f",
            "a\x85",
            "a\u2028",
            "a\u2029",
            "\u061c",
            "a\u200eb",
            "\u200f",
            "\u202a",
            "fdp\u202egnp.exe",
            "\u202b",
            "\u202c",
            "\u202d",
            "\u2066",
            "\u2067",
            "\u2068",
            "\u2069",
        ],
        "name_not_nfc": ["a\u0308", "\u212b"],
        "name_too_long": ["a" * 256, "ä" * 128, "😀" * 64],
    }
    return {
        "epoch_seed": b64(epoch.reveal()),
        "place": {name: getattr(place, name) for name in place.__slots__},
        "rows": rows,
        "broken_rows": broken_rows(epoch, place),
        "thumbnails": thumbnail_vectors(epoch, place),
        "shown": shown_vaults(),
        "names": {
            "good": [
                "a",
                "...",
                ".x",
                "a" * 255,
                "ä" * 127,
                "日本語.txt",
                "👨‍👩‍👧.png",
                "a b",
                "\xa0",
                "C:",
                "\u200b",
                "~$x",
            ],
            "bad": [{"name": name, "code": code} for code, bad in names.items() for name in bad],
            "good_titles": ["Lohn/Gehalt 2026", "a\\b", "Müller & Söhne"],
            "bad_titles": [{"title": "", "code": "name_empty"}, {"title": "a\n", "code": "name_character"}],
        },
    }


def broken_rows(epoch: EpochSeed, place: Place) -> list[dict[str, Any]]:
    """Each: the bytes that somebody sealed as a row of `kind` do not open; refused with `code`."""
    file: dict[str, Any] = {
        "content_hash": "A" * 43,
        "created": None,
        "modified": None,
        "name": "a",
        "size": 1,
        "type": "text/plain",
    }
    texts: list[tuple[str, str, str, bytes]] = [
        ("a title alone", "vault", "document_invalid", b'{"title":"Lohn"}'),
        ("no object", "folder", "document_invalid", b"[]"),
        ("no canonical text", "folder", "not_canonical", b'{"created":1, "name":"a"}'),
        ("a field too many", "folder", "document_invalid", b'{"created":1,"name":"a","x":1}'),
        ("a field is missing", "file", "document_invalid", canonical.encode({"created": None, "name": "a"})),
        ("a path as name", "folder", "name_character", b'{"created":1,"name":"../a"}'),
        ("a size out of range", "file", "document_invalid", canonical.encode(file | {"size": 2**31 + 1})),
        ("a time as text", "folder", "document_invalid", b'{"created":"1","name":"a"}'),
        ("nothing", "file", "not_canonical", b""),
    ]
    key = AESGCM(epoch.row_key().reveal())
    nonce = bytes(12)
    found = [
        {
            "name": name,
            "kind": kind,
            "code": code,
            "sealed": b64(nonce + key.encrypt(nonce, text, place.associated(kind))),
        }
        for name, kind, code, text in texts
    ]
    folder = key.encrypt(nonce, b'{"created":1,"name":"a"}', place.associated("folder"))
    return [
        *found,
        {"name": "another kind", "kind": "file", "code": "row_invalid", "sealed": b64(nonce + folder)},
        {"name": "an altered row", "kind": "folder", "code": "row_invalid", "sealed": b64(b"\x01" * 12 + folder)},
        {"name": "no row at all", "kind": "folder", "code": "row_invalid", "sealed": b64(nonce)},
    ]


def shown_vaults() -> list[dict[str, Any]]:
    """Each: what the vault's row and genesis say, what the server shows; refused with `code`, or good."""
    row = {"client_name": "Müller & Söhne", "client_number": "10001", "title": "Lohn 2025"}
    own = {"client_name": "", "client_number": "", "title": "Meine Unterlagen"}
    dossier, other = fixed_id("dossier"), fixed_id("another dossier")
    cases: list[tuple[str, dict[str, str], str | None, dict[str, str], str | None, bool]] = [
        ("as it began", row, dossier, row, dossier, True),
        ("another title", row, dossier, row | {"title": "Lohn 2024"}, dossier, False),
        ("another client of the same title", row, dossier, row | {"client_name": "Meyer"}, dossier, False),
        ("another number", row, dossier, row | {"client_number": "10002"}, dossier, False),
        ("another dossier of the same labels", row, dossier, row, other, False),
        ("a dossier as personal", row, dossier, own, None, False),
        ("a personal vault", own, None, own | {"title": "Frau Meyer"}, None, True),
        ("a personal vault as a dossier", own, None, own, dossier, False),
        ("a personal vault with a client", own, None, own | {"client_name": "Meyer"}, None, False),
        ("a personal vault sealed with a client", row, None, own, None, False),
    ]
    return [
        {
            "name": name,
            "row": sealed,
            "dossier": of,
            "shown": shown,
            "shown_dossier": shown_as,
            "code": None if good else "title_differs",
        }
        for name, sealed, of, shown, shown_as, good in cases
    ]
