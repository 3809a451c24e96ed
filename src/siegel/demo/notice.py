"""What the demonstration says once it runs."""

from __future__ import annotations

from siegel.demo import people
from siegel.demo.furnish import Person
from siegel.demo.installation import URL, Demo

ROLES = {"owner": "Inhaberin", "clerk": "Sachbearbeiter", "client": "Mandant"}


def show(demo: Demo, everybody: list[Person]) -> None:
    """Addresses and sign-ins, to standard output."""
    link = demo.firm_link(people.SECOND_SLUG, people.SECOND_NAME)
    lines = [
        "",
        f"  {people.FIRM_NAME} läuft: {URL}/k/{people.FIRM_SLUG}",
        "",
        *(f"    {ROLES[one.role]:<15} {one.username:<16} {one.password}" for one in everybody),
        "",
        f"  Schlüsseldateien (USB-Stick): {demo.stick}",
        f"  Für Skripte:                  {demo.people_file}",
        *([f"  Eine zweite Kanzlei gründen:  {link}"] if link else []),
        "",
        "  Strg-C beendet alles.",
        "",
    ]
    print("\n".join(lines), flush=True)  # noqa: T201
