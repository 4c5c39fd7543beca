"""All writes of studies."""
