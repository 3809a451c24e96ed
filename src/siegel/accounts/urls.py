from django.urls import path

from siegel.accounts import web

app_name = "accounts"
urlpatterns = [
    path("anmeldung", web.sign_in, name="sign_in"),
    path("k/<slug:slug>", web.sign_in, name="sign_in_firm"),
    path("abmelden", web.sign_out, name="sign_out"),
    path("mein-zugang", web.access, name="access"),
    path("mein-zugang/e-mail", web.save_mailbox, name="save_mailbox"),
    path("mein-zugang/e-mail/bestaetigen", web.mailbox_link, name="mailbox_link"),
    path("mein-zugang/e-mail/bestaetigt", web.confirm_mailbox, name="confirm_mailbox"),
    path("mein-zugang/sitzungen/beenden", web.end_sessions, name="end_sessions"),
]
