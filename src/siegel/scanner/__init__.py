"""The virus scanner: a process of its own that opens an upload only to judge it.

    web ──socket──▶ process ──▶ open header, verify payload ──▶ plaintext in a memfd
                                                                  │ same descriptor, no copy
                                            clamd (child) ◀───────┼──────▶ unpacker (forked, limited)
                                                                           │ each member in a memfd
                                                                           └──▶ clamd

Four results and no fifth: `clean`, `infected`, `not_scannable`, `failed`. Whatever could not be looked at
is never called clean. Plaintext lives in anonymous memory files only and is gone with the check.
No Django, no database: this room imports `siegel.lib` and `siegel.seals`.

    ScannerError                     what the caller did or has; `code` goes over the socket
      RequestError                   malformed request                        bad_request
      KeyGone                        no living key opens the header           scanner_key_gone
      UploadRefused                  header, commitment, hash or chunk wrong  header_invalid, commitment_wrong, …
      KeyFileError                   long-lived key unusable                  key_file
"""
