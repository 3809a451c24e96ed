"""Files that cannot go into a vault, and places that cannot take one: each is told by name, and the others go on."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from siegel.scanner.tests.samples import EICAR, encrypted_zip, nested, zip64
from siegel.seals.documents import MAX_CONTENT_SIZE
from tests.e2e.people import Siegel

MIB = 1 << 20
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a file system of a few MiB")


@contextmanager
def small_disk(place: Path, size: str) -> Iterator[Path]:
    """A file system of its own at `place`."""
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place], capture_output=True, check=False, timeout=30
    )
    if mounted.returncode:
        pytest.skip("this machine does not let root mount a tmpfs")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True, timeout=30)


def names(siegel: Siegel, folder: str) -> list[str]:
    return [entry["name"] for entry in siegel("vault", "ls", folder, "--json").json]


def test_an_infected_file_in_a_folder_stays_behind_by_name_and_the_others_are_stored(
    client: Siegel, folder: str, tmp_path: Path
) -> None:
    source = tmp_path / "Belege"
    (source / "Kasse").mkdir(parents=True)
    (source / "rechnung.txt").write_bytes(b"Rechnung")
    (source / "Kasse" / "eicar.com").write_bytes(EICAR)
    (source / "Kasse" / "eicar.zip").write_bytes(zip64(EICAR))
    (source / "Kasse" / "quittung.txt").write_bytes(b"Quittung")
    done = client("vault", "put", source, folder, "--json")
    assert done.code == 1
    results = {Path(file["source"]).name: file["result"] for file in done.json["files"]}
    assert results == {
        "rechnung.txt": "stored",
        "quittung.txt": "stored",
        "eicar.com": "infected",
        "eicar.zip": "infected",
    }
    assert f"{source / 'Kasse' / 'eicar.com'}: enthält Schadsoftware" in done.err
    assert names(client, folder + "Belege/Kasse") == ["quittung.txt"]
    assert names(client, folder + "Belege") == ["Kasse", "rechnung.txt"]


def test_what_cannot_be_scanned_says_so_and_is_not_called_infected(client: Siegel, folder: str, tmp_path: Path) -> None:
    (tmp_path / "gesperrt.zip").write_bytes(encrypted_zip())
    (tmp_path / "matrjoschka.zip").write_bytes(nested(40, b"Kern"))
    (tmp_path / "offen.txt").write_bytes(b"offen")
    paths = [tmp_path / name for name in ("gesperrt.zip", "matrjoschka.zip", "offen.txt")]
    done = client("vault", "put", *paths, folder, "--json")
    assert done.code == 1
    assert [file["result"] for file in done.json["files"]] == ["not_scannable", "not_scannable", "stored"]
    assert "gesperrt.zip: lässt sich nicht auf Viren prüfen (mit einem Passwort geschützt)" in done.err
    assert "Schadsoftware" not in done.err
    english = replace(client, language="en_IE.UTF-8")("vault", "put", tmp_path / "gesperrt.zip", folder)
    assert "gesperrt.zip: cannot be scanned for viruses" in english.err
    assert names(client, folder) == ["offen.txt"]


def test_names_that_no_vault_takes_are_refused_one_by_one(client: Siegel, folder: str, tmp_path: Path) -> None:
    source = tmp_path / "Namen"
    source.mkdir()
    wrong = ["a\\b", "zeile\numbruch", "esc\x1b[31m", "rechts\u202efdp.exe", "marke\u200f"]
    right = ["x" * 255, "ä" * 127, " rand ", "Gro\N{COMBINING DIAERESIS}ße", "CON"]
    for name in [*wrong, *right]:
        (source / name).write_text("Inhalt")
    Path(os.fsdecode(os.fsencode(source) + b"/kein-utf8-\xff")).write_text("Inhalt")
    done = client("vault", "put", source, folder, "--json")
    assert done.code == 1
    assert done.json["stored"] == len(right)
    refused = {Path(file["source"]).name for file in done.json["files"] if file["result"] == "name_character"}
    assert refused == {*wrong, "kein-utf8-\udcff"}
    assert done.err.count("Zeichen, die nicht erlaubt sind") == len(wrong) + 1
    assert not {"\x1b", "\u202e"} & set(done.err)
    back = tmp_path / "zurück"
    assert client("vault", "get", folder + "Namen", back).code == 0
    composed = {name.replace("o\N{COMBINING DIAERESIS}", "ö") for name in right}
    assert {path.name for path in back.iterdir()} == composed


@pytest.mark.parametrize(
    ("name", "text"), [("y" * 256, "länger als 255 Byte"), ("a\u202eb", "nicht erlaubt"), ("a\\b", "nicht erlaubt")]
)
def test_a_folder_of_such_a_name_is_not_made(name: str, text: str, client: Siegel, folder: str) -> None:
    done = client("vault", "mkdir", folder + name)
    assert (done.code, text in done.err) == (1, True)
    assert client("vault", "ls", folder).code == 1


def test_an_empty_file_travels_and_one_too_large_is_refused_at_once(
    client: Siegel, folder: str, tmp_path: Path
) -> None:
    (tmp_path / "leer.txt").touch()
    with (tmp_path / "riesig.bin").open("wb") as huge:
        huge.truncate(MAX_CONTENT_SIZE + 1)
    began = time.monotonic()
    done = client("vault", "put", tmp_path / "leer.txt", tmp_path / "riesig.bin", folder, "--json")
    took_s = time.monotonic() - began
    assert done.code == 1
    assert {Path(file["source"]).name: file["result"] for file in done.json["files"]} == {
        "riesig.bin": "too_large",
        "leer.txt": "stored",
    }
    assert "riesig.bin: hat 2 GB oder mehr" in done.err
    # Sealing 2 GiB takes longer than this on any machine, and would leave its payload under work/.
    assert took_s < 20
    assert list(client.home.glob("work/*")) == []
    assert client("vault", "get", folder + "leer.txt", tmp_path / "zurück").code == 0
    assert (tmp_path / "zurück").read_bytes() == b""


def test_a_place_that_is_none_or_taken_by_the_other_kind_is_told(client: Siegel, folder: str, tmp_path: Path) -> None:
    document = tmp_path / "beleg.txt"
    document.write_text("Beleg")
    assert client("vault", "put", document, folder).code == 0
    vault = folder.partition(":")[0]
    cases = {
        ("vault", "put", document, folder + "beleg.txt"): (1, "eine Datei, kein Ordner"),
        ("vault", "put", document, vault): (2, "keine Stelle in einem Tresor"),
        ("vault", "put", tmp_path / "nichts", folder): (2, "nichts gibt es nicht"),
        ("vault", "mkdir", folder): (1, "gibt es in"),
        ("vault", "mkdir", folder + "../x"): (2, "keine Stelle in einem Tresor"),
        ("vault", "ls", "Gibt es nicht:/"): (1, "oder er ist Ihnen nicht zugewiesen"),
        ("vault", "get", folder + "fehlt.txt", tmp_path / "x"): (1, "fehlt.txt gibt es in"),
    }
    for words, (code, text) in cases.items():
        done = client(*words)
        assert (done.code, text in done.err) == (code, True), (words, done.err)
    assert names(client, folder) == ["beleg.txt"]


def test_a_file_is_fetched_onto_another_whole_or_not_at_all(client: Siegel, folder: str, tmp_path: Path) -> None:
    document = tmp_path / "beleg.txt"
    document.write_text("neu")
    assert client("vault", "put", document, folder).code == 0
    target = tmp_path / "ziel.txt"
    target.write_text("alt")
    missing = client("vault", "get", folder + "beleg.txt", tmp_path / "fehlt" / "ziel.txt")
    assert (missing.code, "Den Ordner" in missing.err) == (1, True)
    missing = client("vault", "get", folder, tmp_path / "fehlt" / "ordner")
    assert (missing.code, "Den Ordner" in missing.err) == (1, True)
    onto_file = client("vault", "get", folder, target)
    assert (onto_file.code, "gibt es schon" in onto_file.err) == (1, True)
    full = client("vault", "get", folder + "beleg.txt", "/dev/full")
    assert (full.code, "kein Platz mehr" in full.err) == (1, True)
    assert target.read_text() == "alt"
    assert client("vault", "get", folder + "beleg.txt", target).code == 0
    assert target.read_text() == "neu"
    assert client("vault", "get", folder + "beleg.txt", "/dev/stdout").out == "neu"
    assert not list(tmp_path.glob(".siegel-*"))


@as_root
def test_a_full_disk_on_this_machine_leaves_nothing_behind_and_loses_nothing(
    client: Siegel, folder: str, tmp_path: Path
) -> None:
    document = tmp_path / "gross.bin"
    document.write_bytes(os.urandom(6 * MIB))
    assert client("vault", "put", document, folder).code == 0
    with small_disk(tmp_path / "voll", "4m") as full:
        done = client("vault", "get", folder + "gross.bin", full / "gross.bin")
        assert (done.code, "kein Platz mehr" in done.err) == (1, True)
        assert list(full.iterdir()) == []
    work = client.home / "work"
    work.rmdir()
    with small_disk(work, "4m"):
        document.write_bytes(os.urandom(6 * MIB))
        done = client("vault", "put", document, folder)
        assert (done.code, "kein Platz mehr" in done.err) == (1, True)
        assert list(work.iterdir()) == []
    [entry] = client("vault", "ls", folder, "--json").json
    assert entry["version"] == 1
    assert client("vault", "put", document, folder).code == 0


def test_every_answer_for_programs_is_json_alone(client: Siegel, folder: str, tmp_path: Path) -> None:
    """Nothing but JSON on standard output, also for errors; no colours or bars where nobody looks."""
    document = tmp_path / "Größe „1“ 👩.txt"
    document.write_text("x")
    put = client("vault", "put", document, folder, "--json")
    assert put.json["files"][0] == {
        "source": str(document),
        "path": f"/{folder.partition(':/')[2]}{document.name}",
        "result": "stored",
        "version": 1,
        "message": None,
    }
    assert put.err == ""
    assert {"id", "name", "rights", "client_number"} <= client("vault", "ls", "--json").json[0].keys()
    assert client("vault", "ls", folder, "--json").json[0]["name"] == document.name
    failed = client("vault", "ls", "Gibt es nicht:/", "--json")
    assert failed.code == 1
    assert json.loads(failed.out)["error"] == "vault_unknown"
    plain = client("vault", "ls", folder)
    assert plain.out.split()[0] == "1"
    assert document.name in plain.out
    assert "\x1b" not in plain.out + put.out + failed.err
