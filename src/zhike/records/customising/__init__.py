"""What an administrator shapes without code: the fields a company adds to a record type."""
