"""The kinds of group and the base rules, in the words of the seed document. Frozen: later edits happen in the browser."""

from django.db import migrations
from django.utils import timezone

BASE_RULES = """\
【群规则】
欢迎加入{{group}}！为了维护良好的交流环境，请遵守以下规则：

✅ 鼓励的行为：
• 分享有价值的技术内容和经验
• 提出有建设性的问题和建议
• 帮助其他群友解答疑问
• 分享相关的学习资源和工具

❌ 禁止的行为：
• 发送广告、推销、刷屏信息
• 讨论政治敏感和不当内容
• 恶意攻击和人身攻击行为
• 发送大量无关的表情包和图片

⚠️ 违规处理：
• 首次违规：群内提醒
• 二次违规：私聊警告
• 三次违规：移出群聊

📞 联系管理员：
如有问题请联系群主或管理员"""

TECH_RULES = """\
【技术交流群补充规则】

🔧 技术讨论规范：
• 提问时请描述具体问题和环境
• 贴代码时请使用代码块格式
• 分享文章时请简要说明核心内容
• 求职招聘信息请标明[招聘]或[求职]

💰 商业信息规范：
• 产品推广需要提前申请
• 收费服务需要明确标识
• 禁止发送微商和传销信息
• 合作项目需要详细说明

📅 活动组织规范：
• 线下聚会需要群主审核
• 在线活动请提前3天通知
• 活动结束后请分享总结"""

# Ours: the seed extends the tech group only. Its lines on articles, jobs, business and events hold here too; code blocks do not.
STARTUP_RULES = """\
【创业交流群补充规则】

💬 交流规范：
• 分享文章时请简要说明核心内容
• 求职招聘信息请标明[招聘]或[求职]

💰 商业信息规范：
• 产品推广需要提前申请
• 收费服务需要明确标识
• 禁止发送微商和传销信息
• 合作项目需要详细说明

📅 活动组织规范：
• 线下聚会需要群主审核
• 在线活动请提前3天通知
• 活动结束后请分享总结"""

KINDS = [
    {
        "slug": "product",
        "name": "产品用户群",
        "positioning": "产品用户的服务和支持群",
        "values": ["产品使用指导和技术支持", "功能更新和版本发布通知", "用户反馈收集和问题解答", "用户案例分享和经验交流"],
        "size_low": 50,
        "size_high": 200,
        "size_note": "便于管理和互动",
        "level": "free",
        "rules_extension": "",
    },
    {
        "slug": "tech",
        "name": "技术交流群",
        "positioning": "技术从业者的学习交流群",
        "values": ["技术知识分享和讨论", "行业趋势和技术动态", "求职招聘信息发布", "技术问题答疑解惑"],
        "size_low": 100,
        "size_high": 500,
        "size_note": "根据活跃度调整",
        "level": "free",
        "rules_extension": TECH_RULES,
    },
    {
        "slug": "vip",
        "name": "VIP付费群",
        "positioning": "付费用户的专属服务群",
        "values": ["专属功能和服务体验", "优先客服支持和反馈处理", "产品路线图预览和内测机会", "创始人直接交流的机会"],
        "size_low": 20,
        "size_high": 100,
        "size_note": "保证服务质量",
        "level": "paid",
        "rules_extension": "",
    },
    {
        "slug": "startup",
        "name": "创业交流群",
        "positioning": "独立开发者和创业者的交流群",
        "values": ["创业经验和心得分享", "项目合作和资源对接", "投资融资信息交流", "行业人脉网络建设"],
        "size_low": 50,
        "size_high": 300,
        "size_note": "活跃交流为主",
        "level": "free",
        "rules_extension": STARTUP_RULES,
    },
    # The seed names these three (地区群, 活动群, 高端群) and says what they are for; their ranges and lines are ours.
    {
        "slug": "regional",
        "name": "地区群",
        "positioning": "本地化服务和线下活动",
        "values": ["本地化服务", "线下活动和聚会"],
        "size_low": 50,
        "size_high": 200,
        "size_note": "便于组织线下活动",
        "level": "regional",
        "rules_extension": "",
    },
    {
        "slug": "event",
        "name": "活动群",
        "positioning": "活动期间的通知和交流群",
        "values": ["活动通知和报名", "活动期间的讨论和答疑", "活动结束后的总结分享"],
        "size_low": 20,
        "size_high": 500,
        "size_note": "随活动规模调整",
        "level": "free",
        "rules_extension": "",
    },
    {
        "slug": "high-end",
        "name": "高端群",
        "positioning": "战略合作和商业机会",
        "values": ["战略合作", "商业机会对接"],
        "size_low": 10,
        "size_high": 50,
        "size_note": "保证深度交流",
        "level": "high_end",
        "rules_extension": "",
    },
]


def seed(apps, schema_editor):
    kind, rule_set = apps.get_model("groups", "Kind"), apps.get_model("groups", "RuleSet")
    kind.objects.bulk_create(kind(position=10 * n, **values) for n, values in enumerate(KINDS, start=1))
    rule_set.objects.create(group=None, version=1, text=BASE_RULES, at=timezone.now(), why="")


class Migration(migrations.Migration):
    dependencies = [("groups", "0001_initial")]
    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
