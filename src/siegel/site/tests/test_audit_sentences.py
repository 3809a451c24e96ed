import re

from siegel.site.tests.conftest import SOURCE
from siegel.site.words import AUDIT

RECORDED = re.compile(r'audit\.record\(\s*"([a-z_.]+)"')


def test_every_kind_of_entry_has_a_german_sentence() -> None:
    sources = SOURCE.glob("*/**/*.py")
    kinds = {kind for path in sources if "tests" not in path.parts for kind in RECORDED.findall(path.read_text())}
    assert "firms.client_added" in kinds
    assert kinds <= AUDIT.keys()
