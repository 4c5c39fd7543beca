"""`python -m spacewright`: see `spacewright.commandline`."""

import sys

from spacewright.commandline import main

if __name__ == "__main__":
    sys.exit(main())
