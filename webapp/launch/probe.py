"""Whether the web process of this machine is ready, for a container's health check: `python -I webapp/launch/probe.py`.

The standard library alone: it is asked every few seconds, and must not load the studio for it.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request

PATH = "/health/ready/"
PATIENCE = 15.0  # seconds


def request() -> urllib.request.Request:
    """By one of the names that the studio answers to, and with the right to hear what is missing."""
    names = json.loads(os.environ.get("ALLOWED_HOSTS", "[]"))
    plain = [name for name in names if not name.startswith((".", "*"))]
    headers = {"Host": plain[0] if plain else "localhost"}
    if token := os.environ.get("METRICS_TOKEN"):
        headers["Authorization"] = f"Bearer {token}"
    return urllib.request.Request(f"http://127.0.0.1:{os.environ.get('PORT', '8000')}{PATH}", headers=headers)


def main() -> int:
    """The exit code; what was answered is said."""
    try:
        with urllib.request.urlopen(request(), timeout=PATIENCE) as answer:
            print(answer.read().decode())
            return 0
    except urllib.error.HTTPError as error:
        print(error.read().decode(errors="replace")[:2000])
    except (OSError, ValueError) as error:
        print(f"the web process does not answer: {error}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
