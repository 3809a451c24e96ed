"""Vaults: the opaque tree, versions, resumable uploads, the virus scan and downloads. Names and contents are never seen here."""
