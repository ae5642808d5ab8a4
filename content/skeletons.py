"""What the form of a post begins with, by its kind: the shape of a good one, in the language of the groups, to be written over."""

from content.policy import PostKind

# Titles and shapes: ours, after 内容规划策略 and 运营技巧总结 of the seed.
SKELETONS: dict[PostKind, str] = {
    PostKind.MESSAGE: "",
    PostKind.ANNOUNCEMENT: "各位{{group}}的朋友：\n\n【事项】\n【时间】\n【需要大家做什么】\n\n有疑问请在群里 @群主。",
    PostKind.TOPIC: "今日话题：\n\n背景：\n想听听大家的看法：\n1. \n2. \n\n欢迎带上自己的例子来聊。",
    PostKind.QUESTION: (
        "{{weekday}}问答时间到！\n\n把最近卡住你的问题发出来，格式：\n问题 + 试过什么 + 期望的结果\n\n群主和热心的朋友会逐一回复。"
    ),
    PostKind.DIGEST: "{{date}} 群聊精华\n\n1. \n2. \n3. \n\n错过讨论的朋友可以爬楼看看，欢迎接着聊。",
    PostKind.PROMOTION: "产品：\n适合谁：\n群友专属：\n截止：\n\n了解更多：",
    PostKind.GREETING: "{{group}}的朋友们，{{weekday}}好！\n\n",
}


def begin(kind: str) -> str:
    """The text a form of this kind begins with; empty for a kind there is not."""
    return SKELETONS[PostKind(kind)] if kind in PostKind.values else ""
