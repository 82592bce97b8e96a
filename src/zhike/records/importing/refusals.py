"""The errors of imports, each a sentence for the person who can mend it."""

from zhike.base.sentences import Sentence


class UnableToUsePlan(Sentence):
    """The mapping does not fit the record type or the file."""


class UnableToImport(Sentence):
    """The import as a whole cannot go on: the right is missing, or somebody else works on it."""
