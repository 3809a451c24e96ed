"""Words that must not stand in the project, and files that are too long to know one's way in."""

from __future__ import annotations

import re

import pytest

from tests.architecture import ROOT, own_files, text_of

# Each pattern breaks one letter out into brackets, so that this file does not contain what it forbids.
FOREIGN = {
    "a path of somebody's machine": r"/w[o]rk/|/r[o]ot/|/h[o]me/\w|/U[s]ers/\w|/opt/wh[e]els|[A-Z]:\\U[s]ers",
    "a registry's host": r"pypi\.o[r]g|pyth[o]nhosted|npmjs\.(o[r]g|com)|yarnpkg\.c[o]m|(deb|snapshot|ftp)\.d[e]bian",
    "a word of the workplace": (
        r"\.librar[y]/|farm-(st[u]dio|bench)|/f[a]rm/|sub-?ag[e]nt|this w[o]rkplace|\bi[s]sue #?\d"
        r"|\bchief eng[i]neer|\bCl[a]ude\b|\bAnthr[o]pic\b|\bC[o]dex\b|\bCop[i]lot\b"
    ),
}
BANNED_IN_CODE = re.compile("rec" + "eipt", re.IGNORECASE)
LONG_LINES = 400
LONG_BECAUSE = re.compile(r"^(#|//) long because: \S", re.MULTILINE)


def places(pattern: re.Pattern[str], text: str) -> list[str]:
    lines = enumerate(text.splitlines(), start=1)
    return [f"line {number}: {hit[0]!r}" for number, line in lines if (hit := pattern.search(line))]


@pytest.mark.parametrize("what", FOREIGN)
def test_the_project_speaks_of_itself_alone(what: str) -> None:
    pattern = re.compile(FOREIGN[what])
    found = {str(path.relative_to(ROOT)): hits for path in own_files() if (hits := places(pattern, text_of(path)))}
    assert not found, f"{what}: {found}"


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("a path of somebody's machine", "see /home" + "/anna/siegel"),
        ("a registry's host", "https://pypi." + "org/simple"),
        ("a registry's host", "https://registry.npmjs." + "org/vite"),
        ("a word of the workplace", "as asked for in issue" + " 2"),
    ],
)
def test_the_patterns_find_what_they_are_for(what: str, text: str) -> None:
    assert re.search(FOREIGN[what], text)


def test_code_does_not_use_the_word_that_means_two_things() -> None:
    """Voucher (Beleg) or delivery proof (Empfangsbestätigung): the code says which."""
    files = [path for folder in ("src", "web/src") for path in own_files(under=folder) if "vendor" not in path.parts]
    found = {str(path.relative_to(ROOT)): hits for path in files if (hits := places(BANNED_IN_CODE, text_of(path)))}
    assert not found


def test_a_long_file_says_why_it_is_long() -> None:
    found = {
        str(path.relative_to(ROOT)): lines
        for path in own_files(".py", ".ts")
        if "migrations" not in path.parts
        and (lines := len((text := text_of(path)).splitlines())) > LONG_LINES
        and not LONG_BECAUSE.search(text)
    }
    assert not found, f"over {LONG_LINES} lines without a '# long because: …' line"
