"""Users, teams and who is what in which. Every other object belongs to a team."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models, transaction
from django.utils import timezone

from webapp.accounts.signals import password_changed


class UserManager(BaseUserManager["User"]):
    """Makes users by e-mail. (Django's own name for it.)"""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> User:
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> User:
        return self.create_user(email, password, **{**fields, "is_staff": True, "is_superuser": True})


class User(AbstractBaseUser, PermissionsMixin):
    """A person, known by e-mail."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=120, blank=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    joined = models.DateTimeField(auto_now_add=True)
    wants_mail = models.BooleanField(default=True)  # when a run of a study that they submitted has ended
    chosen_team = models.ForeignKey(  # whose things they see and make; none: those of all their teams
        "Team", on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    limited_to: uuid.UUID | None = None  # the one team that whoever asks may see: a token's limit; never stored

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    def save(self, *args: Any, **options: Any) -> None:
        """Says so where the password is another one; a hash that is only made stronger is not."""
        is_changed = getattr(self, "_password", None) is not None and not self._state.adding
        with transaction.atomic():
            super().save(*args, **options)
            if is_changed:
                password_changed.send(type(self), user=self)

    def __str__(self) -> str:
        return self.email


class Team(models.Model):
    """Who shares studies, data and workers."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=120)
    members: models.ManyToManyField[User, Membership] = models.ManyToManyField(
        User, through="Membership", related_name="teams"
    )
    created = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    OWNER = "owner"
    EDITOR = "editor"
    VIEWER = "viewer"


class Membership(models.Model):
    """A user in a team, with a role."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=8, choices=Role.choices, default=Role.VIEWER)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "team"), name="one_membership"),)

    def __str__(self) -> str:
        return f"{self.user} is {self.role} of {self.team}"


class Token(models.Model):
    """What a script proves itself with. Only its digest is kept: the token itself is shown once, when it is made."""

    class Scope(models.TextChoices):
        """What it may do at most, of what its user may. Each includes those before it."""

        READ = "read"
        WRITE = "write"  # submit, ask, upload, delete
        ADMIN = "admin"  # members, tokens, webhooks, the audit log

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=120)
    digest = models.CharField(max_length=64, unique=True)  # sha256; the token has 256 random bits, so no salt is needed
    scope = models.CharField(max_length=8, choices=Scope.choices, default=Scope.ADMIN)
    team = models.ForeignKey(  # the only one that it sees; none: all of its user's
        Team, on_delete=models.CASCADE, null=True, blank=True, related_name="tokens"
    )
    created = models.DateTimeField(auto_now_add=True)
    used = models.DateTimeField(null=True)
    expires = models.DateTimeField(null=True)

    class Meta:
        ordering = ("-created",)

    def __str__(self) -> str:
        return f"{self.name} of {self.user}"

    @property
    def has_ended(self) -> bool:
        return self.expires is not None and self.expires <= timezone.now()


class Invitation(models.Model):
    """What lets people into a team. As with a token, only the digest of its secret is kept: the link is shown once."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="invitations")
    role = models.CharField(max_length=8, choices=Role.choices, default=Role.VIEWER)
    email = models.EmailField(blank=True)  # whom it is for; none: whoever has the link
    digest = models.CharField(max_length=64, unique=True)
    uses = models.PositiveSmallIntegerField(default=0)
    most_uses = models.PositiveSmallIntegerField(default=1)
    created_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    created = models.DateTimeField(auto_now_add=True)
    expires = models.DateTimeField()

    class Meta:
        ordering = ("-created",)

    @property
    def is_over(self) -> bool:
        return self.uses >= self.most_uses or self.expires <= timezone.now()

    def __str__(self) -> str:
        return f"{self.email or 'whoever has the link'} as {self.role} of {self.team}"


class Attempt(models.Model):
    """One try at something that is limited; kept for an hour."""

    what = models.CharField(max_length=64)  # a keyed digest of the deed, and of who tries or at whom
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = (models.Index(fields=("what", "at"), name="attempts_by_what"),)

    def __str__(self) -> str:
        return f"a try at {self.at:%Y-%m-%d %H:%M}"
