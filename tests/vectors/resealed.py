"""What tree.json tells of versions that are sealed anew."""

from typing import TYPE_CHECKING, Any

from siegel.seals.documents import Manifest
from siegel.seals.records import ReleaseChange, RemoveChange

if TYPE_CHECKING:
    from tests.vectors.tree import Trees


def seal_anew(t: "Trees") -> None:
    """After one more rotation: what is refused, and what is done."""
    t.refuses("node_repeated", "sealed anew under its own epoch", "owner", t.anew("owner", "verschlossen"))
    t.take("the clerk rotates again", "clerk", t.other.rotation("clerk", t.other.seed(t.epoch)))
    t.epoch += 1
    latest: dict[str, Any] = {"parent": "Neuer", "version": 3, "note": "wie zuerst", "called": "Brief.txt"}
    t.refuses("record_rights", "a writer seals anew", "clerk", t.anew("clerk", "b", **latest))
    t.refuses("node_unknown", "a node nobody knows is sealed anew", "owner", t.anew("owner", "nobody"))
    for name, other in (("another version", ("b", 2)), ("another file", ("verschlossen", 1))):
        lie = t.anew("owner", "b", **latest, previous=t.signed[t.id(other[0]), other[1]].hash)
        t.refuses("node_version", f"sealed anew in the place of {name}", "owner", lie)
    elsewhere = t.anew("owner", "b", **latest | {"parent": "Neustes"})
    t.refuses("manifest_mismatch", "sealed anew where it does not lie", "owner", elsewhere)
    as_copy = t.anew("owner", "b", **latest, copied_from=t.signed[t.id("b"), 1].hash)
    t.refuses("manifest_mismatch", "a copy in its place", "owner", as_copy)
    t.refuses("epoch_not_current", "sealed anew under an older epoch", "owner", t.anew("owner", "b", **latest, epoch=2))
    t.refuses("reseal_differs", "other contents", "owner", t.anew("owner", "b", **latest, payload_size=38))
    kept = Manifest.parse(t.signed[t.id("b"), 3]).commitment
    t.refuses("reseal_differs", "the same key", "owner", t.anew("owner", "b", **latest, commitment=kept))
    t.refuses("node_purged", "what was purged is sealed anew", "owner", t.anew("owner", "c", "Neuer"))
    one, other_one = t.anew("owner", "b", **latest), t.anew("owner", "b", "Neuer", 2, called="Brief 2.txt")
    t.refuses("node_repeated", "two versions of a file at once", "owner", one, other_one)
    replaced = t.signed[t.id("b"), 3].hash
    stale_copy, stale_release = t.copied("b", 3), ReleaseChange(replaced, t.id("b"), 3)
    t.does("the owner seals the latest version anew", "owner", t.anew("owner", "b", **latest))
    t.refuses("node_repeated", "once more in this epoch", "owner", t.anew("owner", "b", **latest))
    again = t.anew("owner", "b", **latest, previous=replaced)
    t.refuses("node_version", "in the place of what was replaced", "owner", again)
    t.refuses("copy_unknown", "a copy of what was replaced", "client", t.file("client", "x", **stale_copy))
    t.refuses("node_version", "a release of what was replaced", "clerk", stale_release)
    fourth = t.file("client", "b", "Neuer", 4, previous=replaced)
    t.refuses("manifest_mismatch", "a version that follows what was replaced", "client", fourth)
    older = t.anew("owner", "b", "Neuer", 2, called="Brief 2.txt")
    t.does("an earlier version, and another file", "owner", older, t.anew("owner", "verschlossen"))
    t.does("a copy of what was sealed anew", "client", t.file("client", "b Kopie", **t.copied("b", 3)))
    t.does("the next version follows the new manifest", "client", t.file("client", "b", "Neuer", 4, called="Brief.txt"))
    t.does("a file to go", "client", RemoveChange(t.id("a Kopie")))
    t.does("from the trash", "owner", t.anew("owner", "a Kopie"))
