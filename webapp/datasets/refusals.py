"""What uploads are refused for, beyond what everything is refused for."""

from __future__ import annotations

from webapp.refusals import Refused


class TooLarge(Refused):
    """More bytes than may come."""

    status, slug = 413, "too-large"


class Gone(Refused):
    """It was there, and will not come back."""

    status, slug = 410, "gone"


class Busy(Refused):
    """Another request writes the same file just now."""

    status, slug = 423, "busy"


class DiskFull(Refused):
    """There is no room for it."""

    status, slug = 507, "disk-full"


class WrongVersion(Refused):
    """The client speaks another version of tus."""

    status, slug = 412, "wrong-version"


class LengthMissing(Refused):
    """A body without its length."""

    status, slug = 411, "length-missing"


class WrongChecksum(Refused):
    """The bytes that came are not those that were sent. (The status is tus's own.)"""

    status, slug = 460, "checksum-mismatch"
