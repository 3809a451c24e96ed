"""Vaults: the opaque tree, versions, resumable uploads, the virus scan and downloads. Names are never seen here."""
