from django.urls import path

from siegel.firms import audit_web, log_mails_web, outbox, web

app_name = "firms"
urlpatterns = [
    path("mandanten", web.clients, name="clients"),
    path("mandanten/neu", web.client_new, name="client_new"),
    path("mandanten/<str:client_id>/neue-akte", web.dossier_new, name="dossier_new"),
    path("protokoll", audit_web.audit_log, name="audit_log"),
    path("protokoll/pruefen", audit_web.verify_log, name="verify_log"),
    path("protokoll/export", audit_web.export_log, name="export_log"),
    path("protokoll/versand", log_mails_web.log_mails, name="log_mails"),
    path("protokoll/versand/speichern", log_mails_web.save_log_mail, name="save_log_mail"),
    path("protokoll/vergleichen", log_mails_web.compare_log, name="compare_log"),
    path("postausgang", outbox.outbox, name="outbox"),
    path("postausgang/<int:mail_id>/erneut", outbox.send_again, name="send_again"),
]
