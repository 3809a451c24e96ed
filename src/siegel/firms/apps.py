from django.apps import AppConfig


class FirmsConfig(AppConfig):
    name = "siegel.firms"
    label = "firms"
    default_auto_field = "django.db.models.BigAutoField"
