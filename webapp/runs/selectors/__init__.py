"""All reads of runs."""
