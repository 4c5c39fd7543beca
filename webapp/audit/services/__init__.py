"""All writes of the audit log: one, and nothing takes it back."""
