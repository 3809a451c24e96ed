"""Changes of vaults, by what is changed."""
