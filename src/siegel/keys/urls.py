from django.urls import path

from siegel.keys import web

app_name = "keys"
urlpatterns = [
    path("einrichten", web.set_up, name="set_up"),
    path("notfall", web.emergency, name="emergency"),
    path("e", web.redeem, name="redeem_typed"),
    path("e/<str:invitation_id>", web.redeem, name="redeem"),
    path("mitarbeiter/einladen", web.invite_staff, name="invite_staff"),
    path("mandanten/<str:client_id>/einladen", web.invite_client, name="invite_client"),
]
