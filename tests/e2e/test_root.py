"""The firm's root is replaced with the program; everybody's goes on, and is told once."""

from __future__ import annotations

from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from siegel.agent.account import sign_in
from siegel.agent.client import Api
from siegel.agent.found import found_firm
from siegel.agent.invite import invite
from siegel.agent.redeem import redeem
from siegel.agent.session import Home
from siegel.seals.keyfile import KeyFile, parse_key_file, write_key_file
from tests.e2e.people import PASSWORD, Siegel
from tests.installation import Installation

SECRET = "am Fenster sieben Birnen"
TOLD = "Der Hauptschlüssel der Kanzlei wurde gewechselt"


def hands(folder: Path, url: str, key: KeyFile) -> Siegel:
    """`siegel` in a person's hands, signed in."""
    passphrase = folder / "passphrase"
    passphrase.write_text(SECRET)
    path = folder / f"{key.username}.key"
    path.write_bytes(write_key_file(key, None))
    siegel = Siegel(folder / f"home-{key.username}", passphrase_file=passphrase)
    done = siegel(
        "sign-in", "--server", url, "--firm", key.slug, "--username", key.username, "--key-file", path
    )  # fmt: skip
    assert done.code == 0, done.err
    return siegel


@pytest.mark.timeout(400)
@pytest.mark.parametrize("by_recovery", [False, True])
def test_a_root_gives_its_place_to_another(installation: Installation, tmp_path: Path, by_recovery: bool) -> None:
    slug = f"wurzel-{'blatt' if by_recovery else 'stick'}"
    token = installation.create_firm(slug, slug)
    with ExitStack() as lines:
        api = lines.enter_context(closing(Api(installation.url)))
        founded = found_firm(
            api, token, owner_name="Martina", username="martina", password=PASSWORD, firm_name=slug, firm_place="Ort"
        )
        owner, home = founded.account, Home(tmp_path / "state")

        def letter_for(username: str) -> object:
            return invite(owner, home, name=username, username=username, role="clerk", vaults={}).letter

        clerk = redeem(lines.enter_context(closing(Api(installation.url))), letter_for("bernd"), PASSWORD).account  # type: ignore[arg-type]
        early = letter_for("berta")
        hers, his = hands(tmp_path, installation.url, owner.key_file), hands(tmp_path, installation.url, clerk.key_file)
        old, new = tmp_path / "alt.age", tmp_path / "neu.age"
        old.write_bytes(write_key_file(founded.set_up_file, None))
        assert hers("keys", "root", "change", old, old, "--yes").code != 0, "never over a file that exists"
        words = ["--recovery"] if by_recovery else []
        done = hers("keys", "root", "change", old, new, "--yes", *words)
        assert done.code == 0, done.err
        assert (new.stat().st_mode & 0o777) == 0o600
        made = parse_key_file(new.read_bytes(), SECRET)
        assert made.root != founded.set_up_file.root
        assert made.recovery_seed == founded.set_up_file.recovery_seed
        told = his("keys", "list")
        assert told.code == 0, told.err
        assert TOLD in told.err
        assert TOLD not in his("keys", "list").err
        # a letter from before the change, and one from after it
        owner.learn_certificates()
        for letter in (early, letter_for("bruno")):
            line = lines.enter_context(closing(Api(installation.url)))
            joined = redeem(line, letter, PASSWORD).account  # type: ignore[arg-type]
            assert joined.key_file.root == made.root
        # the pin of before and the pin of now
        for key in (clerk.key_file, made):
            account, session = sign_in(lines.enter_context(closing(Api(installation.url))), key)
            assert (account.root, session.root) == (made.root, made.root)
        assert hands(tmp_path, installation.url, made)("keys", "list").code == 0
