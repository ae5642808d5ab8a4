"""Contacts and links: as advertisers write them, and not in ordinary talk."""

import pytest

from moderation.detection.rules import RuleKind
from tests.moderation.detection.test_rules import said, seen

CONTACTS = [
    "加微信 abc_12345", "加V：abc12345", "薇❤ wx889900", "威信13800138000", "+v 领资料", "qq 123456789", "扣扣：1234567890", "加扣1234567",

    "电话 138-0013-8000", "１３８００１３８０００", "看我头像", "进群 123456789", "戳我主页", "vx:hello2024", "加➕微",
]  # fmt: skip
TALK = [
    "微信支付接口怎么调", "用微信登录报错 40029", "QQ音乐不错", "版本 1.2.3 什么时候发", "订单号 20240113000012345678", "我的电话没电了",
    "微信小程序审核要多久",
    "电脑开机密码忘了", "扣了我 100 块", "价格 12345 元", "看名字就知道是他", "加油",
]  # fmt: skip


@pytest.mark.parametrize("text", CONTACTS)
def test_a_contact_is_seen(text: str) -> None:
    """By handle, number or where to look."""
    assert len(seen(RuleKind.CONTACT, said(text))) == 1


@pytest.mark.parametrize("text", TALK)
def test_ordinary_talk_holds_none(text: str) -> None:
    """The words alone are no contact."""
    assert seen(RuleKind.CONTACT, said(text)) == []


def test_an_allowed_handle_is_none() -> None:
    """The operator's own."""
    assert seen(RuleKind.CONTACT, said("加微信 groupops_help"), allow=["GroupOps_help"]) == []


@pytest.mark.parametrize(
    ("text", "domain"),
    [("https://t.cn/abc", "t.cn"), ("看 www.xx-88.top/a?b=1", "www.xx-88.top"),
     ("h t t p 不是", ""), ("ＷＷＷ．ABC．com", "www.abc.com"),
     ("bet365 . com", "bet365.com"), ("我用 node.js 和 a.py", ""),
     ("me@example.com", ""), ("1.2.3", "")],
)  # fmt: skip
def test_links(text: str, domain: str) -> None:
    """With a scheme or without, spaced, in full width; file names and addresses of mail are none."""
    assert [hit.parameters["domain"] for hit in seen(RuleKind.LINK, said(text))] == ([domain] if domain else [])


def test_lists_stand_for_what_lies_below() -> None:
    """Allowed is a domain with all below it; denied wins over allowed."""
    told = {"allow": ["https://github.com/", "example.com"], "deny": ["bad.example.com"]}
    assert seen(RuleKind.LINK, said("https://docs.github.com/x https://example.com"), **told) == []
    assert len(seen(RuleKind.LINK, said("https://a.bad.example.com"), **told)) == 1
    assert len(seen(RuleKind.LINK, said("https://notgithub.com"), **told)) == 1
    assert seen(RuleKind.LINK, said("https://notgithub.com"), refuse="denied") == []
