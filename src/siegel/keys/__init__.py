"""Certificates, invitations and the signed chains of vaults: who may read, write and invite, and with which key.

The server verifies everything it can see (signatures, chains to the root, rights, order) and stores every signed
document byte by byte, so that each client verifies all of it again; wraps and names it cannot check.
"""
