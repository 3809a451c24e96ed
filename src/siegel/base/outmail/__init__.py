"""Mails to people: rows in the transaction that they are about, sent afterwards by the worker (ADR 0024).

`actions.post` writes one, `delivery.deliver_due` sends what is due, the owner sees all of them at `/postausgang`.
A mail names vaults and people, never a file, and carries no contents.
"""
