"""Sample data of the style guide: one believable company, nothing from a database."""

import itertools

COLOURS = ("#2f5bd7", "#475569", "#0b7a7c", "#c8322b", "#be3d7a", "#b45309", "#6d3fc0", "#1a7f4b")
PEOPLE = ("张伟", "王芳", "李娜", "陈强", "林晓", "赵敏")
NAMES = (
    "苏州启明精密机械 上海云杉医疗科技 杭州半山教育集团 宁波海纳国际物流 南京紫金生物制药 无锡华联纺织 合肥量子通信 "
    "厦门鹭岛酒店管理 青岛海风食品 成都天府文旅 武汉光谷软件园 "
    "西安大唐文创 长沙湘江汽车销售 广州南方电器 深圳前海金融服务 "
    "重庆山城餐饮连锁 福州闽江建材 济南泉城中医院 大连北良港务 昆明滇池花卉 "
    "Beijing-Hamburg Precision Instruments (China) Co., Ltd."
)
GRADES = (("A 级", "accent"), ("B 级", ""), ("C 级", ""))
STAGES = (("新客", "accent"), ("衰退", "warn"), ("成熟", "good"), ("潜在", "plum"), ("成长", "good"))
AGES = ("今天", "12 天前", "昨天", "31 天前", "5 天前", "2 天前")
COLUMNS = [
    (key, label, key in ("won", "open"))
    for key, label in zip(
        ["name", "grade", "stage", "industry", "region", "won", "open", "quality", "seen", "owner"],
        ["客户", "等级", "阶段", "行业", "地区", "累计成交¥", "在谈", "资料质量", "最近联系", "负责人"],
        strict=True,
    )
]
DEALS = [
    "2026 年会（320 人）",
    "中层拓展营",
    "海外考察团",
    "经销商答谢游",
    "医生学术会议",
    "员工体检游",
    "机票月结协议",
    "设备巡检年约",
]


def names() -> list[str]:
    """Customer names; the last one is English and long."""
    return [*NAMES.split(" ")[:20], " ".join(NAMES.split(" ")[20:])]


def colour(text: str) -> str:
    return COLOURS[sum(map(ord, text)) % len(COLOURS)]


def member(name: str) -> dict[str, str]:
    return {"name": name, "initial": name[0], "colour": colour(name)}


def row(number: int, name: str) -> dict[str, object]:
    quality = 55 + (number * 17) % 45
    return {
        "id": number,
        "name": name,
        "initial": name[0],
        "colour": colour(name),
        "owner": member(PEOPLE[number % 6]),
        "grade": GRADES[number * 2 % 3],
        "stage": STAGES[number % 5],
        "industry": ("制造业", "医疗", "教育", "文旅", "物流")[number % 5],
        "region": ("江苏 苏州", "上海 浦东", "浙江 杭州", "广东 深圳", "四川 成都")[number * 3 % 5],
        "won": f"{(number * 73 % 480 + 20) * 1000:,}",
        "open": number * 7 % 5,
        "quality": quality,
        "level": "" if quality >= 80 else "warn" if quality >= 60 else "bad",
        "seen": AGES[number % 6],
        "late": AGES[number % 6] == "31 天前",
    }


def rows() -> list[dict[str, object]]:
    return [row(number, name) for number, name in enumerate(names(), 1)]


def card(number: int) -> dict[str, object]:
    deal, customer = DEALS[number % len(DEALS)], names()[number * 5 % 20]
    late = number % 4 == 1
    return {
        "id": number,
        "title": deal,
        "customer": customer,
        "amount": f"{(number * 37 % 58 + 3) * 10_000:,}",
        "day": f"{number % 12 + 1}-{number % 27 + 1}",
        "late": f"停留 {30 + number} 天" if late else "",
        "owner": member(PEOPLE[number % 6]),
    }


def lanes() -> list[dict[str, object]]:
    """Five stages with their cards."""
    stages = (
        ("需求确认", 8, "254.9 万", "10%", ""),
        ("方案报价", 7, "213.8 万", "30%", ""),
        ("商务谈判", 5, "266.1 万", "60%", ""),
        ("合同审批", 3, "302.5 万", "85%", ""),
        ("赢单", 4, "302.3 万", "100%", "won"),
        ("输单", 0, "0", "0%", "lost"),
    )
    numbers = itertools.count(1)
    return [
        {
            "key": key,
            "name": name,
            "count": count,
            "sum": total,
            "share": share,
            "kind": kind,
            "cards": [card(next(numbers)) for _ in range(count)],
        }
        for key, (name, count, total, share, kind) in enumerate(stages)
    ]


def item(label: str, icon: str, page: str = "", badge: int = 0, tab: str = "") -> dict[str, object]:
    return {
        "label": label,
        "icon": icon,
        "url": f"/{page}/" if page else "/empty/",
        "badge": badge,
        "tab": tab,
        "page": page,
    }


def navigation(page: str) -> list[dict[str, object]]:
    groups = [
        {
            "label": "",
            "items": [
                item("首页", "home", "home", tab="early"),
                item("任务", "checkbox", badge=6),
                item("日程", "calendar"),
            ],
        },
        {
            "label": "客户",
            "items": [
                item("客户", "building", "list", tab="early"),
                item("联系人", "users", "record"),
                item("数据质量", "stethoscope", "error", 38),
            ],
        },
        {
            "label": "销售",
            "items": [
                item("商机", "target-arrow", "board", tab="late"),
                item("产品", "package", "components"),
                item("导入", "database-import", "wizard"),
            ],
        },
        {"label": "洞察", "items": [item("报表", "chart-bar", "forms")]},
    ]
    for group in groups:
        for entry in group["items"]:
            entry["active"] = entry["page"] == page
    return groups


def shell(page: str) -> dict[str, object]:
    """What base.html expects."""
    create = [
        item("客户", "building") | {"url": "/drawer/", "key": "c"},
        item("联系人", "user-plus") | {"url": "/drawer/"},
        item("商机", "target-arrow") | {"url": "/drawer/"},
        item("任务", "checkbox") | {"url": "/drawer/"},
    ]
    return {
        "workspace_name": "华程国际旅行社",
        "navigation": navigation(page),
        "member": member("林晓") | {"id": 5, "url": "/forms/", "email": "linxiao@huacheng.example"},
        "unread": 3,
        "create_items": create,
        "notices_url": "/notices/",
        "palette_url": "/palette/",
        "member_items": [item("设置", "settings"), item("回收站", "trash")],
    }


FUNNEL = [
    ("线索", 100, 35, "—", "412"),
    ("需求确认", 74, 50, "¥ 820 万", "64%"),
    ("方案报价", 52, 65, "¥ 560 万", "71%"),
    ("商务谈判", 31, 80, "¥ 340 万", "58%"),
    ("赢单", 19, 100, "¥ 210 万", "62%"),
]
MAPPING = [
    ("opportunity_id", "1C1I7A6R", "外部编号", "good"),
    ("sales_agent", "Moses Frase", "负责人", "good"),
    ("product", "GTX Plus Basic", "产品", "good"),
    ("account", "Cancity", "客户", "good"),
    ("deal_stage", "Won", "阶段", "good"),
    ("close_value", "1054", "金额", "good"),
    ("notes", "…", "", ""),
]
PIECES = {
    "facts": [
        {"label": "负责人", "value": "王芳", "avatar": member("王芳")},
        {"label": "累计成交", "value": "¥ 1,286,000", "note": "+18%", "trend": "up"},
    ],
    "path": [
        {"label": "需求确认", "state": "done", "url": "/undo/", "value": 1},
        {"label": "方案报价", "state": "now", "note": "16 天"},
        {"label": "赢单", "url": "/undo/", "value": 3},
    ],
    "steps": ["选择文件", "对应列", "导入"],
    "funnel_rows": [
        {"label": "线索", "share": 100, "strength": 40, "value": "—", "note": "412"},
        {"label": "赢单", "share": 19, "strength": 100, "value": "¥ 210 万", "note": "62%", "url": "#"},
    ],
    "chart": {"kind": "line", "labels": ["1 月", "2 月", "3 月"], "series": [{"name": "赢单", "data": [12, 30, 18]}]},
    "chart_table": [("1 月", 12), ("2 月", 30), ("3 月", 18)],
}
