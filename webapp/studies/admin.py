"""Studies in the admin."""

from django.contrib import admin

from webapp.admin import Audited
from webapp.studies.models import Study


@admin.register(Study)
class StudyAdmin(Audited):
    list_display = ("name", "team", "created_by", "created")
    search_fields = ("name",)
