"""The rules that protect on the first day, before any verdict: contacts, links, near-duplicates, newcomers, floods, labels."""

from typing import Any

from moderation.detection.rules import GENTLE, RuleKind

ADVERTS, OFF_TOPIC, JOBS, PROMOTED, PAID_UNLABELLED, REMINDER = (
    "advertising",
    "off_topic",
    "unlabelled_job",
    "promotion",
    "paid_service",
    "reminder",
)

PHRASES = (  # advertisers' phrases that no ordinary talk needs; an operator adds a group's own
    "代开发票", "刷单", "日结工资", "日赚", "日入过", "兼职日结", "高薪兼职", "无抵押", "秒到账", "网贷",
    "博彩", "赌场", "棋牌平台", "开户送", "首充送", "返水", "体育投注", "六合彩", "时时彩", "百家乐", "约炮", "同城约", "上门服务",
    "裸聊", "成人视频", "成人直播", "资源群", "广告代发", "承接广告", "出售账号", "收U", "跑分", "车队接单",
    "加微信领", "扫码进群", "免费领取", "内部渠道", "一手货源", "微商代理", "招代理", "诚招代理", "原始股", "保本保息",
    "带单老师", "跟单", "私募群", "荐股", "币圈带单", "空投领取", "外挂出售", "低价出售", "代练接单", "刷粉", "涨粉",
    "引流软件",
)  # fmt: skip

RULES: tuple[tuple[RuleKind, str, dict[str, Any]], ...] = (
    (RuleKind.WORDS, ADVERTS, {"words": list(PHRASES), "homophones": True, "homophones_from": 4}),
    (RuleKind.CONTACT, ADVERTS, {}),
    (RuleKind.LINK, ADVERTS, {"refuse": "denied"}),
    (RuleKind.PROBATION, ADVERTS, {}),
    (RuleKind.NEAR_DUPLICATE, ADVERTS, {}),
    (RuleKind.REPEAT, ADVERTS, {}),
    (RuleKind.FLOOD, ADVERTS, {}),
    (RuleKind.MENTIONS, ADVERTS, {}),
    (RuleKind.EMOJI, OFF_TOPIC, {}),
    (RuleKind.JOB_LABEL, JOBS, {}),
    (RuleKind.PROMOTION, PROMOTED, {}),
    (RuleKind.PAID_SERVICE, PAID_UNLABELLED, {}),
    *((kind, REMINDER, {}) for kind in sorted(GENTLE)),
)
