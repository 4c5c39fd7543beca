"""The command `spacewright`: one file for each noun, and the parser."""

from spacewright.commandline.parser import main

__all__ = ["main"]
