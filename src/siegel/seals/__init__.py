"""Siegel's own records: derive, build and verify. Pure: no database, no clock, no network.

The idea: the server stores and orders, people sign and seal. Every statement that matters (this key belongs to her, he
may write here, this file has these bytes) is a small signed document; every change of a vault is a record in its hash
chain; every secret is an age file for exactly one holder. Server, scanner, agent and browser check the same rules, so
nobody has to believe anybody. Every byte stands in docs/formats.md; test vectors for other languages in tests/vectors.

    canonical     the only text we sign, and base64url
    ids           random identifiers
    derive        joins, HKDF, seeds and what follows from them
    fields        takes one JSON object apart, strictly
    signed, documents, records    the signed documents, one frozen class each
    certificates, certifying, registry    who may certify whom; a store verified up to the pinned root
    revocations   who may take a key back, and what the log says of it
    holders, rosters    who holds a vault at a moment; whom a roster may name
    chain, replay the rules of a vault's records
    nodes, contents    the tree of a vault: what lies where, what is in the trash, copied, released
    teams         chains of their own, whose epochs are keys that hold vaults
    epochs        seeds of a vault, their wraps, when a new one is due
    rows, files   what is sealed: names and contents
    scanning      scanner keys and verdicts
    shares        the emergency sheet in three, of which two are enough
    unlock, keyfile, invitations, login    how a person gets at the seed and proves it

Errors, each with a `code`:

    SealError
    ├── IntegrityError   altered, forged, left out, rolled back: stop (exit code 3 on the command line)
    ├── RefusedError     a rule forbids what was asked (exit code 1)
    └── UnlockError      this password, code or key does not open it (exit code 1)
"""
