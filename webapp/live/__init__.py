"""The live run: what a page shows, kept current over a socket."""
