from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "siegel.base.jobs"
    label = "jobs"
