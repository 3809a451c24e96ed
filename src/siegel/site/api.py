"""The one JSON API, `/api/`: each room brings its router; who may call is decided in the rooms."""

from ninja import NinjaAPI

from siegel.base.api import explain_errors
from siegel.firms.api import router as firms
from siegel.firms.audit_api import router as audit
from siegel.keys.account_api import router as account
from siegel.keys.api import router as keys
from siegel.vault.api import router as vault
from siegel.vault.notices.api import router as notices

api = NinjaAPI(title="Siegel", version="1", docs_url=None, openapi_url=None, urls_namespace="api")
explain_errors(api)
for _router in (firms, audit, keys, account, vault, notices):
    api.add_router("", _router)
