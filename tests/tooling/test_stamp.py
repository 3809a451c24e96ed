from __future__ import annotations

from pathlib import Path

import pytest

from tools.stamp import fingerprint, make_once, read_stamp


@pytest.fixture
def made() -> list[str]:
    return []


def test_work_is_done_once_for_the_same_stamp(tmp_path: Path, made: list[str]) -> None:
    for stamp in ("a", "a", "b"):
        make_once(tmp_path / "product", stamp, lambda: made.append("again"))
    assert len(made) == 2
    assert read_stamp(tmp_path / "product") == "b"


def test_a_deleted_product_is_made_again(tmp_path: Path, made: list[str]) -> None:
    product = tmp_path / "product"
    make_once(product, "a", lambda: made.append("again"))
    (product / ".made-from").unlink()
    product.rmdir()
    make_once(product, "a", lambda: made.append("again"))
    assert len(made) == 2


def test_interrupted_work_is_repeated(tmp_path: Path, made: list[str]) -> None:
    product = tmp_path / "product"
    make_once(product, "a", lambda: None)

    def stop() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_once(product, "b", stop)
    make_once(product, "a", lambda: made.append("again"))
    assert made


def test_a_fingerprint_changes_with_every_name_and_content_but_not_with_made_folders(tmp_path: Path) -> None:
    web = tmp_path / "web"
    (web / "src").mkdir(parents=True)
    (web / "src/main.ts").write_text("1")
    seen = {fingerprint(web)}
    (web / "src/main.ts").write_text("2")
    seen.add(fingerprint(web))
    (web / "src/main.ts").rename(web / "src/other.ts")
    seen.add(fingerprint(web))
    seen.add(fingerprint(web, "note"))
    assert len(seen) == 4
    before = fingerprint(web)
    (web / "node_modules").mkdir()
    (web / "node_modules/x.js").touch()
    assert fingerprint(web) == before
