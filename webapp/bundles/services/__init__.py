"""All writes of bundles."""
