"""Roles as data: what a member may do with each record type, and whose records that reaches."""
