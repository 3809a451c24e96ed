"""Django without a domain: tenants, the audit log, blobs, errors; knows no person, firm or vault."""
