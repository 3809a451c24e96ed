from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import transaction
from pytest_django.fixtures import Settings

from siegel.base.models import Tenant
from siegel.base.outmail.actions import post
from siegel.base.outmail.models import OutMail
from siegel.base.outmail.tests.servers import Post, plain, serving

Write = Callable[..., OutMail]


@pytest.fixture(autouse=True)
def _mails(settings: Settings, tmp_path: Path) -> None:
    settings.MAIL_FROM = "tresor@kanzlei.example"
    settings.MAIL_FOLDER = tmp_path / "mail"
    settings.MAIL_WANTED = "siegel.base.outmail.tests.conftest.always"


def always(person: str, vaults: list[str]) -> bool:
    return person != "blocked"


@pytest.fixture
def office(settings: Settings) -> Iterator[Post]:
    """A mail server that takes everything, and it is the one of the settings."""
    post = Post()
    with serving(post) as port:
        settings.SMTP = plain(port)
        yield post


@pytest.fixture
def write(firm: Tenant) -> Write:
    def run(**more: object) -> OutMail:
        fields: dict[str, object] = {
            "tenant": firm,
            "kind": "notice",
            "person": "p",
            "name": "Jürgen Mustermann",
            "address": "juergen@mandant.example",
            "subject": "Neues für Sie",
            "text": "Guten Tag,\n\nes gibt Neues.\n.\nEnde\n",
        }
        with transaction.atomic():
            return post(**(fields | more))  # type: ignore[arg-type]

    return run
