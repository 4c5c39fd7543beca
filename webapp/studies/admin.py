"""Studies in the admin."""

from django.contrib import admin

from webapp.studies.models import Study


@admin.register(Study)
class StudyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "team", "created_by", "created")
    search_fields = ("name",)
