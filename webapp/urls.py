"""Addresses."""

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from webapp.health import health
from webapp.operations.views import metrics, ready

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # a second factor is asked for there too

urlpatterns = [
    path("", include("webapp.pages.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("webapp.api.urls")),
    path("health/", health),
    path("health/ready/", ready),
    path("metrics/", metrics),
    path("favicon.ico", RedirectView.as_view(url="/static/img/mark.svg", permanent=True)),
]
