"""One condition language for everything that chooses records; see `language.py` for its form."""

from zhike.records.conditions.compiling import compile_node, context_of, filtered
from zhike.records.conditions.explaining import chips, describe, explain
from zhike.records.conditions.language import ConditionError, parse

__all__ = ["ConditionError", "chips", "compile_node", "context_of", "describe", "explain", "filtered", "parse"]
