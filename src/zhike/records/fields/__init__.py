"""Fields by kind; see `base.Field` for what each answers."""

from zhike.records.fields.base import Context, Field, Invalid

__all__ = ["Context", "Field", "Invalid"]
