"""What a person types finds the name; names sort as in a Chinese dictionary."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.base import chinese


def _finds(query: str, *tokens: str) -> bool:
    """Evaluates the conditions as PostgreSQL would over a tsvector of *tokens*."""
    return all(
        any(
            any(token.startswith(term.lexeme) if term.is_prefix else token == term.lexeme for token in tokens)
            for term in alternatives
        )
        for alternatives in chinese.query_tokens(query)
    )


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("重庆", "chong qing"),
        ("长沙银行", "chang sha yin hang"),
        ("单雄信", "shan xiong xin"),
        ("曾国藩", "zeng guo fan"),
        ("解缙", "xie jin"),
        ("解放", "jie fang"),
        ("解放军总医院", "jie fang jun zong yi yuan"),
        ("仇英", "qiu ying"),
        ("仇恨", "chou hen"),
        ("查良镛", "zha liang yong"),
        ("欧阳修", "ou yang xiu"),
        ("尉迟恭", "yu chi gong"),
        ("吕布", "lv bu"),
        ("绿城", "lv cheng"),
        ("单位", "dan wei"),
        ("厦门航空", "xia men hang kong"),
        ("大厦", "da sha"),
        ("校长", "xiao zhang"),
        ("朝阳区", "chao yang qu"),
        ("ＡＣＭＥ　Corp. 2", "acme corp 2"),
        ("Café", "cafe"),
        ("A4纸", "a4 zhi"),
        ("!!!", "!!!"),
        ("", ""),
    ],
)
def test_key_reads_names_as_people_do(text: str, key: str) -> None:
    assert chinese.pinyin_key(text) == key


def test_names_sort_by_syllable_then_word() -> None:
    names = ["先锋", "西安", "Zoe", "张三", "赵六", "阿里", "重庆", "2号店"]

    assert sorted(names, key=chinese.pinyin_key) == [
        "2号店",
        "阿里",
        "重庆",
        "西安",
        "先锋",
        "张三",
        "赵六",
        "Zoe",
    ]


def test_initials() -> None:
    assert chinese.pinyin_initials("上海知客科技") == "shzkkj"
    assert chinese.pinyin_initials("A4 纸") == "a4z"


@pytest.mark.parametrize(
    "query",
    [
        "知客", "上海知客", "知", "上海 科技", "zhike", "shanghai", "shanghaizhikekeji", "shanghaizhikekejiyouxian",
        "zkkj", "shzkkj", "zhikekejiyouxiangongsi", "zhike keji", "ＳＨＺＫ", "kejiyouxian", "zkkjyxgs", "知客 yxgs",
    ],
)  # fmt: skip
def test_a_company_is_found_by_characters_pinyin_and_initials(query: str) -> None:
    assert _finds(query, *chinese.search_tokens("上海知客科技有限公司"))


@pytest.mark.parametrize("query", ["客知", "海上", "beijing", "zkjk", "知客贸易", "hike", "客科司"])
def test_what_is_not_in_the_name_does_not_find_it(query: str) -> None:
    assert not _finds(query, *chinese.search_tokens("上海知客科技有限公司"))


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("GTX Pro-2000", "gtx 2000"),
        ("华为Mate 40", "huaweimate"),
        ("zhang.san@example.com", "zhang.san@example.com"),
        ("zhang.san@example.com", "example.com"),
        ("O'Neil & Söhne", "o'neil sohne"),
        ("曾志伟", "zengzhiwei"),
        ("東京タワー", "タワ"),
        ("合同 2024-03", "2024-03"),
    ],
)
def test_other_words_are_found(text: str, query: str) -> None:
    assert _finds(query, *chinese.search_tokens(text))


@pytest.mark.parametrize(
    ("number", "query"),
    [
        ("+8613800138000", "8000"),
        ("+8613800138000", "1380"),
        ("+8613800138000", "138 0013 8000"),
        ("+8613800138000", "+86 138-0013-8000"),
        ("+8613800138000", "0086 13800138000"),
        ("+862168880000", "021-6888 0000"),
        ("+862168880000", "68880000"),
        ("+12025550123", "0123"),
        ("138 0013 8000", "13800138000"),
    ],
)
def test_a_phone_is_found_by_its_beginning_and_its_tail(number: str, query: str) -> None:
    assert _finds(query, *chinese.phone_tokens(number))


def test_the_middle_of_a_phone_does_not_find_it() -> None:
    assert not _finds("0013", *chinese.phone_tokens("+8613800138000"))
    assert chinese.phone_tokens("none") == []


def test_nothing_typed_asks_for_nothing() -> None:
    assert chinese.to_tsquery_string(" 　!& ") == ""


@given(st.text(max_size=60))
def test_whatever_is_typed_stays_inside_quotes(query: str) -> None:
    lexeme = r"'(?:[^'\\\0]|''|\\\\)+'(?::\*)?"
    condition = rf"\({lexeme}(?: \| {lexeme})*\)"

    assert re.fullmatch(rf"(?:{condition}(?: & {condition})*)?", chinese.to_tsquery_string(query))


@given(st.text(alphabet="上海知客科技重庆长银行ab12 -", min_size=1, max_size=30))
def test_every_name_is_found_by_itself(name: str) -> None:
    assert _finds(name, *chinese.search_tokens(name), *chinese.phone_tokens(name))


@given(st.text(max_size=200))
def test_any_text_has_a_key_and_bounded_tokens(text: str) -> None:
    chinese.pinyin_key(text)
    chinese.pinyin_initials(text)

    assert all(0 < len(token) <= 64 for token in chinese.search_tokens(text))


@pytest.mark.parametrize(
    ("raw", "folded"),
    [
        ("　１２，０００．００　", "12,000.00"),
        ("ＡＢＣ（中国）有限公司", "ABC(中国)有限公司"),
        ("你好，世界！", "你好，世界！"),
        ("a\u200bb\x00c", "abc"),
        ("a \t\n b", "a b"),
        ("￥１２", "¥12"),
        ("张三 ； 李四", "张三 ； 李四"),
    ],
)
def test_widths_fold(raw: str, folded: str) -> None:
    assert chinese.fold_width(raw) == folded


@given(st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    once = chinese.fold_width(text)

    assert chinese.fold_width(once) == once
