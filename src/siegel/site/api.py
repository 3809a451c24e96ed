"""The one JSON API, `/api/`: each room brings its router; who may call is decided in the rooms."""

from ninja import NinjaAPI

from siegel.accounts.api import router as accounts
from siegel.firms.api import router as firms
from siegel.keys.api import router as keys
from siegel.vault.api import router as vault

api = NinjaAPI(title="Siegel", version="1", docs_url=None, openapi_url=None, urls_namespace="api")
for _router in (accounts, firms, keys, vault):
    api.add_router("", _router)
