"""Django, made ready for a command of `siegel-server`."""

import os
from typing import Any

from siegel.site.environment import require_private


def ready() -> Any:
    """Django, ready; its settings. SettingsError when the installation's folder is open to others."""
    settings = configured()
    require_private(settings.DATA)
    return settings


def configured() -> Any:
    import django as framework
    from django.conf import settings

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "siegel.site.settings")
    framework.setup()
    return settings
