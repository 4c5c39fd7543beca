"""What processes log: lines to read, or one JSON object each, with what they are about."""
