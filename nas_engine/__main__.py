"""`python -m nas_engine`: see `nas_engine.commandline`."""

import sys

from nas_engine.unpickling import refuse_unpickling

if __name__ == "__main__":
    refuse_unpickling()
    from nas_engine.commandline import main

    sys.exit(main())
