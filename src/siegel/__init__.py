"""Siegel: sealed documents, provable delivery and an honest log for German tax firms.

The rooms and who may import whom stand in docs/architecture.md; the floors are enforced by import-linter.
"""

__version__ = "0.1.0"
