import pytest
from django.test import Client as Browser
from pytest_django.fixtures import DjangoAssertNumQueries

from siegel.keys import scanner as scanner_room
from siegel.keys.tests.island import Island, found
from siegel.keys.tests.scanner import ScannerDouble
from siegel.vault.tests.island import OpenVault, add_dossier, begin_vault, client_of


def test_the_list_shows_the_vaults_i_hold_and_its_queries_do_not_grow(
    owner: Island, vault: OpenVault, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        begin_vault(owner, add_dossier(owner, number=f"2{number}", title=f"Akte {number}")[1])
    with django_assert_max_num_queries(4):
        page = owner.browser.get("/tresore")
    assert page.status_code == 200
    text = page.content.decode()
    assert "Buchhaltung 2026" in text
    assert "Akte 4" in text
    assert "Buchhaltung" not in found("fremd").browser.get("/tresore").content.decode()


def test_the_page_of_a_vault_names_it_and_is_there_for_its_holders_only(
    owner: Island, vault: OpenVault, client_user: Island, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(7):
        page = client_user.browser.get(f"/tresore/{vault.id}")
    assert page.status_code == 200
    assert f'data-vault="{vault.id}"' in page.content.decode()
    assert 'data-right="write"' in page.content.decode()
    assert found("fremd").browser.get(f"/tresore/{vault.id}").status_code == 404
    assert Browser().get(f"/tresore/{vault.id}").status_code == 302


@pytest.mark.parametrize(
    ("path", "most"),
    [("head", 3), ("news", 23)],
)
def test_polling_costs_few_queries(
    vault: OpenVault, path: str, most: int, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    vault.put(b"Beleg")
    with django_assert_max_num_queries(most):
        vault.island.get(f"vaults/{vault.id}/{path}")


def test_the_list_of_vaults_by_api_is_two_queries(
    owner: Island, vault: OpenVault, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    begin_vault(owner, add_dossier(owner, number="2")[1])
    with django_assert_num_queries(2):
        owner.get("vaults")


def test_a_commit_of_many_files_costs_no_more_queries_than_one_of_a_few(
    vault: OpenVault, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    made = [vault.send(b"x") for _ in range(20)]
    vault.check(*made)
    body = vault.commit_body(*made)
    with django_assert_max_num_queries(44):
        vault.island.post(f"vaults/{vault.id}/commit", body)


@pytest.mark.parametrize(
    ("ready", "signatures", "banner"),
    [
        (True, "official", ""),
        (True, "test", "Testsignaturen"),
        (False, "official", "nicht erreichbar"),
    ],
)
def test_a_banner_says_what_the_virus_scan_cannot_do(
    owner: Island, scanner: ScannerDouble, ready: bool, signatures: str, banner: str
) -> None:
    scanner.ready, scanner.signatures = ready, signatures
    scanner_room.forget_status()
    page = owner.browser.get("/tresore").content.decode()
    assert (banner in page) if banner else ("Virenprüfung" not in page)


def test_the_pages_where_keys_are_made_are_there(owner: Island, vault: OpenVault, client_user: Island) -> None:
    client = client_of(vault)
    for path in ("/mitarbeiter/einladen", f"/mandanten/{client}/einladen"):
        page = owner.browser.get(path)
        assert page.status_code == 200
        assert f'data-vault="{vault.id}"' in page.content.decode()
        assert client_user.browser.get(path).status_code == 404
        assert Browser().get(path).status_code == 302
    for path in ("/einrichten", "/e", "/e/ABCDEFGH"):
        assert Browser().get(path).status_code == 200
