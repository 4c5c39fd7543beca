"""A team's own operators on pages: shown as cards, written step by step."""
