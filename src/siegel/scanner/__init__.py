"""The virus scanner: a process of its own that opens an upload only to judge it.

    web ──socket──▶ process ──▶ open header, verify payload ──▶ plaintext in a memfd
                                                                  │ same descriptor, no copy
                                            clamd (child) ◀───────┼──────▶ unpacker (forked, limited)
                                                                           │ each member in a memfd
                                                                           └──▶ clamd

Four results and no fifth: `clean`, `infected`, `not_scannable`, `failed`. Whatever could not be looked at
is never called clean. Plaintext lives in anonymous memory files only and is gone with the check.
No Django, no database: this room imports `siegel.lib` and `siegel.seals`.

Errors, each with a `code` that goes over the socket (`errors`):

    ScannerError
    ├── RequestError    not a request of ours              bad_request
    ├── KeyGoneError    no living key opens the header     scanner_key_gone
    ├── UploadError     the upload contradicts itself      header_invalid, commitment_mismatch, payload_invalid,
    │                                                      payload_hash_mismatch, payload_missing, too_large
    ├── BusyError       too many uploads at one time       busy
    └── SetUpError      the process cannot start           set_up
"""
