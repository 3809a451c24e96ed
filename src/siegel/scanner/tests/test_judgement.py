"""What becomes of real payloads, through the real clamd and the real unpacker."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from siegel.scanner.findings import CLEAN, Finding, Result, not_scannable

from . import samples
from .conftest import Judge
from .samples import EICAR

SHARED = Path(__file__).parents[5] / "shared" / "samples" / "clamav"

INFECTED = {
    "plain": EICAR,
    "followed by a line end": EICAR + b"\r\n",
    "in a zip": samples.zipped(EICAR),
    "in the second member": samples.zipped(b"harmless", EICAR),
    "in a zip of a zip": samples.nested(2, EICAR),
    "in a zip twenty levels deep": samples.nested(20, EICAR),
    "in a ZIP64 with sizes of 0xFFFFFFFF": samples.zip64(EICAR),
    "in a ZIP64 inside a zip": samples.zipped(samples.zip64(EICAR)),
    "in a zip without its end": samples.zipped(b"harmless", EICAR)[:-60],
    "in a zip member its directory hides": samples.hidden_from_directory(samples.zip64(EICAR)),
    "in a zip behind a picture": b"\x89PNG\r\n\x1a\n" + bytes(500) + samples.zip64(EICAR),
    "in a tar": samples.tarred(EICAR),
    **{f"in a {kind}": samples.archive(kind, samples.zip64(EICAR)) for kind in ("7zip", "cpio", "xar", "iso9660")},
    **{f"in a tar.{end}": packed for end, packed in samples.compressed(samples.tarred(samples.zip64(EICAR))).items()},
    "in a gzip": samples.compressed(samples.zip64(EICAR))["gz"],
    "in a compress(1) file": samples.lzw(samples.zip64(EICAR)),
    "in an old cpio": samples.old_cpio(samples.zip64(EICAR)),
    "attached to a mail": samples.mail(EICAR),
    "in a ZIP64 attached to a mail": samples.mail(samples.zip64(EICAR)),
    "in a ZIP64 in a forwarded mail": samples.forwarded(samples.mail(samples.zip64(EICAR))),
    "in the second mail of an mbox": b"From a Mon\n"
    + samples.mail(b"x")
    + b"\nFrom b Mon\n"
    + samples.mail(samples.zip64(EICAR)),
    "embedded in a PDF": samples.pdf(EICAR),
    "embedded in a PDF that opens without a password": samples.pdf(EICAR, password=""),
    "in a zip embedded in a PDF": samples.pdf(samples.zip64(EICAR)),
    "in a PDF attached to a mail": samples.mail(samples.pdf(EICAR)),
    "beside an encrypted zip": samples.zipped(samples.encrypted_zip(), samples.zip64(EICAR)),
}


@pytest.mark.parametrize("content", INFECTED.values(), ids=INFECTED)
def test_the_test_virus_is_found(judge: Judge, content: bytes) -> None:
    finding = judge(content)
    assert finding.result is Result.INFECTED
    assert finding.reason == "Siegel.Eicar-Test-File.UNOFFICIAL"


CLEAN_CONTENTS = {
    "nothing": b"",
    "text": b"Sehr geehrte Damen und Herren",
    "a PDF": samples.pdf(),
    "a PDF with a harmless file": samples.pdf(b"<xml/>"),
    "a PDF that opens without a password but forbids printing": samples.pdf(b"<xml/>", password=""),
    "a zip": samples.zipped(b"one", b"two", samples.zipped(b"three")),
    "an empty zip": samples.zipped(),
    "a 7z": samples.archive("7zip", b"harmless"),
    "a ZIP64": samples.zip64(b"harmless"),
    "a tar.gz": samples.compressed(samples.tarred(b"harmless"))["gz"],
    "a mail": samples.mail(samples.pdf(samples.zip64(b"harmless"))),
    "a text that mentions PDF": b"Die Datei beginnt mit %PDF-1.7 und endet mit %%EOF",
    "a text that looks like a mail": b"From: here\nto there",
    "a text like an archive's magic": b"070701 Konto 1200\n" * 9,
    "bytes like an old cpio's magic": b"\xc7\x71" + bytes(range(256)) * 16,
    "bytes like compress(1)'s magic": b"\x1f\x9d\x90" + bytes(range(255, -1, -1)) * 16,
    "a file with a zip's end record in it": b"\x01\x02" + b"PK\x05\x06" + bytes(40),
}


@pytest.mark.parametrize("content", CLEAN_CONTENTS.values(), ids=CLEAN_CONTENTS)
def test_harmless_content_is_clean(judge: Judge, content: bytes) -> None:
    assert judge(content) == CLEAN


ENCRYPTED = {
    "zip": samples.encrypted_zip(),
    "zip in a mail": samples.mail(samples.encrypted_zip()),
    "PDF": samples.pdf(password="geheim"),
    "age": b"age-encryption.org/v1\n-> X25519 AAAA\n",
    "S/MIME": b"From: a@example.org\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nMIIB\n",
}


@pytest.mark.parametrize("content", ENCRYPTED.values(), ids=ENCRYPTED)
def test_encrypted_content_is_not_scannable(judge: Judge, content: bytes) -> None:
    assert judge(content) == not_scannable("encrypted")


BROKEN = {
    "zip": samples.zipped(samples.unique(5000))[:-30],
    "gzip": samples.compressed(samples.unique(9000))["gz"][:-20],
    "gzip whose header says what nobody knows": samples.strange(samples.compressed(EICAR)["gz"], 3),
    "a compress(1) file whose header says what nobody knows": samples.strange(samples.lzw(EICAR), 2),
    "a compress(1) file": samples.lzw(samples.unique(100)) + b"\xff" * 100,
    "an old cpio that ends in its member": samples.old_cpio(samples.unique(5000))[:3000],
    "xz in a zip": samples.zipped(samples.compressed(samples.unique(9000))["xz"][:-20]),
    "PDF": b"%PDF-1.7\nthis is all there is",
    "7z without its headers": b"7z\xbc\xaf\x27\x1c" + bytes(40),
    "7z without its end": samples.archive("7zip", samples.unique(5000))[:-40],
    "RAR": b"Rar!\x1a\x07\x01\x00" + samples.unique(100),
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN)
def test_a_damaged_container_is_not_scannable(judge: Judge, content: bytes) -> None:
    assert judge(content) == not_scannable("broken")


def _shared_samples() -> list[tuple[str, str]]:
    if not SHARED.is_dir():
        return []
    with (SHARED / "index.csv").open(newline="") as index:
        rows = [row for row in csv.DictReader(index) if row["file"].startswith("payloads/")]
    return [(row["file"], row["product_should"]) for row in rows]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared samples are not beside this checkout")
@pytest.mark.parametrize(("file", "should"), _shared_samples() or [("", "")])
def test_every_shared_sample_gets_the_verdict_it_should(judge: Judge, file: str, should: str) -> None:
    expected = {
        "infected": Result.INFECTED,
        "clean": Result.CLEAN,
        "refuse": Result.NOT_SCANNABLE,
        "cannot": Result.NOT_SCANNABLE,  # sealed by age: nobody can look into it, so nobody calls it clean
    }[should.split(maxsplit=1)[0]]
    finding: Finding = judge((SHARED / file).read_bytes())
    assert finding.result is expected
