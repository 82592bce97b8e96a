"""Feeds the search index from the change log."""
