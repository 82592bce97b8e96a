"""What the travel agency of the demo sells."""

from decimal import Decimal

from zhike.base.story import Story
from zhike.domains.catalogue import services
from zhike.domains.catalogue.models import Category, TaxRate, Unit

PRODUCTS = (
    ("会奖旅游", "奖励旅游 · 云南六日", "人", 5800),
    ("会奖旅游", "奖励旅游 · 三亚五日", "人", 4900),
    ("会奖旅游", "海外考察团", "人", 18800),
    ("会议会展", "企业年会承办", "场", 180000),
    ("会议会展", "医生学术会议", "场", 120000),
    ("会议会展", "经销商大会", "场", 150000),
    ("团队建设", "中层干部拓展营", "人", 1680),
    ("团队建设", "部门团建一日", "人", 380),
    ("差旅管理", "机票月结协议", "年", 60000),
    ("差旅管理", "酒店协议价", "年", 40000),
    ("研学教育", "暑期研学营", "人", 3600),
    ("健康旅游", "员工体检游", "人", 2200),
)


def tell(story: Story) -> None:
    director = story.actors["林晓"]
    products = []
    with story.act(director, "add_products", story.moment(560), record_type="products"):
        categories: dict[str, Category] = {}
        units = {row.name: row for row in Unit.objects.all()}
        taxed = TaxRate.objects.filter(percent=6).first()
        for position, (category, name, unit, price) in enumerate(PRODUCTS, start=1):
            if category not in categories:
                categories[category] = Category.objects.create(name=category, position=len(categories) + 1)
            products.append(
                services.add_product(
                    actor=director,
                    name=name,
                    code=f"HC-{position:03d}",
                    category=categories[category],
                    unit=units[unit],
                    tax_rate=taxed,
                    list_price=Decimal(price),
                )
            )
    story.props["products"] = products
