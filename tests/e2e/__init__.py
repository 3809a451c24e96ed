"""The program `siegel` against a real installation: bad input gets a clear error, and nothing is lost.

Where each case is tested. Cases that a room proves well already are named here and not repeated.

| Case | Test |
|---|---|
| wrong or foreign key file, wrong passphrase | `test_signing_in` |
| truncated, altered, foreign age file; header of 2 MiB | `test_age_files`; `siegel.lib.age.tests.test_files` |
| `age` of Debian, both ways and with hybrid recipients | `test_age_files`, `tests/interop/test_age_tools.py` |
| upload cut at any byte, segment borders included | `test_uploads`; `tests/journeys/test_lost_line.py` |
| server killed in mid-upload and started again | `test_server_trouble` |
| upload, check or commit sent twice | `test_uploads`; `siegel.vault.tests.test_check`, `test_commit` |
| Ctrl-C in the middle of a put | `test_uploads` |
| one name put by two at once, records that lose the race | `test_uploads`; `siegel.vault.tests.test_news` |
| full disk of the server, locked database | `test_server_trouble`; `siegel.vault.tests.test_uploads` |
| full disk of this machine | `test_files` |
| scanner gone, hanging, talking nonsense, started anew | `test_scanner_trouble`; `siegel.vault.tests.test_check` |
| forbidden and long names, 0 bytes, too many bytes | `test_files`; `siegel.seals.tests.test_rows` |
| encrypted or over-limit archive, infected file in a folder | `test_files`; `siegel.scanner.tests.test_judgement` |
| target that exists, has no folder, is full or a device | `test_files`, `test_age_files` |
| `--json` alone on standard output, no terminal | `test_files`, `test_signing_in` |
| expired invitation, code guessed, letter used twice | `siegel.keys.tests.test_invitations`, `tests/attacks/` |
| wrong manifest, two headers with different file keys | `siegel.vault.tests.test_commit`, `tests/attacks/` |
| the demonstration's starts and ends | `siegel.demo.tests.test_demo` |
"""
