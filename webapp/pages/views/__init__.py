"""Views of the pages: load, call one service or selector, render."""
