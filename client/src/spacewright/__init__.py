"""The client of a Spacewright studio. It knows nothing of the server but its REST API."""

from spacewright.architectures import Architectures, Pulled
from spacewright.client import Client
from spacewright.data import Data, Progress
from spacewright.errors import EndedBadly, NotLoggedIn, Refused, SpacewrightError, Torn, Unreachable, WrongAnswer
from spacewright.records import Cost, DataSet, DataVersion, Event, File, Network, Origin, Person, Run, Team
from spacewright.snapshot import Snapshot
from spacewright.studies import Studies, Study, StudySummary

__version__ = "0.1.0"
__all__ = [
    "Architectures",
    "Client",
    "Cost",
    "Data",
    "DataSet",
    "DataVersion",
    "EndedBadly",
    "Event",
    "File",
    "Network",
    "NotLoggedIn",
    "Origin",
    "Person",
    "Progress",
    "Pulled",
    "Refused",
    "Run",
    "Snapshot",
    "SpacewrightError",
    "Studies",
    "Study",
    "StudySummary",
    "Team",
    "Torn",
    "Unreachable",
    "WrongAnswer",
    "__version__",
]
