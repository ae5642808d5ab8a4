"""The seed's weekly activities (互动活动设计), and fitting ones for the kinds whose days are about something else."""

from content.plan.entries import ThemeEntry
from content.policy import WEEKEND

MONDAY, TUESDAY, WEDNESDAY, THURSDAY, FRIDAY = (1 << day for day in range(5))
LEISURE = ThemeEntry("weekend", WEEKEND, "轻松交流时间", ("分享工作生活平衡心得", "讨论行业趋势和发展", "组织线上或线下聚会"))
THEMES = (
    ThemeEntry("monday", MONDAY, "技术分享日", ("邀请群友分享技术心得", "推荐优质技术文章", "讨论新技术和工具")),
    ThemeEntry("wednesday", WEDNESDAY, "问答答疑日", ("集中回答技术问题", "解决产品使用疑问", "邀请专家进群解答")),
    ThemeEntry("friday", FRIDAY, "资源分享日", ("分享学习资源和工具", "推荐技术书籍和课程", "分享开源项目和代码")),
    LEISURE,
)
OF_KINDS: dict[str, tuple[ThemeEntry, ...]] = {
    "product": (
        ThemeEntry("monday", MONDAY, "使用技巧日", ("分享一个省时间的用法", "推荐好用的模板和配置", "演示新功能")),
        ThemeEntry("wednesday", WEDNESDAY, "问答答疑日", ("集中回答使用问题", "整理常见问题", "邀请产品同事进群解答")),
        ThemeEntry("friday", FRIDAY, "用户案例日", ("邀请用户讲自己的场景", "收集需求和改进建议", "预告下一次更新")),
        LEISURE,
    ),
    "vip": (
        ThemeEntry("monday", MONDAY, "行业内参日", ("精选一条行业消息并解读", "分享一份一手数据", "预告本周专场")),
        ThemeEntry("wednesday", WEDNESDAY, "创始人答疑日", ("创始人每周在线答疑", "优先处理会员的问题", "说明路线图的进展")),
        ThemeEntry("friday", FRIDAY, "新功能体验日", ("产品新功能提前体验", "收集会员的反馈", "分享内推和招聘信息")),
        ThemeEntry("weekend", WEEKEND, "会员交流时间", ("会员互相介绍和引荐", "分享工作生活平衡心得", "邀请参加线下聚会")),
    ),
    "startup": (
        ThemeEntry("monday", MONDAY, "目标与复盘日", ("写下本周最重要的一件事", "复盘上周的一个决定", "互相提醒和打气")),
        ThemeEntry("wednesday", WEDNESDAY, "经验与教训日", ("分享一次失败和学到的东西", "讨论定价、获客、留存", "邀请走在前面的人来答疑")),
        ThemeEntry("friday", FRIDAY, "资源对接日", ("发布合作和资源需求", "交流投资融资信息", "推荐靠谱的服务商")),
        ThemeEntry("weekend", WEEKEND, "创业者轻松时间", ("分享工作生活平衡心得", "讨论行业趋势和发展", "组织线上或线下聚会")),
    ),
    "regional": (
        ThemeEntry("monday", MONDAY, "本地资讯日", ("分享本地政策和活动", "介绍本地公司和团队", "发布招聘和求职")),
        ThemeEntry("wednesday", WEDNESDAY, "互助答疑日", ("解答在本地办事的问题", "推荐靠谱的服务", "邀请老成员答疑")),
        ThemeEntry("friday", FRIDAY, "约局日", ("发起周末的聚会", "确认时间、地点和人数", "回顾上一次聚会")),
        LEISURE,
    ),
    "event": (
        ThemeEntry("monday", MONDAY, "议程预告日", ("介绍一位嘉宾", "说明一个议题", "提醒报名")),
        ThemeEntry("wednesday", WEDNESDAY, "问题征集日", ("征集想问嘉宾的问题", "回答参会的问题", "组队和找同伴")),
        ThemeEntry("friday", FRIDAY, "资料分享日", ("分享往期总结", "分享讲稿和录播", "收集建议")),
        LEISURE,
    ),
    "high-end": (
        ThemeEntry("tuesday", TUESDAY, "战略话题日", ("一个趋势的深度讨论", "一份数据的不同解读")),
        ThemeEntry("thursday", THURSDAY, "机会对接日", ("介绍一个合作机会", "由群主私下引荐", "跟进上周的对接")),
        ThemeEntry("weekend", WEEKEND, "小范围交流", ("组织闭门聚会", "分享最近读的一本书")),
    ),
}
