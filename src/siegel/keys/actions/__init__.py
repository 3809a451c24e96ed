"""Changes of keys and chains, by subject: chains, certificates, invitations, founding."""
