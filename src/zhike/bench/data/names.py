"""What names are put together from; each part knows its pinyin, so that the database can join both. All invented."""

from __future__ import annotations

from collections.abc import Sequence

from zhike.base import chinese
from zhike.domains.customers import demo

FIRST = (
    "云启半海紫华量鹭天光大湘南前山闽泉远嘉瑞恒博中明同锦盛新东"
    "北朗和知安听映望青白金银宏鑫永兴泰丰长顺德信诚益广通达昌隆"
)
SECOND = "杉明山纳金联光岛府谷唐江电海城禾丰信雅衡德舟程世澄篱辰润行澜涛岳鹭森源盈拓飞腾翔跃科创智慧成立业邦宇宙星月阳"
TRADES = tuple(trade for _industry, trades in demo.TRADES for trade in trades)
ENDINGS = ("有限公司", "股份有限公司", "集团有限公司", "科技有限公司")
SURNAMES = demo.SURNAMES
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红玲芬燕彬慧巧雅倩"
    "雪梅琳素云莲真环爱妹香月莺媛瑞凡佳嘉琼勤珍贞莉宇浩晓思文雨子梦志建国海"
)
POSTS = demo.POSTS
PLACES = demo.PLACES


def keys(parts: Sequence[str]) -> list[str]:
    """The sort key of each part."""
    return [chinese.pinyin_key(part) for part in parts]


INDUSTRIES = demo.TRADES
