"""`reproduce`: a bundle's recipe run again, and what came out held against what the bundle tells."""

from __future__ import annotations

import argparse
import json
from contextlib import closing

from rich.console import Console

from nas_engine.bundle import BadBundle, compared, is_bundle, opened, refuse_incomparable
from nas_engine.commandline.files import refuse_missing
from nas_engine.commandline.made_here import RunHere
from nas_engine.commandline.run import followed
from nas_engine.fingerprint import fingerprint
from nas_engine.local import Journal
from nas_engine.wire import plain, write_atomically

EQUAL, DIFFERENT = 0, 4
OUTCOME = "reproduction.json"


def command(chosen: argparse.Namespace) -> int:
    """Raises BadBundle, BadData for data that is not here, and Incompatible for a run that cannot be compared."""
    if not is_bundle(chosen.bundle):
        raise BadBundle(f"{chosen.bundle} is no bundle; give a NAME.bundle.zip, or `run` a recipe")
    console = Console(highlight=False, markup=False)
    with opened(chosen.bundle) as bundle:
        refuse_incomparable(bundle)
        refuse_missing(bundle.plan)
        followed(bundle.plan, chosen, Console(highlight=False))
        here = ({**fingerprint(), "device": chosen.device},)
        with closing(Journal(chosen.out)) as journal:
            found = compared(bundle, RunHere(journal), here)
    told = {**plain(found), "equal": found.equal, "said": found.said()}
    write_atomically(chosen.out / OUTCOME, (json.dumps(told, indent=2) + "\n").encode())
    console.print(found.said(), soft_wrap=True)
    return EQUAL if found.equal else DIFFERENT
