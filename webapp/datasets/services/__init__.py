"""All writes of data."""
