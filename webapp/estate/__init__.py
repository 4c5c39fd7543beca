"""What a team owns as a whole: taken away as one archive, and reclaimed."""
