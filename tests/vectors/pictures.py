"""Thumbnails in the vectors: sealed ones and what is none in rows.json, their copies in tree.json."""

from typing import TYPE_CHECKING, Any

from siegel.seals.canonical import b64
from siegel.seals.derive import EpochSeed, digest
from siegel.seals.rows import Place
from siegel.seals.thumbnails import MAX_THUMBNAIL_SIZE, Pictured, seal_thumbnail

if TYPE_CHECKING:
    from tests.vectors.tree import Trees


def thumbnail_vectors(epoch: EpochSeed, place: Place) -> dict[str, Any]:
    """`broken`: sealed bytes that do not open here against this hash."""
    of = Pictured(place.firm, place.vault, digest(b"commitment"), place.epoch)
    image, nonce = b"a small picture", bytes([9]) * 12
    sealed = seal_thumbnail(epoch, of, image, nonce=nonce)
    elsewhere = seal_thumbnail(epoch, Pictured(of.firm, of.vault, digest(b"another"), of.epoch), image, nonce=nonce)
    altered = sealed[:-1] + bytes([sealed[-1] ^ 1])
    large = seal_thumbnail(epoch, of, bytes(MAX_THUMBNAIL_SIZE), nonce=nonce)
    broken = (
        ("another than the signed one", altered, digest(sealed)),
        ("altered and signed", altered, digest(altered)),
        ("of other contents", elsewhere, digest(elsewhere)),
        ("too large", large, digest(large)),
        ("nothing", b"", digest(b"")),
        ("a nonce alone", nonce, digest(nonce)),
    )
    return {
        "of": {name: getattr(of, name) for name in of.__slots__},
        "image": b64(image),
        "nonce": b64(nonce),
        "sealed": b64(sealed),
        "hash": digest(sealed),
        "broken": [{"name": name, "sealed": b64(box), "hash": signed} for name, box, signed in broken],
    }


def pictured(t: "Trees") -> None:
    """A copy has the thumbnail of its source, or none where that has none; what is sealed anew has one of its own."""
    t.does("a file with a thumbnail", "client", t.file("client", "Bild", thumbnail=digest(b"thumbnail")))
    for name, value in (("another thumbnail", digest(b"x")), ("no thumbnail", None)):
        lie = t.file("client", "x", **t.copied("Bild") | {"thumbnail": value})
        t.refuses("copy_differs", f"a copy with {name}", "client", lie)
    gained = t.file("client", "x", **t.copied("a dritte"), thumbnail=digest(b"x"))
    t.refuses("copy_differs", "a copy with a thumbnail of its own", "client", gained)
    same = t.copied("Bild") | {"thumbnail": digest(b"thumbnail")}
    t.does("a copy with its thumbnail", "client", t.file("client", "Bild Kopie", **same))
    t.take("the clerk rotates for the pictures", "clerk", t.other.rotation("clerk", t.other.seed(t.epoch)))
    t.epoch += 1
    t.does("sealed anew with another", "owner", t.anew("owner", "Bild", thumbnail=digest(b"another")))
    t.does("sealed anew without", "owner", t.anew("owner", "Bild Kopie"))
