"""The program `siegel` for people: keys, plain age files, and vaults without a browser (docs/architecture.md)."""
