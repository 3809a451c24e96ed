from django.urls import path

from siegel.keys import web

app_name = "keys"
urlpatterns = [
    path("einrichten", web.set_up, name="set_up"),
    path("notfall", web.emergency, name="emergency"),
    path("e", web.redeem, name="redeem_typed"),
    path("e/<str:invitation_id>", web.redeem, name="redeem"),
    path("mitarbeiter", web.staff, name="staff"),
    path("mitarbeiter/teams", web.teams, name="teams"),
    path("mitarbeiter/notfallblatt", web.sheet, name="sheet"),
    path("mitarbeiter/systemschluessel", web.machines, name="machines"),
    path("zugang/<str:person_id>/neu", web.renew, name="renew"),
    path("zugang/<str:person_id>/sperren", web.block, name="block"),
    path("zugang/<str:person_id>/entsperren", web.unblock, name="unblock"),
    path("zugang/<str:person_id>/e-mail", web.save_address, name="save_address"),
    path("mitarbeiter/einladen", web.invite_staff, name="invite_staff"),
    path("mandanten/<str:client_id>", web.client, name="client"),
    path("mandanten/<str:client_id>/einladen", web.invite_client, name="invite_client"),
]
