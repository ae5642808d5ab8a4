"""Is this sentence a question that somebody in the group should answer, and is that one its answer? Tables and pure functions.

What counts is what a desk needs: a request for help or knowledge, said to the group. Greetings ("在吗"), rhetorical ones ("不是吗"),
offers ("想赚钱吗？加我") and puzzled signs ("???") have the form of a question and are none. docs/reference/questions.md says how often
this is right; what people mark as "not a question" is kept with its cue, so that the tables can be judged.
"""

import re
from collections.abc import Iterable
from datetime import timedelta

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

ANSWERABLE = timedelta(days=3)  # a later reply or mention is about something else
LONGEST = 300  # characters; a longer text is an article: what it asks stands at its beginning or its end
EDGE = 100  # of such a text, so much is looked at on both sides
SHORTEST = 3  # signs that mean something; "？" and "啊？" ask nothing
SPELT_OUT = 5  # signs from which on a bare question mark is believed
SUBSTANTIAL = 4  # signs of an answer that was addressed to nobody


class QuestionState(TextChoices):
    """Where a question is."""

    OPEN = "open", _("Waiting for an answer")
    ANSWERED = "answered", _("Answered")
    CLOSED = "closed", _("Closed")


class How(TextChoices):
    """How it was settled."""

    NONE = "", ""
    REPLY = "reply", _("by a reply")
    MENTION = "mention", _("by a mention")
    FOLLOWED = "followed", _("by what was said next")
    STAFF = "staff", _("answered elsewhere")
    MISJUDGED = "misjudged", _("not a question")
    LAPSED = "lapsed", _("nobody answered in time")


HEARD = (How.REPLY, How.MENTION, How.FOLLOWED)  # found in the chat


class Cue(TextChoices):
    """By what a question was recognised, the surest first."""

    REQUEST = "request", _("asks for help")
    WHY = "why", _("asks how or why")
    WHAT = "what", _("asks what, which, when or where")
    WHETHER = "whether", _("asks whether")
    ENGLISH = "english", _("asks in English")
    PARTICLE = "particle", _("ends like a question")
    MARK = "mark", _("has a question mark")
    HAND = "hand", _("a person says so")


# One of these stands in every question; what has none is let go at once. Most of a group's talk is.
# Each way begins with one plain character, never with a class of them: then the search leaps over everything else, eight times
# as fast. It runs over every message there is.
HINT = re.compile(
    r"\?|？|吗|嘛|么|呢|怎|哪|谁|啥|咋|几|求|如何|何时|何处|为何|请问|请教|什么|多[少久大长远高]|能[不否]|可[不否]|是[不否]|会不会|有[没木]有|有无|要不要"
    r"|帮[忙看我]|对不对|行不行|好不好|需不需要|用不用|算不算|支不支持|值不值|靠不靠谱|想问|问一?下|咨询|有人|推荐|指[点教导]|该怎"
    r"|H(?:ow|elp|as)\b|h(?:ow|elp|as)\b|W(?:h(?:at|y|en|ere|ich|o)|h?ould)\b|w(?:h(?:at|y|en|ere|ich|o)|h?ould)\b|A(?:ny|re)|a(?:ny|re)"
    r"|D(?:oe?s?|id)\b|d(?:oe?s?|id)\b|C(?:an|ould)\b|c(?:an|ould)\b|Sh?ould\b|sh?ould\b|Is |is "
)
CUES: tuple[tuple[Cue, re.Pattern[str]], ...] = (
    (
        Cue.REQUEST,
        re.compile(
            r"请问|请教|求助|求问|求解[答释]?|求教|求指[点教导]|求大[神佬]|求推荐|跪求|求(?:一?个|一份|一张|各位|链接|资源|帮忙|好看的)|^求|想问(?:一?下|问)?|问一?下|咨询一?下"
            r"|有没有(?:人|谁|大佬|哪位|朋友|群友|同学|懂)|有人(?:知道|懂|会|用过|遇到|遇见|做过|试过|了解|能)|(?:谁|哪位)(?:能|会|知道|懂|有|用过|遇到|帮|可以|清楚|了解)"
            r"|(?:大佬|大神|群主|管理员?|老师|各位|大家).{0,8}(?:帮[忙看我]|指点|推荐|看一?下)|帮(?:忙|我)?看(?:一?下|看)|(?:麻烦|谁)(?:推荐|介绍|说|讲)|有什么(?:办法|好的|推荐)|有啥(?:办法|好的|推荐)"
        ),
    ),
    (
        Cue.WHY,
        re.compile(
            r"怎么(?!可能|会这|这么|那么|又|还不|还没|敢|舍得|好意思)|如何|为什么|为啥|为何|怎样|咋(?:办|弄|整|搞|回事|用|装|写|改|样|做|还|不|就|没)|(?:什么|啥)(?:原因|情况|问题|毛病|办法|方法)"
            r"|该(?:怎|如何)"
        ),
    ),
    (
        Cue.WHAT,
        re.compile(
            r"何时|什么(?!都|也|的[^?？]*$|[。!！]|$)|(?:是|叫|有|用|做|选|买|要|需要|属于)(?:什么|啥|哪|谁|几)"
            r"|啥(?:意思|区别|时候|东西|软件|版本|价|牌子|用)|哪(?:个|里|儿|家|种|些|款|位|一|有|本|部|年|天|边|些)|(?:在|去|到|从|上)哪|多少|多久|多大|多长|多远|多高"
            r"|几(?:点|号|月|岁|年级|折)|几(?:个|天|块|次|种)[^，。,.]{0,6}[?？]|谁(?:是|的|写|唱|演)|是谁|(?:推荐|介绍)(?:一?下|一?个|几个|一?本|一?款|一?部|点)(?!\s*[:：])"
        ),
    ),
    (
        Cue.WHETHER,
        re.compile(
            r"能不能|能否|可不可以|可否|是不是|是否|会不会|要不要|有没有|有木有|有无|对不对|行不行|好不好|需不需要|用不用|算不算|支不支持|值不值|靠不靠谱"
            r"|(?:可以|能|会|支持|需要|还有|有|要|用|行|对|是|算|得|了|过|的)[^，。,.;；!！]{0,14}(?:吗|嘛|么)\s*[?？。!！~～…]*\s*$"
        ),
    ),
    (
        Cue.ENGLISH,
        re.compile(
            r"(?i)\bhow (?:do|can|to|does|should|would|about|many|much|long|is|are|come)\b"
            r"|\bwhat(?:'s| is| are| does| do| should| would|'re)\b|\bwhy (?:is|does|do|are|did|doesn't|isn't|can't|won't)\b"
            r"|\bwhere (?:is|are|can|do|does|should)\b|\bwhen (?:is|will|does|do|are)\b"
            r"|\b(?:which|who) (?:is|one|version|of|can|knows?|has|should)\b"
            r"|\b(?:can|could|would|will|should) (?:i|you|we|it|someone|some?body|any(?:one|body))\b"
            r"|\b(?:does|do|did|has|have) (?:any(?:one|body)|some(?:one|body)|it|this|you)\b"
            r"|\b(?:is|are) (?:there|it|this|that)\b.*\?|\bany(?:one|body)\b.*\?"
            r"|\bany (?:idea|tips?|suggestions?|way)\b|\b(?:need|please) help\b|\bhelp me\b"
        ),
    ),
    (Cue.PARTICLE, re.compile(r"(?:吗|嘛|么|呢)\s*[?？。!！~～…]*\s*$")),
    (Cue.MARK, re.compile(r"[?？]\s*[)）]?\s*$")),
)
SURE = frozenset({Cue.REQUEST, Cue.WHY, Cue.WHAT, Cue.WHETHER, Cue.ENGLISH})  # the others need some length, and nobody addressed

# Forms of a question that ask nothing, or nothing of the group.
GREETING = re.compile(
    r"^(?:@\S+\s*)?(?:大家|各位|群友们?|兄弟们?|老铁们?|你们?|您|亲们?|hi|hello|hey)?[,，\s]*"
    r"(?:都|今天|最近|今晚|中午|晚上|早上|周末)*(?:在|吃(?:饭|了|过|早饭|午饭|晚饭)*|睡(?:了|觉)?|好|早|过得|忙|还好|怎么样|身体|起床|下班|上班|到家|休息|开心|快乐|冷|热|累)+"
    r"(?:了|不在|过|没有?|不)*[吗嘛么呢啊呀吧]*[!！?？~～。\s]*$|(?i:how are you|how's it going|what's up|how do you do)",
)
RHETORICAL = re.compile(
    r"难道|何必|何苦|至于[吗么嘛]|(?<!是)不是[^，。,？?]{0,8}[吗么嘛]|不就(?:是|行|好|完|得)|可不是|谁知道呢|谁说|谁(?:不|会)想|谁让|谁叫|怎么(?:可能|好意思|敢|舍得|这么|那么|又)|哪有(?:这|那)?|哪(?:能|敢|里哪里)|凭什么"
    r"|关(?:你|我)(?:什么|啥|屁)|有(?:什么|啥|毛|屁|个)(?:用|意思|好)(?:$|[啊呢呀。！!])|什么鬼|什么玩意|什么破|算什么|没什么|没啥|什么都|啥都|怎么都|谁都|哪都|不香[吗么嘛]|服不服|气不气|像话|你说呢|开什么玩笑"
    r"|为什么不呢|想(?:什么|啥)呢|说什么呢|干[嘛吗]呢|不要脸|你懂(?:什么|啥)|无所谓|多少(?:有点|还是|会|沾)|无论如何|不管怎|不论|怎么说呢|再怎么|这么说来|没多少|多少年|好多少"
    r"|(?i:who cares|who knows|why not|you know what|what the|what a |guess what|how (?:nice|cool|great|about that))"
)
WHO_KNOWS = re.compile(r"谁(?:知道|说|懂)(?:呢|啊|吧|不是)")
# Who knows, tells or offers does not ask.
TELLING = re.compile(
    r"(?:我|我们)(?:终于|现在|也|才)?(?:知道|明白|懂|发现|搞懂|学会)(?:了|怎么|为什么|如何|是什么)|我也不(?:知道|懂|清楚)|(?:告诉|教|带|帮|分享给?|给)(?:你|大家|各位|一下|我们)[^?？]{0,6}(?:如何|怎么|怎样|什么|哪)"
    r"|^(?:今天|昨天|我|我们|给大家|来|刚刚?|周末)?(?:来|给大家|整理|写)?(?:一?篇|了)?(?:分享|介绍|总结|聊聊|讲讲|讲解|谈谈|说说|来说|浅谈|整理|写了|发布|手把手|一文)[^?？]{0,16}(?:如何|怎么|怎样|什么|为什么)|(?:这|那)就是为什么|取决于|看你怎么|要看|不管(?:是|怎|什么)"
    r"|(?i:\blet me (?:share|show|tell|explain)\b)"
)
ADVERT = re.compile(
    r"加(?:我|微|v|V|群|扣|q|Q)|私(?:聊|信|我|我聊)|(?:微信|vx|VX|薇|威信|扣扣|QQ|qq)号?[:：]?\s*[A-Za-z0-9_-]{5,}|免费领|领取|代理|兼职|日结|日赚|返利|返现|扫码|低价|包邮|秒杀|优惠券|稳赚|高薪|点击|戳我|戳链接|下单|有需要的|需要的(?:私|联系|加|老板)"
    r"|t\.me/|出售|收购|诚信|担保|招(?:聘|人|募|代)|合作(?:联系|请)|联系(?:我|电话|方式|微信)|(?:想|要)(?:赚钱|发财|挣钱|暴富)"
)
LINK = re.compile(r"https?://\S+|www\.\S+")
# The quotation that clients put before a reply: 「张三：…」 and a rule (WeChat), "> <@user> …" and an empty line (Matrix).
QUOTED = re.compile(r"\A\s*(?:[「“\"]\s*(?P<name>[^：:\n]{1,60})[：:].*?[」”\"]\s*\n[-—–\s]*\n?|(?:>[^\n]*\n)+\n?)", re.DOTALL)
MATRIX_QUOTED = re.compile(r"\A> (?:\* )?<(?P<user>[^>\n]{1,255})>")
# To one person: their business, and in a group mostly banter. 你们 is the group, 你好 is polite.
TO_ONE = re.compile(r"^(?:那|但|但是|所以|话说|不是|哎|诶)?[，,\s]*你(?!们|好)")
ABOUT_ONE = re.compile(r"你(?!们|好|家)")
QUOTE_SIGNS = frozenset('「“"> \n')
MENTION = re.compile(r"@\S")
MEANT = re.compile(r"[^\W_]")
SIGN = re.compile(r"\[[^\[\]\n]{1,12}\]")  # [图片], [表情]
ECHO = re.compile(
    r"^(?:同问|同求|同样(?:的)?(?:问题)?|我也(?:是|想知道|想问|遇到)|\+1|蹲|顶|mark|马克|插眼|不(?:知道|懂|清楚)|up|same).{0,6}$",
    re.IGNORECASE,
)


def cue_of(text: str) -> Cue | None:
    """By what `text` is a question to the group; None where it is none."""
    if HINT.search(text) is None:
        return None
    said = essence(text)
    if len(said) > LONGEST:
        said = f"{said[:EDGE]}\n{said[-EDGE:]}"
    if meaning(said) < SHORTEST or GREETING.search(said) or ADVERT.search(said):
        return None
    for cue, pattern in CUES:
        if pattern.search(said):
            return cue if _is_meant(cue, said) else None
    return None


def _is_meant(cue: Cue, said: str) -> bool:
    """Whether it asks, and asks the group: help is asked for however it is put, a bare sign must be long enough and address nobody."""
    if cue == Cue.REQUEST:
        return not (TELLING.search(said) or WHO_KNOWS.match(said))
    if RHETORICAL.search(said) or TELLING.search(said) or TO_ONE.search(said):
        return False
    if cue in SURE:
        return cue != Cue.WHETHER or not ABOUT_ONE.search(said)
    return meaning(said) >= SPELT_OUT and not MENTION.search(said) and not ABOUT_ONE.search(said)


def essence(text: str) -> str:
    """The words that are somebody's own: without the quotation before a reply, and without links, whose `?` asks nothing."""
    return LINK.sub(" ", QUOTED.sub("", text, count=1)).strip()


def meaning(text: str) -> int:
    """How many letters, digits and characters a text has besides its signs: [图片] and !!! say nothing."""
    return len(MEANT.findall(SIGN.sub("", text)))


def may_quote(text: str) -> bool:
    """Whether it is worth asking whom `text` quotes."""
    return text[:1] in QUOTE_SIGNS


def may_mention(text: str) -> bool:
    """Whether it is worth asking whom `text` addresses."""
    return "@" in text or ":" in text or "：" in text


def quotes(text: str, *, name: str, user: str) -> bool:
    """Whether `text` begins with a quotation of this person, as clients write it before a reply."""
    if text[:1] not in '「“"> \n':
        return False
    if by_id := MATRIX_QUOTED.match(text):
        return by_id["user"] == user
    found = QUOTED.match(text)
    return bool(found and found["name"] and found["name"].strip() == name)


def quoted(text: str) -> set[str]:
    """The name and the account that a quotation at the beginning of `text` gives, as clients write it before a reply."""
    by_id, found = MATRIX_QUOTED.match(text), QUOTED.match(text)
    return {one.strip() for one in (by_id and by_id["user"], found and found["name"]) if one}


def mentions(text: str, *, name: str, user: str) -> bool:
    """Whether `text` addresses this person: @name, @id, or the name and a colon before anything else."""
    if name and (f"@{name}" in text or text.startswith((f"{name}:", f"{name}："))):
        return True
    return bool(user) and f"@{user.removeprefix('@')}" in text


def is_substantial(text: str) -> bool:
    """Whether what somebody said into the room can be the answer to what was asked before: words, not addressed to others, no echo."""
    said = essence(text)
    return meaning(said) >= SUBSTANTIAL and not MENTION.search(said) and not ECHO.match(said) and cue_of(said) is None


def median(values: Iterable[int]) -> int | None:
    """The middle one, the lower of two; None of nothing."""
    found = sorted(values)
    return found[(len(found) - 1) // 2] if found else None
