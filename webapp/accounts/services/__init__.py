"""All writes of users, teams and tokens."""
