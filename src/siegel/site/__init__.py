"""Settings, addresses, base templates, legal pages, help and the operator's commands."""
