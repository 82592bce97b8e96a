"""Believable data, much of it: written by SQL, because a million rows through services would take hours."""
