"""All writes of saved spaces."""
