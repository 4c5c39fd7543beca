"""Views: load, call one service or selector, return."""
