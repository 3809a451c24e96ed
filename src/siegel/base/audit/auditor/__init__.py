"""What goes with an export to an auditor: `verify.py` runs there on its own, needing nothing but `cryptography`."""
