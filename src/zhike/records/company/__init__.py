"""How the company counts its time: its fiscal year and the days it works."""
