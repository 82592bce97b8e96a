"""Looking after automatic numbers: their pattern, the next one, and which are missing."""
