"""The seed's plan of the week (内容发布时间表): what a group gets whose kind has no words of its own."""

from datetime import time

from content.plan.entries import Entry
from content.policy import EVERY_DAY, WEEKEND, WORKDAYS, Holidays, PostKind

# Hours and titles: the seed. Texts: ours, in the language of the groups, for an operator to edit.
PLAN = (
    Entry(
        "workday-0900",
        WORKDAYS,
        time(9),
        PostKind.GREETING,
        "早安问候 + 日程安排",
        "早上好，{{group}}的朋友们！今天是{{date}}，{{weekday}}。\n今日主题：{{theme}}\n\n"
        "今日安排：\n12:00 技术资讯 + 午休话题\n18:00 下班话题\n21:00 深度技术讨论\n\n"
        "昨晚没来得及回复的问题，上午会逐一答复。祝大家今天顺利！",
        Holidays.GIVES_WAY,
    ),
    Entry(
        "workday-1200",
        WORKDAYS,
        time(12),
        PostKind.TOPIC,
        "技术资讯 + 午休话题",
        "午休时间到！\n\n最近看到哪篇值得一读的技术文章，或者用上了什么顺手的小工具？\n发链接时顺便写一句推荐理由，方便大家判断要不要点开。",
    ),
    Entry(
        "workday-1800",
        WORKDAYS,
        time(18),
        PostKind.TOPIC,
        "下班话题 + 轻松内容",
        "下班啦！{{weekday}}辛苦了。\n\n轻松聊两句：今天最有成就感的一件小事是什么？哪怕只是修好了一个拖了很久的小问题。",
    ),
    Entry(
        "workday-2100",
        WORKDAYS,
        time(21),
        PostKind.TOPIC,
        "深度技术讨论",
        "今晚的深度讨论开始，时间 21:00–22:00。\n\n"
        "你最近做过的一次技术选型：当时有哪几个选项，为什么选了它，现在回头看会改吗？\n"
        "欢迎带上背景和数据来聊，晚些时候由群主整理要点。",
    ),
    Entry(
        "weekend-1000",
        WEEKEND,
        time(10),
        PostKind.MESSAGE,
        "学习资源分享",
        "今天是{{date}}，{{weekday}}，休息日好！\n\n"
        "学习资源分享时间：教程、书、课程、开源项目都可以。\n格式：名称 + 一句话说明适合谁 + 链接。",
    ),
    Entry(
        "weekend-1500",
        WEEKEND,
        time(15),
        PostKind.MESSAGE,
        "项目经验分享",
        "下午好！项目经验分享时间。\n\n可以按这个顺序写：做了什么、遇到的最大困难、怎么解决的、如果重来会怎么做。\n三五句话就很有价值。",
    ),
    Entry(
        "weekend-2000",
        WEEKEND,
        time(20),
        PostKind.TOPIC,
        "生活工作平衡话题",
        "晚上好，今晚不聊代码。\n\n这周你为自己留出了多少时间？运动、陪家人、发呆都算。\n说说你保持工作与生活平衡的小办法。",
    ),
    Entry(
        "festival-0900",
        EVERY_DAY,
        time(9),
        PostKind.GREETING,
        "节日问候和祝福",
        "{{group}}的朋友们，今天是{{festival}}。\n\n{{blessing}}",
        Holidays.FESTIVAL,
    ),
)
