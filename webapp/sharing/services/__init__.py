"""All writes of sharing."""
