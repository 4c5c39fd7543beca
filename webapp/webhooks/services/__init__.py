"""All writes of webhooks and deliveries."""
