"""An operator set is retired, no longer offered and still read, or offered again."""

from __future__ import annotations

from django.db.models.functions import Now

from webapp.accounts.models import Role, User
from webapp.accounts.selectors import require
from webapp.operators.models import OperatorSet


def retire_set(user: User, operator_set: OperatorSet) -> bool:
    """No longer offered; whether it was until now. Studies that used it keep its versions. Raises NotAllowed for a viewer."""
    require(user, operator_set.team_id, Role.EDITOR)
    return bool(OperatorSet.objects.filter(pk=operator_set.pk, retired=None).update(retired=Now()))


def restore_set(user: User, operator_set: OperatorSet) -> bool:
    """Offered again; whether it was not until now. Raises NotAllowed for a viewer."""
    require(user, operator_set.team_id, Role.EDITOR)
    return bool(OperatorSet.objects.filter(pk=operator_set.pk).exclude(retired=None).update(retired=None))
