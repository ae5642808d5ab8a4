"""Names as they stand in such groups: real ones, nicknames, and city-trade-name as technical groups ask for."""

import random

from groupops.simulator.words import common

FAMILY = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎"
    "余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段雷钱汤尹黎易常武乔贺赖龚文"
)
FIRST = (
    "伟芳娜敏静强磊洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅建军文辉力宇浩然子轩雨涵梓晨欣怡诗琪博思远一凡嘉"
    "俊泽佳瑶雪晓丽海波鹏飞云龙丹萍玲志国庆春生立新宁睿哲楠彤昊天瑞雅婷若曦语嫣书豪梦洁清源景行知秋亦可安"
    "琪乐天舒航"
)
NICK = [
    "阿{}",
    "老{}",
    "小{}",
    "{}哥",
    "{}姐",
    "{}sir",
    "{}同学",
    "{}老师",
    "大{}",
    "{}叔",
    "{}仔",
    "是{}呀",
    "{}不加班",
    "{}在路上",
    "爱{}",
    "{}的日常",
    "{}{}",
    "一只{}",
    "{}先生",
    "{}小姐",
]
THINGS = [
    "西瓜",
    "柚子",
    "大橙子",
    "小鹿",
    "咸鱼",
    "土豆",
    "团子",
    "年糕",
    "豆包",
    "可乐",
    "布丁",
    "青柠",
    "海盐",
    "芝麻",
    "栗子",
    "麦子",
    "南瓜",
    "板栗",
    "山药",
    "小满",
    "白露",
    "立夏",
    "惊蛰",
    "七月",
    "十一",
    "初九",
    "星期八",
    "半夏",
    "木子",
    "北辰",
    "南风",
    "北海",
    "远山",
    "浮云",
    "清风",
    "听雨",
    "拾光",
    "夜航船",
    "长安",
    "江南",
    "塞北",
    "橘猫",
    "柴犬",
    "鲸鱼",
    "考拉",
    "企鹅",
    "仓鼠",
    "刺猬",
    "水獭",
    "树懒",
    "银杏",
    "松果",
    "竹子",
    "石头",
    "瓦片",
    "铁锅",
    "砂糖",
    "胡椒",
    "花卷",
    "包子",
    "煎饼",
    "豆花",
    "米线",
]
PHRASES = [
    "不吃香菜",
    "代码搬运工",
    "今天早睡",
    "努力搬砖",
    "在逃产品",
    "四舍五入",
    "随便起个名",
    "已读不回",
    "人间清醒",
    "慢半拍",
    "三点水",
    "一蓑烟雨",
    "山高水长",
    "岁月静好",
    "明天再说",
    "风一样的胖子",
    "省略号",
    "暂未命名",
    "平平无奇",
    "又是周一",
    "知足常乐",
    "一路向北",
    "专业摸鱼",
    "早起困难户",
    "有空再改",
    "奶茶三分糖",
    "退堂鼓选手",
    "天天向上",
    "静水流深",
    "随遇而安",
    "求求别催",
    "正在缓冲",
    "海阔天空",
    "凡事发生",
    "一杯敬明天",
    "云淡风轻",
]
LATIN = [
    "Leo",
    "Momo",
    "Kevin",
    "Cindy",
    "Jason",
    "Luna",
    "Echo",
    "Ray",
    "Vivian",
    "Sam",
    "Zoe",
    "Max",
    "Ivy",
    "Alan",
    "Coco",
    "Ethan",
    "Nina",
    "Owen",
    "Sunny",
    "Lynn",
    "Eric",
    "Amber",
    "Tony",
    "Yuki",
    "Ming",
    "Felix",
    "Gigi",
    "Hank",
    "Iris",
    "Jojo",
]
SIGNS = ["🌿", "🍉", "☀️", "🐱", "🌊", "✨", "🍀", "🚀", "🐳", "⛰️", ".", "_", "°", "🌙"]


def person(luck: random.Random) -> str:
    """A name on an identity card."""
    return luck.choice(FAMILY) + "".join(luck.choice(FIRST) for _ in range(luck.choice((1, 2, 2, 2))))


def nickname(luck: random.Random) -> str:
    """A name that somebody chose."""
    sort = luck.random()
    if sort < 0.3:
        pattern = luck.choice(NICK)
        return pattern.replace("{}", luck.choice(FAMILY if pattern[0] in "老大小阿" or luck.random() < 0.4 else FIRST))
    if sort < 0.55:
        return luck.choice(THINGS) + luck.choice(("", "", "", luck.choice(SIGNS), str(luck.randint(1, 99)), luck.choice(FIRST)))
    if sort < 0.75:
        return luck.choice(PHRASES) + luck.choice(("", "", luck.choice(SIGNS)))
    return luck.choice(LATIN) + luck.choice(("", "", luck.choice(SIGNS), " " + luck.choice(FAMILY), str(luck.randint(80, 99))))


def displayed(kind: str, luck: random.Random) -> str:
    """A name as it stands in a group of this kind."""
    formal = {"tech": 0.35, "startup": 0.3, "vip": 0.2}.get(kind, 0.08)
    if luck.random() < formal:
        parts = [luck.choice(common.BANKS["城市"]), luck.choice(common.BANKS["岗位" if kind == "tech" else "行业"])]
        return "-".join([*parts, person(luck) if luck.random() < 0.6 else nickname(luck)])
    return person(luck) if luck.random() < 0.4 else nickname(luck)
