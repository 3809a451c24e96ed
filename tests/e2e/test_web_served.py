"""What a real server gives to browsers is what the list of its collected files says, and one byte more is found."""

from __future__ import annotations

import pytest

from siegel.agent.web_served import compare_served
from siegel.base.release import listed
from siegel.seals.errors import IntegrityError
from siegel.seals.release import read_release
from tests.installation import Installation


def test_the_sign_in_page_and_all_files_are_as_listed_until_one_of_them_changes(installation: Installation) -> None:
    files = read_release(listed(installation.data / "static"))
    assert compare_served(installation.url, files) == len(files)
    scripts = [path for path in files if path.startswith("bundle/sign_in-")]
    for path in scripts[:1]:
        with pytest.raises(IntegrityError, match=path):
            compare_served(installation.url, {path: bytes(32)} | {p: d for p, d in files.items() if p != path})
    without = {path: digest for path, digest in files.items() if not path.startswith("bundle/shell-")}
    with pytest.raises(IntegrityError, match="not listed"):
        compare_served(installation.url, without)
