"""A mail server of the test's own: real SMTP on a free port, which keeps what it is sent."""

from __future__ import annotations

import email
import socketserver
import threading
import time
from email import policy
from email.message import EmailMessage
from typing import cast

PATIENCE = 60.0  # seconds; a guard against hanging


class Mailbox:
    """Use as a context. `messages` are in the order that they came."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        box = self

        class Talk(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self._say("220 the test's")
                while line := self.rfile.readline().decode().strip():
                    word = line.split()[0].upper()
                    if word == "DATA":
                        self._say("354 go on")
                        self._take()
                    elif word == "QUIT":
                        self._say("221 bye")
                        return
                    self._say("250 ok")

            def _take(self) -> None:
                lines = []
                while (line := self.rfile.readline()) not in (b".\r\n", b""):
                    lines.append(line[1:] if line.startswith(b"..") else line)
                found = email.message_from_bytes(b"".join(lines), policy=policy.default)
                box.messages.append(cast(EmailMessage, found))

            def _say(self, text: str) -> None:
                self.wfile.write(f"{text}\r\n".encode())

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True

        self._server = Server(("127.0.0.1", 0), Talk)
        self.port: int = self._server.server_address[1]

    def __enter__(self) -> Mailbox:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def waited_for(self, number: int) -> EmailMessage:
        """The message of this number, from 0, once it is there."""
        deadline = time.monotonic() + PATIENCE
        while len(self.messages) <= number:
            assert time.monotonic() < deadline, "no mail came"
            time.sleep(0.05)
        return self.messages[number]
