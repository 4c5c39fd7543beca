"""All writes of operator sets."""
