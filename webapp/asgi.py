"""The door for web servers: pages and REST over HTTP, live runs over a socket."""

import os
import warnings

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

# Files go out block by block, read in a thread: that is what this warning is about.
warnings.filterwarnings("ignore", "StreamingHttpResponse must consume synchronous iterators")
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "webapp.settings")

http = get_asgi_application()  # first: it readies the apps, whose models the sockets import

from webapp.intake import Intake  # noqa: E402 - see the line above
from webapp.live.routing import Sockets  # noqa: E402 - see the line above

application = ProtocolTypeRouter({"http": Intake(http), "websocket": Sockets()})
