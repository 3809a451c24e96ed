from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class BaseConfig(AppConfig):
    name = "siegel.base"
    label = "base"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Once all migrations are through: the tables of all rooms are there, as the settings name them.
        post_migrate.connect(_watch_tables, sender=self)


def _watch_tables(**_: Any) -> None:
    from siegel.base.audit import noting, states

    noting.install(states.watched_tables())
