"""Installs and measures; standard library only, because it runs before anything is installed."""
