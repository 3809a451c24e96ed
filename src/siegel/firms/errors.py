from siegel.base.errors import DomainError


class FirmsError(DomainError):
    """Refusals about firms and their master data: slug_taken, set_up_link_invalid, number_taken, title_taken, …"""
