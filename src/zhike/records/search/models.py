"""What the search index keeps of every record, and where each member was last."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models


class SearchEntry(models.Model):
    """One record as people look for it. Made from the change log; may be thrown away and made anew.

    `title` is folded and in lower case, `reading` its pinyin in one word, `initials` the first letters: they
    answer "is it, or begins it with", which ranks first. `tokens` answers everything else; its lexemes bear
    the mark of the record type (see `marks.mark_of`), so that each type is a part of the index of its own.
    """

    LONGEST: ClassVar[dict[str, int]] = {"title": 80, "reading": 40, "initials": 20}

    pk = models.CompositePrimaryKey("record_type", "record_id")
    record_type = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    title = models.CharField(max_length=LONGEST["title"])
    reading = models.CharField(max_length=LONGEST["reading"])
    initials = models.CharField(max_length=LONGEST["initials"])
    tokens = SearchVectorField()
    updated_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            GinIndex(fields=["tokens"], name="search_tokens"),
            *(
                models.Index(
                    fields=["record_type", name, "updated_at"],
                    opclasses=["varchar_ops", "varchar_pattern_ops", "timestamptz_ops"],
                    name=f"search_{name}",
                )
                for name in ("title", "reading", "initials")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record_type} {self.record_id}"


@SearchVectorField.register_lookup
class Asked(models.Lookup):
    """`tokens__asked=TEXT`: the text of a tsquery, taken as it is."""

    lookup_name = "asked"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        column, column_parameters = self.process_lhs(compiler, connection)
        return f"{column} @@ %s::tsquery", [*column_parameters, self.rhs]


class Visit(models.Model):
    """A member opened a record's page: what the palette offers before anything is typed."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    record_type = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    visited_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["member", "record_type", "record_id"], name="visit_once")
        ]
        indexes: ClassVar = [models.Index(fields=["member", "-visited_at"], name="visit_member")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.record_type} {self.record_id}"
