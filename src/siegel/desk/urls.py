from django.urls import path

from siegel.desk import web

app_name = "desk"
urlpatterns = [path("", web.start, name="start")]
