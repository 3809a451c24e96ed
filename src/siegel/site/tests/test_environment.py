import os
import subprocess
import sys
from pathlib import Path

import pytest

import siegel
from siegel.base.witness_calls import WitnessService
from siegel.lib.tlog import COSIGNATURE, VerifierKey
from siegel.site.environment import REQUIRED, Secret, SettingsError, read

GOOD = {
    "SIEGEL_DATA": "/srv/siegel",
    "SIEGEL_SECRET_KEY": "s" * 32,
    "SIEGEL_PEPPER": "p" * 32,
    "SIEGEL_HOSTS": "vault.example, www.vault.example",
    "SIEGEL_PUBLIC_URL": "https://vault.example/",
}


def test_good_values_are_read() -> None:
    environment = read({**GOOD, "PATH": "/bin", "SIEGEL_HOME": "/srv/person"})
    assert environment.data == Path("/srv/siegel")
    assert environment.hosts == ("vault.example", "www.vault.example")
    assert environment.public_url == "https://vault.example"
    assert environment.secure
    assert not environment.behind_proxy


def test_a_forwarded_address_is_believed_only_if_the_operator_says_so() -> None:
    assert read({**GOOD, "SIEGEL_BEHIND_PROXY": "yes"}).behind_proxy


@pytest.mark.parametrize("name", REQUIRED)
def test_each_missing_value_is_named(name: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read({key: value for key, value in GOOD.items() if key != name})


def test_a_timestamp_service_is_named_by_its_address(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("")
    named = {"SIEGEL_TSA_URL": "http://tsa.example/tsr", "SIEGEL_TSA_CA_FILE": str(tmp_path / "ca.pem")}
    environment = read({**GOOD, **named})
    assert environment.tsa is not None
    assert (environment.tsa.host, environment.tsa.ca_file) == ("tsa.example", environment.tsa_ca_file)
    assert read(GOOD).tsa is None


@pytest.mark.parametrize(
    "url",
    [
        "tsa.example",
        "ftp://tsa.example",
        "https://",
        "http://a:b@tsa.example",
        "http://[",
        "http://x:0/",
        "http://x/ y",
    ],
)
def test_what_is_no_address_of_a_timestamp_service_is_refused(url: str) -> None:
    with pytest.raises(SettingsError, match="SIEGEL_TSA_URL"):
        read({**GOOD, "SIEGEL_TSA_URL": url})


def test_witnesses_are_named_by_their_addresses_and_perhaps_their_keys() -> None:
    key = VerifierKey("w.example/1", COSIGNATURE, bytes(range(32))).encode()
    named = read({**GOOD, "SIEGEL_WITNESSES": f"https://a.example/w, {key} http://127.0.0.1:8427"}).witnesses
    assert named == (WitnessService("https://a.example/w"), WitnessService("http://127.0.0.1:8427", key))
    assert read(GOOD).witnesses == ()


@pytest.mark.parametrize(
    "text",
    [
        "http://a.example",
        "a.example",
        "https://",
        "https://u@a.example",
        "https://a.example/?x",
        "key https://a.example",
    ],
)
def test_a_witness_without_tls_or_a_true_key_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="SIEGEL_WITNESSES"):
        read({**GOOD, "SIEGEL_WITNESSES": text})


def test_an_unknown_value_stops_the_start() -> None:
    with pytest.raises(SettingsError, match="unknown: SIEGEL_PEPPR"):
        read({**GOOD, "SIEGEL_PEPPR": "x"})


def test_a_secret_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("f" * 40 + "\n")
    environ = {key: value for key, value in GOOD.items() if key != "SIEGEL_SECRET_KEY"}
    assert read({**environ, "SIEGEL_SECRET_KEY_FILE": str(tmp_path / "key")}).secret_key == "f" * 40


def test_a_secret_given_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="both set"):
        read({**GOOD, "SIEGEL_PEPPER_FILE": str(tmp_path / "pepper")})


def test_an_unreadable_secret_file_is_refused(tmp_path: Path) -> None:
    environ = {key: value for key, value in GOOD.items() if key != "SIEGEL_PEPPER"}
    with pytest.raises(SettingsError, match="SIEGEL_PEPPER_FILE cannot be read"):
        read({**environ, "SIEGEL_PEPPER_FILE": str(tmp_path / "none")})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SIEGEL_DATA", "relative/folder"),
        ("SIEGEL_SECRET_KEY", "short"),
        ("SIEGEL_HOSTS", "*"),
        ("SIEGEL_HOSTS", ","),
        ("SIEGEL_PUBLIC_URL", "vault.example"),
        ("SIEGEL_PUBLIC_URL", "https://vault.example/path"),
        ("SIEGEL_PUBLIC_URL", "http://vault.example"),
        ("SIEGEL_BEHIND_PROXY", "true"),
    ],
)
def test_a_broken_value_is_refused(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read({**GOOD, name: value})


def test_a_secret_does_not_show_itself() -> None:
    environment = read(GOOD)
    assert repr(environment.pepper) == "<secret>"
    assert "ssss" not in repr(environment)
    assert isinstance(environment.secret_key, Secret)


def run(code: str, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    clean = {key: value for key, value in os.environ.items() if not key.startswith(("SIEGEL_", "DJANGO_"))}
    return subprocess.run(
        [sys.executable, "-c", code], env={**clean, **environ}, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize(("url", "secure"), [("https://vault.example", True), ("http://127.0.0.1:8000", False)])
def test_cookies_are_secure_exactly_when_people_come_over_tls(url: str, secure: bool) -> None:
    code = "from siegel.site import settings as s; print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE)"
    assert run(code, {**GOOD, "SIEGEL_PUBLIC_URL": url}).stdout.split() == [str(secure)] * 3


def test_the_server_program_says_what_is_missing_and_ends_with_2() -> None:
    code = "import sys; sys.argv[1:] = ['check']; from siegel.site.main import main; main()"
    result = run(code, {})
    assert result.returncode == 2
    assert "SIEGEL_PEPPER" in result.stderr
    assert "Traceback" not in result.stderr


def test_the_server_program_says_its_version_without_any_setting() -> None:
    result = run("import sys; sys.argv[1:] = ['--version']; from siegel.site.main import main; main()", {})
    assert (result.returncode, result.stdout, result.stderr) == (0, f"siegel-server {siegel.__version__}\n", "")


def test_a_folder_whose_sockets_would_have_no_valid_name_is_refused() -> None:
    with pytest.raises(SettingsError, match="SIEGEL_DATA is longer than 88 bytes"):
        read({**GOOD, "SIEGEL_DATA": "/srv/" + "x" * 90})


def operator(data: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {
        **GOOD,
        "SIEGEL_DATA": str(data),
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "siegel.site.settings",
    }
    command = [sys.executable, "-m", "siegel.site", *words]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_what_the_server_makes_is_its_users_alone(tmp_path: Path) -> None:
    data = tmp_path / "data"
    old = os.umask(0o022)
    try:
        assert operator(data, "migrate").returncode == 0
    finally:
        os.umask(old)
    made = [data, *data.rglob("*")]
    assert data / "siegel.sqlite3" in made
    assert [path for path in made if path.stat().st_mode & 0o077] == []


@pytest.mark.parametrize("mode", [0o750, 0o701, 0o720])
def test_a_folder_that_others_may_enter_or_write_is_refused_in_one_sentence(tmp_path: Path, mode: int) -> None:
    data = tmp_path / "data"
    data.mkdir()
    data.chmod(mode)
    for words in (("migrate",), ("serve",), ("sweep",)):
        done = operator(data, *words)
        assert done.returncode == 2
        assert done.stderr.startswith("siegel-server: SIEGEL_DATA must belong to the server's user alone")
        assert "Traceback" not in done.stderr
    assert list(data.iterdir()) == []


def test_the_web_server_itself_refuses_such_a_folder(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    data.chmod(0o755)
    environment = {**GOOD, "SIEGEL_DATA": str(data), "PATH": os.environ["PATH"]}
    command = [sys.executable, "-c", "import siegel.site.wsgi"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 1
    assert "SIEGEL_DATA must belong to the server's user alone" in done.stderr


MAIL = {"SIEGEL_SMTP_HOST": "smtp.kanzlei.example", "SIEGEL_MAIL_FROM": "tresor@kanzlei.example"}


def test_without_a_mail_server_mails_go_into_a_folder_of_the_installation() -> None:
    environment = read(GOOD)
    assert environment.smtp is None
    assert environment.mail_folder == Path("/srv/siegel/mail")
    assert read({**GOOD, "SIEGEL_MAIL_FOLDER": "/srv/mail"}).mail_folder == Path("/srv/mail")


@pytest.mark.parametrize(("security", "port"), [("", 587), ("starttls", 587), ("tls", 465)])
def test_a_mail_server_is_spoken_to_by_tls(security: str, port: int) -> None:
    smtp = read({**GOOD, **MAIL, "SIEGEL_SMTP_SECURITY": security}).smtp
    assert smtp is not None
    assert (smtp.host, smtp.port, smtp.security) == ("smtp.kanzlei.example", port, security or "starttls")


def test_the_mail_servers_password_may_stand_in_a_file_and_shows_nowhere(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("a password of a mailbox\n")
    user = {"SIEGEL_SMTP_USER": "tresor", "SIEGEL_SMTP_PASSWORD_FILE": str(tmp_path / "password")}
    smtp = read({**GOOD, **MAIL, **user}).smtp
    assert smtp is not None
    assert smtp.password == "a password of a mailbox"
    assert "mailbox" not in repr(smtp)
    assert "mailbox" not in repr(smtp.password)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"SIEGEL_SMTP_HOST": "smtp.kanzlei.example"}, "SIEGEL_MAIL_FROM is missing"),
        ({**MAIL, "SIEGEL_MAIL_FROM": "tresor"}, "SIEGEL_MAIL_FROM is no address"),
        ({**MAIL, "SIEGEL_SMTP_SECURITY": "none"}, "loopback"),
        ({**MAIL, "SIEGEL_SMTP_SECURITY": "ssl"}, "SIEGEL_SMTP_SECURITY"),
        ({**MAIL, "SIEGEL_SMTP_PORT": "0"}, "SIEGEL_SMTP_PORT"),
        ({**MAIL, "SIEGEL_SMTP_USER": "tresor"}, "belong together"),
        ({**MAIL, "SIEGEL_SMTP_CA_FILE": "/does/not/exist"}, "SIEGEL_SMTP_CA_FILE"),
        ({"SIEGEL_SMTP_PORT": "25"}, "SIEGEL_SMTP_HOST is missing"),
        ({"SIEGEL_MAIL_FOLDER": "mail"}, "absolute"),
    ],
)
def test_a_mail_server_that_makes_no_sense_stops_the_start(more: dict[str, str], why: str) -> None:
    with pytest.raises(SettingsError, match=why):
        read({**GOOD, **more})
