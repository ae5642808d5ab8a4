"""The seed's nine lines of the daily work (每日运营安排), in its three windows."""

from datetime import time

from content.plan.entries import DutyEntry

MORNING, NOON, EVENING = (time(8), time(9)), (time(12), time(13)), (time(19), time(21))
DUTIES = (
    DutyEntry("morning-greeting", *MORNING, "发送早安问候和日程提醒"),
    DutyEntry("morning-news", *MORNING, "分享技术资讯或行业动态"),
    DutyEntry("morning-answers", *MORNING, "回复昨晚的问题和讨论"),
    DutyEntry("noon-article", *NOON, "分享有趣的技术文章或工具"),
    DutyEntry("noon-topic", *NOON, "发起轻松的话题讨论"),
    DutyEntry("noon-feedback", *NOON, "处理群成员的反馈和建议"),
    DutyEntry("evening-discussion", *EVENING, "组织技术讨论或问答"),
    DutyEntry("evening-resources", *EVENING, "分享学习资源和课程信息"),
    DutyEntry("evening-summary", *EVENING, "总结当天的精彩内容"),
)
# The same nine in the words of kinds that talk about something else.
WORDS: dict[str, dict[str, str]] = {
    "product": {
        "morning-news": "分享产品动态或使用技巧",
        "noon-article": "分享实用的用法或模板",
        "evening-discussion": "组织用法讨论或答疑",
    },
    "vip": {"morning-news": "分享行业内参", "noon-feedback": "优先处理会员的反馈和建议", "evening-discussion": "组织会员专场或创始人答疑"},
    "startup": {
        "morning-news": "分享行业动态或创业资讯",
        "noon-article": "分享有用的文章或工具",
        "evening-discussion": "组织创业话题讨论或问答",
    },
    "regional": {"morning-news": "分享本地资讯", "noon-article": "分享本地新鲜事", "evening-discussion": "组织同城话题或约局"},
    "event": {"morning-news": "发布活动进展", "noon-article": "分享嘉宾或议题的资料", "evening-discussion": "组织活动话题或问答"},
    "high-end": {"morning-news": "分享行业内参", "noon-article": "分享值得一读的深度文章", "evening-discussion": "组织小范围讨论"},
}
