"""What the demonstration says once it runs."""

from __future__ import annotations

from siegel.demo import people
from siegel.demo.furnish import Person
from siegel.demo.installation import Demo

ROLES = {"owner": "Inhaberin", "clerk": "Sachbearbeiter", "client": "Mandant", "office_leader": "Büroleitung"}


DOCUMENTS_WAIT = (
    "",
    "  Die Virenprüfung läuft nicht: Dateien werden abgewiesen, und die Unterlagen der",
    "  Demonstration kommen beim nächsten Start mit Virenprüfung in die Tresore.",
)


def show(demo: Demo, everybody: list[Person], link: str | None, *, documents: bool) -> None:
    """Addresses and sign-ins, to standard output; `documents`: whether they lie in the vaults."""
    lines = [
        "",
        f"  {people.FIRM_NAME} läuft: {demo.url}/k/{people.FIRM_SLUG}",
        "",
        *(f"    {ROLES[one.role]:<15} {one.username:<16} {one.password}" for one in everybody),
        "",
        f"  Schlüsseldateien (USB-Stick): {demo.stick}",
        f"  Für Skripte:                  {demo.people_file}",
        *([f"  Eine zweite Kanzlei gründen:  {link}"] if link else []),
        *(() if documents else DOCUMENTS_WAIT),
        "",
        "  Strg-C beendet alles.",
        "",
    ]
    print("\n".join(lines), flush=True)  # noqa: T201
