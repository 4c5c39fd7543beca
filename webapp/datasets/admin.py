"""Data in the admin."""

from django.contrib import admin

from webapp.admin import Audited, ReadOnly
from webapp.datasets.models import Dataset, DatasetVersion, Upload, UploadedFile


@admin.register(Dataset)
class DatasetAdmin(Audited):
    list_display = ("name", "team", "created")


@admin.register(DatasetVersion)
class DatasetVersionAdmin(ReadOnly):
    list_display = ("dataset", "sha256", "created")


@admin.register(Upload)
class UploadAdmin(ReadOnly):
    list_display = ("dataset", "status", "size", "created_by", "created", "failure")
    list_filter = ("status",)


@admin.register(UploadedFile)
class UploadedFileAdmin(ReadOnly):
    list_display = ("name", "upload", "split", "size", "received")
