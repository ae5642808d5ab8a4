"""What is a question, what is none: a labelled list of our own, and public sets beside the project."""

import json

import pytest

from members import asking
from members.asking import Cue
from tests.shared_data import shared

QUESTIONS = """
请问导出的报表打不开怎么办？
请教一下，接口返回 502 是什么原因
求助！升级之后登录不上了
求推荐一个好用的截图软件
有没有人用过新的导出功能
有没有大佬知道这个怎么配置
有人知道群文件在哪里吗
有人遇到过同样的报错吗？
谁能发一下上次分享的链接
谁有去年的课件
哪位朋友懂数据库索引
想问一下发票什么时候开
问一下，会员到期了还能下载吗
咨询一下企业版的价格
大佬们帮忙看一下这个报错
群主能不能把文档再发一遍
管理员，怎么修改群昵称
老师，作业在哪里交
怎么关闭自动续费
这个按钮怎么不能点了
如何把数据迁移到新版本
为什么我的积分没有到账
为啥一直提示网络错误
部署到服务器上该如何设置环境变量
遇到死锁该怎么排查
什么时候发布 2.0
什么原因会导致内存泄漏
专业版和基础版有什么区别
这两个框架有啥区别
这是什么意思
错误码 1003 是什么意思
下载地址是多少
年费多少钱
试用期多久
活动几点开始
在哪里看直播回放
哪个版本比较稳定
哪里可以下载安装包
线下聚会在哪儿办
你们都用什么编辑器
大家一般用哪个云服务器
新人应该先看哪一篇
周五的分享是谁讲
积分可以兑换什么
能不能导出成 Excel
能否支持深色模式
可不可以一次上传多个文件
是不是要先升级才能用
是否支持离线安装
会不会丢数据
要不要先备份
有没有免费的替代品
有没有详细一点的教程
现在还能报名吗
可以开发票吗？
支持 Windows 7 吗
还有名额吗
需要重启服务器吗
这个功能免费用户也能用吗？
群里有做前端的吗
今天的分享有录播吗
这样写会有性能问题么
换手机号之后数据还在么？
专业版能退款吗
报名截止了吗？
新版本修复了这个问题吗？
不太明白，第三步具体怎么操作
我按教程做了，还是报错，怎么解决
升级以后图标都没了，咋办
安装包被杀毒软件拦了，咋弄
@小助手 请问怎么加入内测
@群主 发票怎么开
各位，周末的聚会几点集合
有什么好的学习路线推荐
有啥办法可以批量改名
跪求一份面试题
求一个最新的安装包
求大神指点一下
麻烦推荐一本入门的书
大家觉得远程办公哪个工具好用？
第二节课的代码在仓库的哪个目录？
数据库用 MySQL 还是 PostgreSQL？
明天的直播改到下午了？
How do I reset my password
How can I export all messages?
What is the difference between these two plans?
What's the rate limit of the API?
Why does the build fail on ARM?
Where can I find the docs
When will the next version be released?
Is there a way to undo this?
Does anyone know how to fix this error
Can I use it offline?
Could someone review my config?
Has anybody tried the beta?
Any idea why it is so slow?
Please help, my account is locked
Which version should I install
""".strip().splitlines()

OTHERS = """
早上好！
大家早，新的一天加油
推荐一个：跑步也有门道
在吗
在不在？
吃了吗
大家吃饭了吗？
你们都睡了吗
最近好吗？
今天过得怎么样
你好吗
How are you?
what's up
？？？
？
啊？
哈？
真的假的？
不是吗
这不是很正常吗
难道要我自己写
怎么可能
怎么这么快
怎么又下雨了
谁知道呢
谁说不是呢
至于吗
这不香吗
关我什么事
有什么用呢
什么鬼
什么都没有
没什么大不了的
无论如何都要试一下
不管怎么样先试试
凭什么啊
干嘛呢
你懂什么
你说呢
你来一个？
你吃不吃？
你还想怎样
我终于知道怎么配置了
我们明白为什么慢了
我也不知道
我来教大家怎么备份
给大家分享一下如何做性能优化
分享一篇文章：如何写好文档
今天聊聊为什么要写测试
整理了一份教程，讲解怎么部署
这就是为什么要备份
取决于你用什么系统
想赚钱吗？加我微信
想暴富吗？私聊我
需要发票的加我，多少都有
兼职日结，有没有人来
出售二手显卡，要的私聊
低价代理，有需要的联系我
免费领课程，点击 https://example.com/?a=1
同问
+1
顶一下
谢谢大佬
收到
好的，明白了
换成新版就可以打开了
在设置里面点右上角
文档更新了，大家看一下
今晚八点直播，别忘了
报名已经截止
[图片]
[表情][表情]
哈哈哈哈哈哈
太强了
666
https://example.com/search?q=1
已经重启过了，没有用
我用的是最新版本
多少有点贵
认识他好多年了
周末一起打球吧
Good morning everyone
Thanks a lot!
who cares
I fixed it, thanks
you know what, it works now
Let me share how we did it
see https://example.com/?page=2
""".strip().splitlines()


def test_the_list_is_long_enough_to_say_something() -> None:
    assert len(QUESTIONS) + len(OTHERS) >= 180
    assert len(set(QUESTIONS + OTHERS)) == len(QUESTIONS) + len(OTHERS)


def test_nearly_every_sentence_of_our_list_is_judged_right() -> None:
    """A few are allowed to be wrong: a rule for each would be learnt by heart."""
    missed = [text for text in QUESTIONS if asking.cue_of(text) is None]
    wrong = [(text, asking.cue_of(text)) for text in OTHERS if asking.cue_of(text)]
    assert len(missed) <= 3, missed
    assert len(wrong) <= 3, wrong


def test_queries_to_a_list_of_answers_are_mostly_recognised() -> None:
    """They are search queries: a sixth of them are mere nouns ("关于故事的成语"), which nobody would take for a question in a chat."""
    rows = json.loads(shared("data", "labelled", "faq_lcqmc.devset.json").read_text(encoding="utf-8"))["queries"]
    found = sum(asking.cue_of(row["text"]) is not None for row in rows)
    assert found / len(rows) > 0.8


@pytest.mark.parametrize(("name", "ham", "spam"), [("mc_qq_ads", 0.2, 0.2), ("tg_group_spam", 0.12, 0.03)])
def test_group_talk_is_mostly_no_question(name: str, ham: float, spam: float) -> None:
    """Real groups do ask: what is found here is, on a look, about half questions. Adverts hardly ever pass."""
    rows = [json.loads(line) for line in shared("data", "labelled", f"{name}.devset.jsonl").read_text(encoding="utf-8").splitlines()]
    for label, most in ((0, ham), (1, spam)):
        texts = [row["text"] for row in rows if row["label"] == label]
        share = sum(asking.cue_of(text) is not None for text in texts) / len(texts)
        assert share < most


def test_the_surest_cue_names_the_question() -> None:
    assert asking.cue_of("请问为什么打不开？") == Cue.REQUEST
    assert asking.cue_of("为什么打不开？") == Cue.WHY
    assert asking.cue_of("现在还能报名吗") == Cue.WHETHER
    assert asking.cue_of("明天的直播改到下午了？") == Cue.MARK


def test_a_quotation_is_not_what_somebody_says() -> None:
    assert asking.cue_of("「小王：请问怎么退款？」\n- - - - - - - -\n已经给你退了") is None
    assert asking.essence("> <@a:hs> how do I?\n\nlike this") == "like this"
    assert asking.quotes("> <@a:hs> how do I?\n\nlike this", name="A", user="@a:hs")
    assert not asking.quotes("> <@a:hs> how do I?\n\nlike this", name="A", user="@b:hs")


def test_of_an_article_only_both_ends_are_looked_at() -> None:
    article = "这是一段很长的介绍。" * 60
    assert asking.cue_of(f"{article}怎么办{article}") is None
    assert asking.cue_of(f"{article}大家觉得哪个方案好？") == Cue.WHAT


@pytest.mark.parametrize("text", ["", " ", "\n", "？" * 5000, "吗" * 5000, "「" * 3000, "> " * 3000, "@" * 3000, "怎么这么" * 2000])
def test_strange_texts_are_no_trouble(text: str) -> None:
    asking.cue_of(text)
    asking.is_substantial(text)
    asking.quotes(text, name="a", user="b")


def test_the_middle_answer() -> None:
    assert (asking.median([]), asking.median([5]), asking.median([9, 1]), asking.median([3, 1, 2])) == (None, 5, 1, 2)
