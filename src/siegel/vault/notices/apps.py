from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "siegel.vault.notices"
    label = "notices"
