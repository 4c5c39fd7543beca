"""A webhook's secret, and what is signed with it, after Standard Webhooks (standardwebhooks.com).

No secret is kept: it follows from SECRET_KEY, the webhook and its turn. A rotation is the next turn, and for a day both sign.
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from datetime import datetime, timedelta

from django.utils.crypto import salted_hmac

from webapp.webhooks.models import Webhook

PREFIX = "whsec_"
BOTH = timedelta(days=1)  # for so long after a rotation the secret before signs too


def secret_of(webhook: Webhook) -> str:
    """As its receiver needs it."""
    return PREFIX + b64encode(_key(webhook, webhook.turn)).decode()


def signature(webhook: Webhook, identity: str, at: datetime, body: bytes) -> str:
    """The header `webhook-signature`."""
    turns = [webhook.turn]
    if webhook.rotated is not None and at - webhook.rotated < BOTH and webhook.turn:
        turns.append(webhook.turn - 1)
    signed = b".".join([identity.encode(), str(int(at.timestamp())).encode(), body])
    return " ".join(f"v1,{b64encode(hmac.digest(_key(webhook, turn), signed, 'sha256')).decode()}" for turn in turns)


def _key(webhook: Webhook, turn: int) -> bytes:
    return salted_hmac("webhooks", f"{webhook.pk}:{turn}", algorithm="sha256").digest()
