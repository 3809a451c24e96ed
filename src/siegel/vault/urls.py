from django.urls import path

from siegel.vault import web

app_name = "vault"
urlpatterns = [
    path("tresore", web.vaults, name="vaults"),
    path("notfall-ordner", web.trust, name="trust"),
    path("tresore/<str:vault_id>", web.vault, name="vault"),
    path("einstellungen/tresore", web.settings, name="settings"),
    path("einstellungen/tresore/speichern", web.save_settings, name="save_settings"),
]
