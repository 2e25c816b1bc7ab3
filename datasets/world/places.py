"""Where do customers live, and which phone numbers can be theirs without ringing anywhere?

Cities with districts of their own, and names of roads, for the mainland and for Taiwan; for America towns that are
made up of a family name and an ending, because Faker lists none, with Faker's ZIP codes. A road, a door and a flat
are put together by chance, so an address looks right and means nobody.
"""

import re
from importlib import import_module
from typing import NamedTuple

_MAINLAND = """
北京市 东城区 西城区 朝阳区 海淀区 丰台区 通州区; 上海市 黄浦区 徐汇区 静安区 长宁区 杨浦区 浦东新区;
天津市 和平区 河西区 南开区 河东区; 重庆市 渝中区 江北区 沙坪坝区 南岸区 渝北区; 河北省石家庄市 长安区 桥西区 裕华区;
山西省太原市 小店区 迎泽区 杏花岭区; 内蒙古自治区呼和浩特市 新城区 赛罕区; 辽宁省沈阳市 和平区 沈河区 皇姑区 铁西区;
辽宁省大连市 中山区 西岗区 沙河口区; 吉林省长春市 南关区 朝阳区 绿园区; 黑龙江省哈尔滨市 道里区 南岗区 香坊区;
江苏省南京市 玄武区 秦淮区 建邺区 鼓楼区 江宁区; 江苏省苏州市 姑苏区 虎丘区 吴中区 吴江区;
浙江省杭州市 上城区 拱墅区 西湖区 滨江区 萧山区; 浙江省宁波市 海曙区 江北区 鄞州区;
安徽省合肥市 瑶海区 庐阳区 蜀山区 包河区; 福建省福州市 鼓楼区 台江区 仓山区; 福建省厦门市 思明区 湖里区 集美区;
江西省南昌市 东湖区 西湖区 青山湖区; 山东省济南市 历下区 市中区 历城区; 山东省青岛市 市南区 市北区 崂山区;
河南省郑州市 中原区 二七区 金水区; 湖北省武汉市 江岸区 江汉区 汉阳区 武昌区 洪山区;
湖南省长沙市 芙蓉区 天心区 岳麓区 开福区; 广东省广州市 越秀区 海珠区 荔湾区 天河区 番禺区;
广东省深圳市 福田区 罗湖区 南山区 宝安区 龙岗区; 广西壮族自治区南宁市 兴宁区 青秀区 西乡塘区;
海南省海口市 龙华区 美兰区; 四川省成都市 锦江区 青羊区 武侯区 成华区 双流区; 贵州省贵阳市 南明区 云岩区;
云南省昆明市 五华区 盘龙区 官渡区; 陕西省西安市 新城区 碑林区 雁塔区 未央区; 甘肃省兰州市 城关区 七里河区;
新疆维吾尔自治区乌鲁木齐市 天山区 沙依巴克区
"""
_TAIWAN = """
臺北市 大安區 信義區 中山區 士林區 文山區 內湖區 松山區 北投區;
新北市 板橋區 三重區 中和區 永和區 新莊區 新店區 淡水區; 桃園市 桃園區 中壢區 平鎮區 八德區;
臺中市 西屯區 北屯區 南屯區 西區 豐原區; 臺南市 東區 北區 安平區 永康區; 高雄市 左營區 三民區 苓雅區 前鎮區 鳳山區;
基隆市 仁愛區 中正區; 新竹市 東區 北區; 嘉義市 東區 西區; 新竹縣 竹北市 竹東鎮; 苗栗縣 苗栗市 頭份市;
彰化縣 彰化市 員林市; 南投縣 南投市 草屯鎮; 雲林縣 斗六市 虎尾鎮; 屏東縣 屏東市 潮州鎮; 宜蘭縣 宜蘭市 羅東鎮;
花蓮縣 花蓮市 吉安鄉; 臺東縣 臺東市
"""
_MAINLAND_ROADS = (
    "人民 解放 建设 和平 新华 文化 中山 胜利 青年 友谊 光明 东风 迎宾 工农 体育 学院 公园 长江 黄河 凤凰"
)
_TAIWAN_ROADS = (
    "中山 中正 中華 民生 民權 民族 忠孝 仁愛 信義 和平 復興 建國 光復 文化 大同 自強 成功 三民 林森 博愛"
)
_AMERICAN_ROADS = ("Street", "Avenue", "Road", "Lane", "Drive", "Court", "Place", "Boulevard")
_AREA_CODES = """
AL205 AK907 AZ602 AR501 CA213 CO303 CT203 DE302 DC202 FL305 GA404 HI808 ID208 IL312 IN317 IA515 KS913 KY502 LA504
ME207 MD410 MA617 MI313 MN612 MS601 MO314 MT406 NE402 NV702 NH603 NJ201 NM505 NY212 NC704 ND701 OH216 OK405 OR503
PA215 RI401 SC803 SD605 TN615 TX214 UT801 VT802 VA804 WA206 WV304 WI414 WY307
"""
# Numbers 555-0100 to 555-0199 are kept for fiction in every American area. Of the mainland's mobile prefixes 154 was
# given to no network. Within Taiwan's area 02 numbers begin with 2 to 8 (1 opens short codes such as 110), so 02-1
# leads nowhere; in other areas that is less certain, so everybody there has 02.
_MAINLAND_DIAL, _TAIWAN_DIAL, _AMERICAN_DIAL = "154", "02-1", "({area}) 555-01"


class _Quarter(NamedTuple):
    """A part of a city: what an address there says before and after the street, and how a phone number begins."""

    city: str
    before: str
    after: str
    dial: str


def homes(families: list[str]) -> dict[str, list[list[str]]]:
    """The words of addresses and phone numbers: a list for each of zh_CN, zh_TW and en_US, by what they stand for.

    An address is before + first + second + flat + after, a phone number dial + middle + end. City, before, after
    and dial of one place in their lists belong together. `families` name American towns and streets, the commonest
    first.

    >>> lists = homes(["Smith"])
    >>> [lists[part][0][0] for part in ("city", "before", "first", "second", "flat")]
    ['北京市', '北京市东城区', '人民路', '1号', '1幢101室']
    """
    quarters = [
        _chinese_quarters(_MAINLAND, _MAINLAND_DIAL),
        _chinese_quarters(_TAIWAN, _TAIWAN_DIAL),
        _american_quarters(families[:60]),
    ]
    mainland_ends, taiwan_ends = (
        ("路", "路", "街", "东路", "西路", "南路", "北路"),
        ("路", "街", "路一段", "路二段", "路三段"),
    )
    four_digits = [f"{number:04}" for number in range(10_000)]
    return {
        **{
            part: [[getattr(quarter, part) for quarter in rows] for rows in quarters]
            for part in _Quarter._fields
        },
        "first": [
            [road + end for road in _MAINLAND_ROADS.split() for end in mainland_ends],
            [road + end for road in _TAIWAN_ROADS.split() for end in taiwan_ends],
            [f"{door} " for door in range(10, 10_000)],
        ],
        "second": [
            [f"{door}号" for door in range(1, 1000)],
            [f"{door}號" for door in range(1, 500)],
            [f"{family} {road}" for family in families for road in _AMERICAN_ROADS],
        ],
        "flat": [
            [
                f"{house}幢{floor}{door:02}室"
                for house in range(1, 31)
                for floor in range(1, 19)
                for door in range(1, 5)
            ],
            [f"{floor}樓{door}" for floor in range(2, 16) for door in ("", "", "之1", "之2")],
            [f", Apt. {door}" for door in range(1, 401)] + [""] * 600,
        ],
        "middle": [four_digits, [f"{number:03}-" for number in range(1000)], [""]],
        "end": [four_digits, four_digits, [f"{number:02}" for number in range(100)]],
    }


def _chinese_quarters(listed: str, dial: str) -> list[_Quarter]:
    rows = []
    for city, *districts in (line.split() for line in listed.split(";")):
        name = re.sub(".*(省|自治区)", "", city)
        rows += [_Quarter(name, city + district, "", dial) for district in districts]
    return rows


def _american_quarters(families: list[str]) -> list[_Quarter]:
    """A town for every 16th ZIP code, so that a state has towns in proportion to its codes."""
    address = import_module("faker.providers.address.en_US").Provider
    towns = [family + ending for family in families for ending in address.city_suffixes]
    rows = []
    for state, area in re.findall("([A-Z]+)([0-9]+)", _AREA_CODES):
        first, last = address.states_postcode[state]
        for code in range(first, last + 1, 16):
            town = towns[len(rows) * 7919 % len(towns)]  # a prime, or neighbours would bear one family's name
            rows.append(_Quarter(town, "", f", {town}, {state} {code:05}", _AMERICAN_DIAL.format(area=area)))
    return rows
