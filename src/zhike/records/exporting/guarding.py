"""Texts that a spreadsheet would run as a formula are kept from it by an apostrophe (OWASP: CSV injection)."""

DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def guarded(text: str) -> str:
    return f"'{text}" if text.startswith(DANGEROUS) else text
