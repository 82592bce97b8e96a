"""300 customers and 600 contacts of the demo company. Every name and number is invented."""

from __future__ import annotations

from datetime import date
from typing import Any

from zhike.base import identifiers
from zhike.base.story import Story
from zhike.domains.customers import services
from zhike.domains.customers.choices import Attitude, BuyingRole, CustomerKind
from zhike.domains.customers.models import Customer, Industry, Source

CUSTOMER_COUNT, CONTACT_COUNT, PERSON_SHARE = 300, 600, 0.08
PLACES = (
    ("上海", "上海市/上海市/浦东新区", "021"), ("苏州", "江苏省/苏州市/姑苏区", "0512"),
    ("杭州", "浙江省/杭州市/西湖区", "0571"), ("南京", "江苏省/南京市/鼓楼区", "025"),
    ("宁波", "浙江省/宁波市/鄞州区", "0574"), ("无锡", "江苏省/无锡市/梁溪区", "0510"),
    ("合肥", "安徽省/合肥市/蜀山区", "0551"), ("广州", "广东省/广州市/天河区", "020"),
    ("深圳", "广东省/深圳市/南山区", "0755"), ("厦门", "福建省/厦门市/思明区", "0592"),
    ("东莞", "广东省/东莞市", "0769"), ("长沙", "湖南省/长沙市/岳麓区", "0731"),
    ("成都", "四川省/成都市/武侯区", "028"), ("武汉", "湖北省/武汉市/洪山区", "027"),
    ("西安", "陕西省/西安市/雁塔区", "029"), ("青岛", "山东省/青岛市/市南区", "0532"),
)  # fmt: skip
WORDS = (
    "云杉", "启明", "半山", "海纳", "紫金", "华联", "量光", "鹭岛", "海风", "天府", "光谷", "大唐", "湘江", "南电",
    "前海", "山城", "闽江", "泉城", "远航", "嘉禾", "瑞丰", "恒信", "博雅", "中衡", "明德", "同舟", "锦程", "盛世",
    "新澄", "东篱", "北辰", "朗润", "和光", "知行", "安澜", "听涛", "映山", "望岳", "青禾", "白鹭",
)  # fmt: skip
TRADES = (
    ("制造业", ("精密机械", "电器", "新材料", "汽车零部件")), ("信息技术", ("软件", "通信科技", "数据服务")),
    ("医疗健康", ("医疗科技", "生物制药", "医院管理")), ("金融", ("金融服务", "资产管理")),
    ("教育", ("教育集团", "职业培训")), ("零售", ("商业连锁", "食品")), ("物流", ("国际物流", "供应链")),
    ("文化旅游", ("酒店管理", "文创")), ("房地产", ("置业", "物业服务")),
)  # fmt: skip
SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾萧田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛"
GIVEN = (
    "敏", "倩", "涛", "静", "磊", "婷", "浩", "颖", "鹏", "雪", "宇航", "思远", "嘉怡", "晓东", "梦琪", "志强", "丽华",
    "俊杰", "雨桐", "子涵", "文博", "佳宁", "海燕", "建国", "一鸣", "若曦", "明轩", "诗雨", "国栋", "秀英",
)  # fmt: skip
POSTS = (
    "采购总监",
    "行政主管",
    "人力资源经理",
    "财务经理",
    "总经理助理",
    "市场总监",
    "工会主席",
    "副总经理",
    "行政专员",
)
TAGS = ("年度协议", "会奖", "月结", "重点客户", "转介绍", "价格敏感", "常年差旅")
SIZES = (8, 35, 60, 150, 260, 420, 800, 2300)


def tell(story: Story) -> None:
    _tell_customers(story)
    _tell_contacts(story)


def _tell_customers(story: Story) -> None:
    industries = {row.name: row for row in Industry.objects.all()}
    sources = list(Source.objects.all())
    names = _names(story)
    customers: list[Customer] = []
    for number in range(CUSTOMER_COUNT):
        seller = story.sellers[number % len(story.sellers)]
        actor = story.actors[seller]
        changes = (
            _person(story) if story.dice.random() < PERSON_SHARE else _organisation(story, names, industries, number)
        )
        changes |= {"source": story.dice.choice(sources), "owner_id": actor.member_id}
        if number > 40 and customers and number % 15 == 0 and changes["kind"] == CustomerKind.ORGANISATION:
            changes["parent"] = next(c for c in customers[number - 40 :] if c.is_organisation)
        with story.act(
            actor, "create", story.moment(549 - number * 1.3), record_type="customers", subject=changes["name"]
        ):
            customers.append(services.add_customer(actor=actor, **changes))
    story.props["customers"] = customers


def _names(story: Story) -> list[tuple[str, Any, str]]:
    found = [
        (f"{place[0]}{word}{trade}", place, industry)
        for word in WORDS
        for industry, trades in TRADES
        for trade, place in zip(trades, story.dice.sample(PLACES, len(trades)), strict=True)
    ]
    story.dice.shuffle(found)
    return found


def _organisation(story: Story, names: list[Any], industries: dict[str, Industry], number: int) -> dict[str, Any]:
    name, place, industry = names[number]
    dice = story.dice
    return {
        "kind": CustomerKind.ORGANISATION,
        "name": f"{name}有限公司",
        "short_name": name[2:],
        "credit_code": identifiers.make_credit_code(number + 1),
        "industry": industries[industry],
        "employee_count": dice.choice(SIZES),
        "region": place[1],
        "address": f"{place[0]}人民路 {dice.randint(1, 900)} 号",
        "website": f"https://www.hc{number:03d}.example",
        "phones": [{"kind": "landline", "number": f"+86{place[2].lstrip('0')}{dice.randint(5000, 8999)}{number:04d}"}],
        "tags": dice.sample(TAGS, dice.choice((0, 0, 1, 1, 2))),
    }


def _person(story: Story) -> dict[str, Any]:
    return {
        "kind": CustomerKind.PERSON,
        "name": _name(story),
        "phones": [_mobile(story)],
        "birthday": _birthday(story),
        "region": story.dice.choice(PLACES)[1],
    }


def _tell_contacts(story: Story) -> None:
    organisations = [customer for customer in story.props["customers"] if customer.is_organisation]
    contacts = []
    for number in range(CONTACT_COUNT):
        customer = organisations[number % len(organisations)]
        actor = next(actor for actor in story.actors.values() if actor.member_id == customer.owner_id)
        changes = _contact(story, number)
        at = max(customer.created_at, story.moment(540 - number * 0.85))
        with story.act(actor, "create", at, record_type="contacts", subject=changes["name"]):
            contacts.append(services.add_contact(actor=actor, customer=customer, owner_id=actor.member_id, **changes))
    story.props["contacts"] = contacts


def _contact(story: Story, number: int) -> dict[str, Any]:
    dice = story.dice
    return {
        "name": _name(story),
        "job_title": dice.choice(POSTS),
        "buying_role": dice.choice(BuyingRole.values),
        "attitude": dice.choices(Attitude.values, (4, 4, 2, 1))[0],
        "phones": [_mobile(story)],
        "emails": [{"kind": "work", "address": f"contact{number:03d}@hc{number % 276:03d}.example"}],
        "birthday": _birthday(story),
    }


def _name(story: Story) -> str:
    return story.dice.choice(SURNAMES) + story.dice.choice(GIVEN)


def _mobile(story: Story) -> dict[str, str]:
    """Numbers of the 192 000 block, which no example reaches a person by."""
    return {"kind": "mobile", "number": f"+86192000{story.dice.randint(0, 99999):05d}"}


def _birthday(story: Story) -> date:
    return date(story.dice.randint(1965, 2000), story.dice.randint(1, 12), story.dice.randint(1, 28))
