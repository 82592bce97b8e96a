"""One path for a place, however it was written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhike.base import regions

TREE: regions.Tree = [
    (
        "江苏省",
        [
            ("苏州市", ["姑苏区", "昆山市", "苏州工业园区"]),
            ("南京市", ["鼓楼区", "江宁区"]),
            ("徐州市", ["鼓楼区"]),
        ],
    ),
    ("北京市", [("北京市", ["东城区", "海淀区", "朝阳区"])]),
    ("吉林省", [("长春市", ["朝阳区"]), ("吉林市", ["船营区"])]),
    ("辽宁省", [("朝阳市", ["双塔区"])]),
    ("湖北省", [("恩施土家族苗族自治州", ["利川市"]), ("仙桃市", []), ("神农架林区", [])]),
    ("内蒙古自治区", [("呼和浩特市", ["新城区"]), ("兴安盟", ["阿尔山市"])]),
    ("新疆维吾尔自治区", [("伊犁哈萨克自治州", ["伊宁市"]), ("阿克苏地区", ["库车市"])]),
    ("香港特别行政区", [("九龙", ["油尖旺区"])]),
]


@pytest.fixture
def places() -> regions.Regions:
    return regions.Regions(TREE)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("江苏苏州", "江苏省/苏州市"),
        ("江苏省苏州市昆山市", "江苏省/苏州市/昆山市"),
        ("苏州", "江苏省/苏州市"),
        ("江苏昆山", "江苏省/苏州市/昆山市"),
        ("昆山", "江苏省/苏州市/昆山市"),
        ("江苏-苏州-工业园区", "江苏省/苏州市/苏州工业园区"),
        ("中国 江苏省", "江苏省"),
        ("江苏省苏州市高新区", "江苏省/苏州市/高新区"),
        ("江苏省苏州市昆山市人民路1号", "江苏省/苏州市/昆山市/人民路1号"),
        ("北京", "北京市"),
        ("北京市海淀区", "北京市/北京市/海淀区"),
        ("北京市/市辖区/海淀区", "北京市/北京市/海淀区"),
        ("北京市北京市海淀区", "北京市/北京市/海淀区"),
        ("吉林", "吉林省"),
        ("吉林市", "吉林省/吉林市"),
        ("吉林吉林", "吉林省/吉林市"),
        ("朝阳", "辽宁省/朝阳市"),
        ("长春朝阳", "吉林省/长春市/朝阳区"),
        ("湖北恩施利川", "湖北省/恩施土家族苗族自治州/利川市"),
        ("恩施州", "湖北省/恩施土家族苗族自治州"),
        ("湖北仙桃", "湖北省/仙桃市"),
        ("神农架", "湖北省/神农架林区"),
        ("内蒙古兴安盟", "内蒙古自治区/兴安盟"),
        ("新疆伊犁", "新疆维吾尔自治区/伊犁哈萨克自治州"),
        ("香港", "香港特别行政区"),
        ("鼓楼区", "鼓楼区"),
        ("江苏路", "江苏路"),
        ("United  States", "United States"),
        ("东京", "东京"),
        ("", ""),
    ],
)
def test_a_place_is_written_as_its_path(places: regions.Regions, text: str, path: str) -> None:
    assert places.normalise(text) == path
    assert places.normalise(path) == path


def test_an_address_is_split_from_its_street(places: regions.Regions) -> None:
    place = places.find("江苏省南京市鼓楼区中山路 1 号")

    assert place == (("江苏省", "南京市", "鼓楼区"), "中山路 1 号")


@pytest.mark.parametrize(
    ("path", "short"),
    [
        ("江苏省/苏州市/昆山市", "江苏 苏州"),
        ("北京市/北京市/海淀区", "北京"),
        ("内蒙古自治区/兴安盟", "内蒙古 兴安"),
        ("湖北省/恩施土家族苗族自治州", "湖北 恩施"),
        ("香港特别行政区", "香港"),
        ("United States", "United States"),
        ("", ""),
    ],
)
def test_a_path_is_said_shortly(path: str, short: str) -> None:
    assert regions.short_region(path) == short


def test_three_levels_say_the_district_too() -> None:
    assert regions.short_region("江苏省/苏州市/昆山市", levels=3) == "江苏 苏州 昆山"
    assert regions.short_region("上海市/上海市/浦东新区", levels=3) == "上海 浦东"


def test_a_new_area_is_known_by_its_plain_name() -> None:
    assert regions.normalise_region("上海浦东") == "上海市/上海市/浦东新区"


def test_without_the_tree_the_text_stays(monkeypatch: pytest.MonkeyPatch, tmp_path: regions.pathlib.Path) -> None:
    monkeypatch.setattr(regions, "TREE_FILE", tmp_path / "none.json")

    assert regions.normalise_region(" 江苏苏州 ") == "江苏苏州"


@pytest.mark.skipif(not regions.TREE_FILE.exists(), reason="the front end has not been built")
def test_every_place_of_the_built_tree_is_found_by_its_path() -> None:
    tree = regions.json.loads(regions.TREE_FILE.read_text(encoding="utf-8"))
    paths = [
        (p, c, *d) for p, cities in tree for c, districts in cities for d in [(), *((name,) for name in districts)]
    ]

    assert len(paths) > 3000
    assert [path for path in paths if regions.normalise_region("/".join(path)) != "/".join(path)] == []


@given(st.text(alphabet="江苏省州市昆山区北京朝阳吉林 /1路", max_size=20))
def test_normalising_twice_changes_nothing(text: str) -> None:
    places = regions.Regions(TREE)
    once = places.normalise(text)

    assert places.normalise(once) == once
