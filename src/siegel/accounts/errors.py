from siegel.base.errors import DomainError


class AccountsError(DomainError):
    """Refusals of signing in and of accounts: sign_in_refused, unknown_firm, nonce_refused, username_taken, …"""
