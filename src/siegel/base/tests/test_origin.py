import pytest
from django.test import RequestFactory
from pytest_django import Settings

from siegel.base.errors import BaseError
from siegel.base.origin import address_of, source_of
from siegel.base.throttle import refuse_excess


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("no address", "no address"),
    ],
)
def test_one_ipv6_site_is_one_source(address: str, source: str) -> None:
    assert source_of(address) == source


def test_a_forwarded_address_counts_only_behind_our_proxy(settings: Settings) -> None:
    request = RequestFactory().get("/", headers={"X-Forwarded-For": "203.0.113.9, 198.51.100.2"})
    assert address_of(request) == "127.0.0.1"
    settings.BEHIND_PROXY = True
    assert address_of(request) == "198.51.100.2"


def test_tries_beyond_the_limit_are_refused_per_key() -> None:
    for _ in range(3):
        refuse_excess("a", limit=3)
    with pytest.raises(BaseError) as refusal:
        refuse_excess("a", limit=3)
    assert refusal.value.status == 429
    refuse_excess("b", limit=3)


def test_many_sources_do_not_push_each_other_out() -> None:
    refuse_excess("patient", limit=1)
    for number in range(1000):
        refuse_excess(f"source {number}", limit=1)
    with pytest.raises(BaseError, match="throttled"):
        refuse_excess("patient", limit=1)
