"""What Schemathesis has to know of our media types. (Loaded by it.)"""

from __future__ import annotations

import schemathesis


@schemathesis.serializer("application/offset+octet-stream")
def part(_: schemathesis.SerializationContext, value: object) -> bytes:
    """A part of an upload: bytes as they are."""
    return value if isinstance(value, bytes) else str(value).encode()
