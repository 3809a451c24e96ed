import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

from siegel.site.environment import require_private

os.umask(0o077)
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "siegel.site.settings")
application = get_wsgi_application()
require_private(settings.DATA)
