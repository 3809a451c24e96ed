"""Telling people of a vault: „Benachrichtigung verschicken“, and digests of new contents (ADR 0024)."""
