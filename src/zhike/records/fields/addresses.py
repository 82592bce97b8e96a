"""An address: the place as a path of regions, and what stands behind it."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q, Value
from django.db.models.fields.json import KeyTextTransform, KeyTransform
from django.db.models.functions import Coalesce, Concat, NullIf
from django.utils.translation import gettext_lazy as _

from zhike.base import regions
from zhike.records.fields.base import Context, Field, Invalid
from zhike.records.fields.text import CONTROL, as_list

LONGEST_REGION, LONGEST_DETAIL = 100, 200
PARTS = ("region", "detail")
NOTHING = Value("", models.TextField())


class Address(Field):
    """Only as a custom field. A value is `{"region": "江苏省/苏州市/昆山市", "detail": "前进路1号"}`."""

    kind = "address"
    operators: ClassVar[tuple[str, ...]] = ("in", "contains", "not_contains", "empty", "not_empty")
    width = 240

    def from_stored(self, stored: Any) -> Any:
        if not isinstance(stored, dict):
            return None
        return {name: str(stored.get(name) or "") for name in PARTS}

    def from_form(self, data: Any) -> Any:
        sent = [part.strip() for part in data.getlist(self.name)]
        return dict(zip(PARTS, [*sent, "", ""], strict=False)) if any(sent) else ""

    def clean_value(self, raw: Any) -> Any:
        """An object with `region` and `detail`, or the whole address as one writes it."""
        if isinstance(raw, str):
            raw = self._split(CONTROL.sub(" ", raw))
        if not isinstance(raw, dict) or not set(raw) <= set(PARTS):
            raise Invalid(_("An address is expected here: a region and what stands behind it."))
        region, detail = (self._part(raw.get(name)) for name in PARTS)
        region = regions.normalise_region(region) if region else ""
        if len(region) > LONGEST_REGION or len(detail) > LONGEST_DETAIL:
            raise Invalid(_("At most %(limit)d characters.") % {"limit": LONGEST_DETAIL})
        if not region and not detail:
            return self.clean(None)
        return {"region": region, "detail": detail}

    def _part(self, raw: Any) -> str:
        if raw is not None and not isinstance(raw, str):
            raise Invalid(_("Text is expected here."))
        return " ".join(CONTROL.sub(" ", raw or "").split())

    def _split(self, text: str) -> dict[str, str]:
        """What an export wrote (a path, a blank, the rest), or an address as people write it."""
        first, _blank, rest = text.strip().partition(" ")
        if "/" in first and regions.normalise_region(first) == first:
            return {"region": first, "detail": rest}
        place = regions.split_address(text.strip())
        return {"region": "/".join(place.path), "detail": place.rest}

    def read(self, raw: Any, zone: tzinfo) -> Any:
        return self.clean("" if raw is None else str(raw))

    def text(self, value: Any) -> str:
        if not value:
            return ""
        return " ".join(filter(None, (regions.short_region(value["region"], levels=3), value["detail"])))

    def cell(self, value: Any) -> Any:
        """The whole path, so that a file can be read again."""
        return " ".join(filter(None, (value["region"], value["detail"]))) if value else ""

    def schema(self) -> dict[str, Any]:
        properties = {
            "region": {"type": "string", "maxLength": LONGEST_REGION // 2},
            "detail": {"type": "string", "maxLength": LONGEST_DETAIL},
        }
        return {"type": ["object", "null"], "properties": properties, "additionalProperties": False}

    def form_value(self, value: Any) -> Any:
        return value if isinstance(value, dict) else dict.fromkeys(PARTS, "")

    def _inner(self, part: str, prefix: str) -> Any:
        within = KeyTransform(self.name, f"{prefix}custom")
        return KeyTextTransform(part, within, output_field=models.TextField())

    def _present(self, part: str, prefix: str) -> Any:
        return Coalesce(self._inner(part, prefix), NOTHING, output_field=models.TextField())

    def expression(self, prefix: str = "") -> Any:
        """The whole address in a line."""
        blank = Value(" ", models.TextField())
        whole = Concat(*(self._present(PARTS[0], prefix), blank, self._present(PARTS[1], prefix)))
        return NullIf(models.Func(whole, function="btrim", output_field=models.TextField()), NOTHING)

    def condition(self, operator: str, value: Any, context: Context, prefix: str = "") -> Q:
        if operator == "in":
            return self._within(as_list(value), prefix)
        if operator in ("contains", "not_contains"):
            if not isinstance(value, str) or not value.strip():
                raise Invalid(_("Say a value to compare with."))
            found = self.compare("icontains", value.strip(), prefix)
            return ~found if operator == "not_contains" else found
        return super().condition(operator, value, context, prefix)

    def _within(self, places: list[Any], prefix: str) -> Q:
        """In one of these regions or below it."""
        paths = [regions.normalise_region(place) for place in places if isinstance(place, str) and place.strip()]
        if not paths:
            raise Invalid(_("Say a value to compare with."))
        region = self._present("region", prefix)
        found = Q(pk__in=[])
        for path in paths:
            found |= Q(region.get_lookup("exact")(region, path)) | Q(
                region.get_lookup("startswith")(region, f"{path}/")
            )
        return found

    def explain(self, operator: str, value: Any) -> str:
        return str(_(", ")).join(str(each) for each in as_list(value))
