from pathlib import Path

import pytest

from siegel.site.database import MOVED, DatabaseUrlError, postgresql
from siegel.site.environment import SettingsError, read
from siegel.site.tests.test_environment import GOOD


def test_without_a_url_the_rows_lie_beside_everything_else() -> None:
    database = read(GOOD).database
    assert (database["ENGINE"], str(database["NAME"])) == (
        "django.db.backends.sqlite3",
        f"{GOOD['SIEGEL_DATA']}/siegel.sqlite3",
    )


def test_a_socket_of_this_machine_needs_no_tls() -> None:
    database = postgresql("postgresql://siegel@/firms?host=%2Fvar%2Frun%2Fpostgresql")
    assert (database["HOST"], database["NAME"], database["USER"]) == ("/var/run/postgresql", "firms", "siegel")
    assert "sslmode" not in database["OPTIONS"]


@pytest.mark.parametrize(("query", "trusted"), [("", "system"), ("?sslrootcert=/etc/ca.pem", "/etc/ca.pem")])
def test_over_a_network_the_servers_certificate_is_verified(query: str, trusted: str) -> None:
    database = postgresql(f"postgresql://siegel:p%40ss@db.example:5433/firms{query}")
    assert (database["HOST"], database["PORT"], database["PASSWORD"]) == ("db.example", "5433", "p@ss")
    assert (database["OPTIONS"]["sslmode"], database["OPTIONS"]["sslrootcert"]) == ("verify-full", trusted)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://siegel@db.example/firms",
        "postgresql://siegel@db.example",
        "postgresql://siegel@db.example/firms/more",
        "postgresql://siegel@db.example:port/firms",
        "postgresql://siegel@db.example/firms?sslmode=disable",
        "postgresql://siegel@db.example/firms?host=/run",
        "firms",
    ],
)
def test_a_broken_url_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(DatabaseUrlError):
        postgresql(url)
    with pytest.raises(SettingsError, match="SIEGEL_DATABASE") as refused:
        read({**GOOD, "SIEGEL_DATABASE": url})
    assert url not in str(refused.value)


def test_an_installation_whose_rows_moved_does_not_start_with_those_of_yesterday(tmp_path: Path) -> None:
    environ = {**GOOD, "SIEGEL_DATA": str(tmp_path)}
    (tmp_path / MOVED).touch()
    with pytest.raises(SettingsError, match="SIEGEL_DATABASE"):
        read(environ)
    assert read({**environ, "SIEGEL_DATABASE": "postgresql://siegel@localhost/firms"}).database["NAME"] == "firms"


def test_the_password_does_not_show_itself() -> None:
    environment = read({**GOOD, "SIEGEL_DATABASE": "postgresql://siegel:geheimnis@localhost/firms"})
    assert "geheimnis" not in repr(environment)
