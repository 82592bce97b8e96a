"""Which currencies the company uses and what they are worth in its own, day by day."""
