"""Studies, or networks, side by side."""
