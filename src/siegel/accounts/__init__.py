"""Who signs in and how: persons, credentials, sessions, lockout. Knows no roles and no keys."""
