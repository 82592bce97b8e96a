"""What a new workspace starts with: the tax rates of China and usual units."""

from decimal import Decimal

from zhike.base.actors import Actor
from zhike.domains.catalogue.models import TaxRate, Unit

TAX_RATES = (
    ("13%", "13"), ("9%", "9"), ("6%", "6"), ("3%", "3"), ("1%", "1"), ("0%", "0"), ("免税", "0"),
)  # fmt: skip
UNITS: tuple[tuple[str, int, tuple[str, ...]], ...] = (
    ("件", 0, ("piece", "pieces", "pcs", "pc")), ("个", 0, ("each", "ea")), ("台", 0, ()), ("套", 0, ("set", "sets")),
    ("箱", 0, ("box", "boxes", "carton")), ("人", 0, ("person", "people")), ("场", 0, ()), ("次", 0, ("time", "times")),
    ("小时", 2, ("hour", "hours", "h", "钟头")), ("月", 1, ("month", "months", "个月")),
    ("公斤", 3, ("kg", "千克")), ("米", 2, ("metre", "meter", "m")),
)  # fmt: skip
COUNTED: tuple[tuple[str, str, str, int, tuple[str, ...]], ...] = (
    ("天", "小时", "8", 2, ("day", "days", "日")), ("年", "月", "12", 1, ("year", "years")),
    ("吨", "公斤", "1000", 3, ("t", "tonne", "ton")), ("克", "公斤", "0.001", 0, ("g", "gram")),
    ("千米", "米", "1000", 3, ("km", "公里")),
)  # fmt: skip


def prepare_workspace(actor: Actor) -> None:
    """Does nothing where there are tax rates or units already."""
    if not TaxRate.objects.exists():
        for position, (name, percent) in enumerate(TAX_RATES, start=1):
            TaxRate.objects.create(name=name, percent=Decimal(percent), position=position, is_default=position == 1)
    if not Unit.objects.exists():
        _begin_units()


def _begin_units() -> None:
    known: dict[str, Unit] = {}
    for position, (name, places, words) in enumerate(UNITS, start=1):
        known[name] = Unit.objects.create(name=name, places=places, synonyms=list(words), position=position)
    for position, (name, base, factor, places, words) in enumerate(COUNTED, start=len(UNITS) + 1):
        Unit.objects.create(
            name=name, base=known[base], factor=Decimal(factor), places=places, synonyms=list(words), position=position
        )
