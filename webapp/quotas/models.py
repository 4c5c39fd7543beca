"""What a team may use, where that is not what the settings say for all, and what it has used of the devices."""

from __future__ import annotations

from django.db import models

from webapp.accounts.models import Team


class Quota(models.Model):
    """One limit of one team, set by whoever runs the studio. Without a row the settings' default holds."""

    class What(models.TextChoices):
        STUDIES = "studies"  # that run at once
        SECONDS = "seconds"  # of devices, a calendar month (UTC)
        BYTES = "bytes"  # of data and of studies' files

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="quotas")
    what = models.CharField(max_length=8, choices=What.choices)
    most = models.PositiveBigIntegerField(null=True, blank=True)  # none: no limit

    class Meta:
        constraints = (models.UniqueConstraint(fields=("team", "what"), name="one_quota_a_kind"),)

    def __str__(self) -> str:
        return f"{self.what} of {self.team}: {'no limit' if self.most is None else self.most}"


class DeviceUse(models.Model):
    """Device seconds of a team in a month. They stay when studies are deleted."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="device_use")
    month = models.DateField()  # its first day
    seconds = models.FloatField(default=0.0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("team", "month"), name="one_use_a_month"),)
        verbose_name_plural = "device use"

    def __str__(self) -> str:
        return f"{self.seconds:.0f} s of {self.team} in {self.month:%B %Y}"
