from django.urls import path

from siegel.vault import web

app_name = "vault"
urlpatterns = [
    path("tresore", web.vaults, name="vaults"),
    path("notfall-ordner", web.trust, name="trust"),
    path("tresore/<str:vault_id>", web.vault, name="vault"),
]
