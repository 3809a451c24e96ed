"""The start pages. Owns no tables; composes queries of the rooms below."""
