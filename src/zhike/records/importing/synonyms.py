"""What columns are usually called, in the exports of other systems and in hand-made sheets.

Keyed by the name a field bears in whatever record type has it. A record type adds its own words in
its declaration; here stands only what is usual everywhere.
"""

from collections.abc import Collection, Mapping

_OWNER = (
    "owner", "account owner", "opportunity owner", "sales agent", "salesperson", "sales rep", "rep", "agent",
    "assigned to", "assignee", "responsible", "负责人", "跟进人", "销售", "销售员", "销售人员", "销售代表",
    "业务员", "客户经理", "所有者", "归属人", "所属销售", "归属销售", "责任人", "跟进人员", "业务经理",
)  # fmt: skip
_CUSTOMER = (
    "account", "account name", "company", "company name", "customer", "customer name", "client", "client name",
    "organisation", "organization", "employer", "客户", "客户名称", "客户名", "公司", "公司名称", "企业",
    "企业名称", "单位", "单位名称", "所属客户", "所属公司", "关联客户", "工作单位", "客户全称", "公司全称",
)  # fmt: skip
_CONTACT = (
    "contact", "contact name", "contact person", "primary contact", "联系人", "联系人姓名", "联系人名称",
    "客户联系人", "对接人", "主要联系人",
)  # fmt: skip
_PRODUCT = (
    "product",
    "product name",
    "item",
    "产品",
    "产品名称",
    "商品",
    "商品名称",
    "货品",
    "意向产品",
    "品名",
)
_NOTES = (
    "notes", "note", "remarks", "remark", "comment", "comments", "memo", "description", "details", "备注",
    "备注信息", "说明", "描述", "跟进记录", "详情", "附注", "其他说明", "备注说明",
)  # fmt: skip
_PHONES = (
    "phone", "phones", "phone number", "mobile", "mobile phone", "mobile number", "cell", "cell phone",
    "telephone", "tel", "work phone", "contact number", "手机", "手机号", "手机号码", "电话", "电话号码",
    "联系电话", "联系方式", "移动电话", "座机", "固定电话", "办公电话", "公司电话", "联系手机", "固话",
)  # fmt: skip
_EMAILS = (
    "email", "emails", "e-mail", "e-mail address", "email address", "mail", "邮箱", "电子邮箱", "邮件", "电子邮件",
    "邮箱地址", "邮件地址", "e-mail地址",
)  # fmt: skip

_USUAL: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "title", "full name", "名称", "姓名", "名字", "全称", "标题", "主题"),
    "short_name": ("short name", "abbreviation", "简称", "客户简称", "公司简称", "别名", "缩写"),
    "external_id": (
        "id", "external id", "record id", "opportunity id", "account id", "contact id", "customer id", "lead id",
        "uuid", "编号", "客户编号", "商机编号", "外部编号", "唯一标识", "联系人编号", "客户id", "商机id",
        "系统编号",
    ),
    "credit_code": (
        "credit code", "unified social credit code", "tax id", "uscc", "统一社会信用代码", "信用代码",
        "社会信用代码", "税号", "纳税人识别号", "营业执照号", "统一信用代码",
    ),
    "industry": ("industry", "sector", "vertical", "行业", "所属行业", "客户行业", "行业类别", "所在行业"),
    "size": ("company size", "size", "规模", "公司规模", "人员规模", "企业规模", "客户规模"),
    "employee_count": (
        "employees", "number of employees", "employee count", "headcount", "no of employees", "员工数", "员工人数",
        "人数", "职工人数", "员工数量",
    ),
    "annual_revenue": (
        "revenue", "annual revenue", "turnover", "年收入", "营业额", "年营业额", "年销售额", "营收", "年营收",
    ),
    "founded_year": (
        "founded", "founded year", "year founded", "year established", "established", "成立年份", "成立年",
        "创立年份", "成立时间", "注册年份",
    ),
    "region": (
        "region", "location", "office location", "country", "province", "city", "state", "area", "territory",
        "地区", "区域", "省市", "省份", "城市", "所在地", "所在地区", "所属地区", "省市区", "国家", "所在城市",
        "省",
    ),
    "address": (
        "address", "street", "street address", "billing address", "mailing address", "地址", "详细地址",
        "公司地址", "联系地址", "办公地址", "通讯地址", "注册地址",
    ),
    "website": (
        "website", "web site", "url", "homepage", "web", "domain", "网址", "官网", "网站", "公司网址", "主页",
    ),
    "source": (
        "source", "lead source", "channel", "来源", "客户来源", "线索来源", "渠道", "来源渠道", "商机来源",
        "获客渠道",
    ),
    "phones": _PHONES,
    "phone": _PHONES,
    "emails": _EMAILS,
    "email": _EMAILS,
    "birthday": ("birthday", "date of birth", "birth date", "dob", "生日", "出生日期", "出生年月"),
    "wechat": ("wechat", "wechat id", "weixin", "微信", "微信号", "微信id"),
    "parent": (
        "parent", "parent account", "parent company", "parent organisation", "subsidiary of", "headquarters",
        "母公司", "上级单位", "上级公司", "总公司", "所属集团", "集团", "上级客户", "上级部门",
    ),
    "tags": ("tags", "tag", "labels", "label", "标签", "客户标签"),
    "description": _NOTES,
    "notes": _NOTES,
    "note": _NOTES,
    "body": (*_NOTES, "content", "内容", "跟进内容", "沟通内容"),
    "owner": _OWNER,
    "customer": _CUSTOMER,
    "contact": _CONTACT,
    "product": _PRODUCT,
    "job_title": ("job title", "position", "title", "职务", "职位", "岗位", "职称", "头衔"),
    "department": (
        "department", "team", "division", "regional office", "office", "branch", "sales team", "部门", "所属部门",
        "团队", "科室", "区域办事处", "办事处", "分公司", "销售部门",
    ),
    "manager": (
        "manager", "supervisor", "reports to", "line manager", "team lead", "boss", "上级", "主管", "经理",
        "直属上级",
    ),
    "roles": ("roles", "role", "permission", "profile", "角色", "权限", "用户角色"),
    "buying_role": (
        "buying role", "decision role", "role in decision", "决策角色", "采购角色", "角色", "联系人角色",
        "关键人角色",
    ),
    "code": (
        "code", "sku", "product code", "item number", "产品编码", "产品编号", "编码", "货号", "型号", "物料编码",
    ),
    "category": (
        "category", "series", "product line", "type", "family", "类别", "分类", "产品分类", "系列", "品类",
        "产品系列",
    ),
    "unit": ("unit", "uom", "unit of measure", "单位", "计量单位"),
    "list_price": (
        "price", "list price", "sales price", "unit price", "msrp", "价格", "单价", "标价", "目录价", "销售价",
        "定价", "零售价", "销售单价", "标准价格",
    ),
    "currency": ("currency", "currency code", "币种", "货币"),
    "is_active": ("active", "enabled", "on sale", "启用", "是否启用", "是否有效", "上架", "在售", "是否上架"),
    "pipeline": ("pipeline", "sales process", "销售流程", "管道", "商机类型"),
    "stage": (
        "stage", "deal stage", "sales stage", "opportunity stage", "status", "阶段", "商机阶段", "销售阶段",
        "当前阶段", "项目阶段", "商机状态",
    ),
    "status": ("status", "state", "状态"),
    "amount": (
        "amount", "deal amount", "value", "deal value", "close value", "opportunity amount", "revenue", "total",
        "price", "金额", "合同金额", "商机金额", "预计金额", "成交金额", "销售金额", "总金额", "预计成交金额",
        "项目金额", "订单金额", "报价",
    ),
    "opened_on": (
        "engage date", "open date", "opened", "opened on", "start date", "创建日期", "立项日期", "开始日期",
        "开始时间", "商机日期", "发现日期", "接触日期",
    ),
    "expected_close_on": (
        "expected close", "expected close date", "estimated close date", "forecast date", "target close date",
        "close date expected", "预计成交日期", "预计成交时间", "预计签约日期", "预计签单日期", "预计结单日期",
        "预计关闭日期", "预计签单时间", "预计结束日期",
    ),
    "closed_on": (
        "closed on", "close date", "closed", "actual close date", "won date", "closing date", "成交日期",
        "成交时间", "结单日期", "关闭日期", "签约日期", "实际成交日期", "签单日期", "赢单日期",
    ),
    "lost_reason": ("lost reason", "loss reason", "reason lost", "输单原因", "失败原因", "丢单原因", "战败原因"),
    "competitor": ("competitor", "competitors", "竞争对手", "竞品", "对手"),
    "created_at": (
        "created", "created at", "created on", "created date", "create date", "create time", "date created",
        "创建时间", "创建日期", "录入时间", "录入日期", "建档日期", "登记日期", "添加时间",
    ),
    "kind": ("type", "kind", "类型", "客户类型", "客户性质"),
    "subject": ("subject", "title", "topic", "主题", "标题", "跟进主题"),
    "due_at": ("due", "due date", "deadline", "due at", "截止日期", "截止时间", "到期时间", "计划时间"),
    "happened_at": (
        "date", "activity date", "time", "跟进时间", "跟进日期", "日期", "时间", "拜访日期", "拜访时间",
        "通话时间",
    ),
    "duration_minutes": ("duration", "minutes", "时长", "通话时长"),
    "location": ("place", "location", "venue", "地点", "位置", "拜访地点"),
    "next_step": ("next step", "next action", "下一步", "下一步计划", "后续计划"),
}  # fmt: skip

# Where a type has no such field of its own, the word names its records: 公司名称 in a sheet of customers.
_NAMES_RECORDS: Mapping[str, tuple[str, ...]] = {
    "customer": _CUSTOMER,
    "contact": _CONTACT,
    "owner": (*_OWNER, "employee", "member", "user", "员工", "员工姓名", "成员", "用户名", "用户姓名"),
    "product": _PRODUCT,
}
# A closing day stands for the expected one where only that is kept.
_ELSE: Mapping[str, str] = {"expected_close_on": "closed_on", "closed_on": "expected_close_on"}


def of_field(name: str, names: Collection[str]) -> tuple[str, ...]:
    """Returns the usual headings of the field *name* in a type whose fields are *names*."""
    found = _USUAL.get(name, ())
    other = _ELSE.get(name)
    if other and other not in names:
        found += _USUAL[other]
    if name != "name":
        return found
    own = [words for field, words in _NAMES_RECORDS.items() if field not in names]
    return found + tuple(word for words in own for word in words)
