"""The demonstration's firm and people on an installation of the bench, and how one of them sends requests."""

from pathlib import Path

from siegel.agent.account import Account, sign_in
from siegel.agent.client import CSRF_COOKIE, Api
from siegel.demo import furnish
from siegel.demo.furnish import Person
from siegel.demo.installation import Demo
from siegel.seals.keyfile import parse_key_file
from tests.installation import Installation


def furnished(installation: Installation) -> list[Person]:
    """The people of `make run`, with their key files and documents."""
    demo = Demo(installation.folder / "demo", installation.environment)
    demo.stick.mkdir(parents=True)
    people = furnish.make_people(demo)
    furnish.put_documents(demo, people)
    return people


def signed_in(installation: Installation, person: Person) -> Account:
    return sign_in(Api(installation.url), parse_key_file(Path(person.key_file).read_bytes()))[0]


def headers_of(account: Account) -> dict[str, str]:
    """By which the server knows the session, for requests that the agent does not send itself."""
    cookies = account.api.cookies()
    return {
        "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        "X-CSRFToken": cookies[CSRF_COOKIE],
    }
