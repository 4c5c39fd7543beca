"""The command line: run, validate, count, export, catalog."""

from nas_engine.commandline.parser import main

__all__ = ["main"]
