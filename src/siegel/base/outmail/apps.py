from django.apps import AppConfig


class OutmailConfig(AppConfig):
    name = "siegel.base.outmail"
    label = "outmail"
