from django.apps import AppConfig


class SiteConfig(AppConfig):
    name = "siegel.site"
    label = "site"
