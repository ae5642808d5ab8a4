"""What the seed's rules want a label, an approval or a word of explanation for; and newcomers."""

from datetime import timedelta

import pytest

from moderation.detection.rules import RuleKind
from tests.moderation.detection.test_rules import NOON, said, seen

CODE = "def main():\n    return 1\n\nimport os\nx = print(1)\n"


@pytest.mark.parametrize(
    ("kind", "wrong", "right"),
    [
        (RuleKind.JOB_LABEL, "我们公司招前端，15-25k，双休", "[招聘] 我们公司招前端，15-25k，双休"),
        (RuleKind.JOB_LABEL, "本人五年后端，求内推", "【求职】本人五年后端，求内推"),
        (RuleKind.JOB_LABEL, "诚聘运维，投简历到邮箱", "现在招聘行情怎么样？"),
        (RuleKind.PROMOTION, "我们产品新品上线，限时优惠，欢迎下单", "（已报备）我们产品新品上线，限时优惠"),
        (RuleKind.PAID_SERVICE, "承接各种小程序开发", "付费服务：承接各种小程序开发"),
        (RuleKind.CODE, CODE, f"```python\n{CODE}```"),
        (RuleKind.ARTICLE, "https://blog.example.com/post/1", "讲了索引为什么失效，值得一看 https://blog.example.com/post/1"),
        (
            RuleKind.COOPERATION,
            "找合作，私聊",
            "找合作：做校园二手平台，已有两千用户，缺一位后端，股份百分之十，每周二十小时，线上办公",
        ),
    ],
)
def test_the_rules_of_the_seed(kind: RuleKind, wrong: str, right: str) -> None:
    """A message that wants something, and the same as it should be."""
    assert len(seen(kind, said(wrong))) == 1
    assert seen(kind, said(right)) == []


def test_a_newcomer_is_looked_at_more_strictly() -> None:
    """By posts or by hours; later the same message is nobody's concern. The operator's own sites are allowed."""
    link = "资料在 https://pan.example.com/x"
    assert [hit.parameters for hit in seen(RuleKind.PROBATION, said(link, posts_before=0))] == [{"domain": "pan.example.com"}]
    assert len(seen(RuleKind.PROBATION, said(link, joined_at=NOON - timedelta(hours=2)))) == 1
    assert seen(RuleKind.PROBATION, said(link, joined_at=NOON - timedelta(days=9)), said("大家好", posts_before=0)) == []
    assert seen(RuleKind.PROBATION, said(link, posts_before=0), allow=["example.com"]) == []
    assert len(seen(RuleKind.PROBATION, said("加微信 abc_12345", posts_before=0))) == 1
