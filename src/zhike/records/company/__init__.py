"""What the company says of itself, and how it counts its time: its fiscal year and the days it works."""
