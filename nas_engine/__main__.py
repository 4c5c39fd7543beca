"""`python -m nas_engine`: see `nas_engine.commandline`."""

import sys

from nas_engine.commandline import main

if __name__ == "__main__":
    sys.exit(main())
