"""The command line: run, validate, count, export, convert, catalog."""

from nas_engine.commandline.parser import main

__all__ = ["main"]
