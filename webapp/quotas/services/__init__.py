"""All writes of quotas."""
