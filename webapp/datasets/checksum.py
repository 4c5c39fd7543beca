"""The checksum that a client sends with a part: what the bytes on the wire have to come to."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass

from webapp.datasets.refusals import WrongChecksum
from webapp.refusals import Refused

ALGORITHMS = ("sha1", "sha256")  # sha1 is what tus asks of every server; both find accidents, and neither keeps secrets


@dataclass(frozen=True)
class Checksum:
    """An algorithm and the digest that is expected."""

    algorithm: str
    digest: bytes

    @classmethod
    def read(cls, text: str) -> Checksum:
        """`sha256 <base64>`. Raises Refused for anything else."""
        algorithm, _, encoded = text.strip().partition(" ")
        if algorithm not in ALGORITHMS:
            raise Refused(f"Upload-Checksum is by {algorithm!r}, wanted one of {', '.join(ALGORITHMS)}")
        try:
            digest = base64.b64decode(encoded, validate=True)
        except ValueError:  # of base64, or of its alphabet
            digest = b""
        if len(digest) != hashlib.new(algorithm, usedforsecurity=False).digest_size:
            raise Refused(f"Upload-Checksum is {text!r}, wanted '{algorithm} ' and its digest in base64")
        return cls(algorithm, digest)

    def begun(self) -> hashlib._Hash:
        """What the bytes are told to as they come."""
        return hashlib.new(self.algorithm, usedforsecurity=False)

    def held_to(self, name: str, offset: int, found: bytes) -> None:
        """Raises WrongChecksum where the bytes of a part came to something else."""
        if found != self.digest:
            raise WrongChecksum(
                f"the part of {name!r} from byte {offset:,} does not have the {self.algorithm} that came with it;"
                " nothing of it was kept: send it again"
            )
