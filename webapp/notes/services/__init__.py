"""All writes of notes and tags."""
