"""Backups: a studio as a folder. The manifest is written last, so a folder without one is no backup."""
