"""What a new workspace starts with: usual industries and sources."""

from zhike.base.actors import Actor
from zhike.domains.customers.models import Industry, Source

INDUSTRIES = (
    "制造业",
    "信息技术",
    "医疗健康",
    "金融",
    "教育",
    "零售",
    "物流",
    "文化旅游",
    "房地产",
    "政府与公共",
    "其他",
)
SOURCES = ("老客户推荐", "电话拜访", "展会", "官网", "广告", "合作伙伴", "其他")


def prepare_workspace(actor: Actor) -> None:
    """Does nothing where there are industries or sources already."""
    for model, names in ((Industry, INDUSTRIES), (Source, SOURCES)):
        if not model.objects.exists():
            for position, name in enumerate(names, start=1):
                model.objects.create(name=name, position=position)
