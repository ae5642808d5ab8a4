"""Chat exports: the same small scene in every format, system notices, encodings, and files that cannot be read."""

import json
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from groupops.inbound.readers import Setting, Unreadable, notices, read
from groupops.messaging.adapter import EventKind
from tests.shared_data import shared

SETTING = Setting(ZoneInfo("Asia/Shanghai"), day="2026-11-20")
ADVERT = "兼职日结加微信 abc12345"
# (file, format, ids of the three who speak ("" where the file has none), whether it tells of the join)
SCENES = [
    ("chatlab_v0.0.2.json", "ChatLab", ("wxid_owner01", "wxid_lisi02", "wxid_wangwu03"), True),
    ("chatlab_v0.0.2.jsonl", "ChatLab", ("wxid_owner01", "wxid_lisi02", "wxid_wangwu03"), True),
    ("chatlog_api_v1_chatlog.json", "chatlog", ("wxid_owner01", "wxid_lisi02", "wxid_wangwu03"), True),
    ("chatlog_api_v1_chatlog.csv", "chatlog", ("wxid_owner01", "wxid_lisi02", "wxid_wangwu03"), True),
    ("chatlog_api_v1_chatlog.txt", "chatlog", ("", "wxid_lisi02", "wxid_wangwu03"), True),
    ("wechatmsg_memotrace.csv", "WeChatMsg", ("wxid_owner01", "wxid_lisi02", "wxid_wangwu03"), True),
    ("wechatmsg_memotrace.txt", "WeChatMsg", ("", "", ""), True),
    ("weflow_detailed.json", "WeFlow", ("wxid_owner01", "wxid_lisi02", "wxid_wangwu03"), True),
    ("echotrace.json", "EchoTrace", ("wxid_owner01", "wxid_lisi02", "wxid_wangwu03"), True),
    ("qce_v5.json", "QQChatExporter", ("10001", "10002", "10003"), True),
    ("qq_message_manager.txt", "QQ", ("10001", "lisi@example.com", "10003"), True),
    ("discordchatexporter.json", "Discord", ("90001", "90002", "90003"), True),
    ("discordchatexporter.csv", "Discord", ("90001", "90002", "90003"), True),
    ("whatsapp_android_zh.txt", "WhatsApp", ("", "", ""), True),
]


def at(clock: str) -> datetime:
    """A time of the scene, which happened on one morning in Shanghai."""
    return datetime.fromisoformat(f"2026-11-20T{clock}+08:00").astimezone(UTC)


@pytest.mark.parametrize(("name", "made_by", "ids", "joined"), SCENES)
def test_the_scene(name: str, made_by: str, ids: tuple[str, str, str], joined: bool) -> None:
    """One join, a text of two lines, an answer, an advert, a picture; the recall names no message and tells nothing."""
    export = read(shared("data", "chat-exports", name), SETTING)
    assert export.format == made_by
    said = [entry for entry in export.entries if entry.kind == EventKind.MESSAGE]
    assert [entry.sender for entry in said] == [*ids, ids[0]]
    assert [entry.text for entry in said][:3] == ["大家好，\n今晚 20:00 直播答疑", "收到，几点开始？", ADVERT]
    assert said[3].text.startswith(("[图片]", "<省略"))
    coarse = made_by == "WhatsApp"  # to the minute
    assert [entry.at for entry in said][:3] == [at(f"09:0{m}:{'00' if coarse else s}") for m, s in ((1, "10"), (1, "30"), (2, "00"))]
    joins = [entry for entry in export.entries if entry.kind == EventKind.JOINED]
    assert [entry.people or (entry.name,) for entry in joins] == [("李四",) if made_by != "Discord" else ("lisi",)] * joined
    assert len(export.entries) == 5


def test_formats_with_a_scene_of_their_own() -> None:
    folder = shared("data", "chat-exports")
    assert [entry.name for entry in read(folder / "qce_v4.json", SETTING).entries] == ["张三-群名片", "王五-群名片"]
    assert [entry.text for entry in read(folder / "qce_v5.txt", SETTING).entries] == ["大家好，\n今晚 20:00 直播答疑", ADVERT]
    for name in ("telegram_desktop_single.json", "telegram_desktop_full.json"):
        told = read(folder / name, SETTING).entries
        assert [entry.people for entry in told if entry.kind == EventKind.JOINED] == [("李四",), ("王五",)]
        assert told[4].text == "兼职日结加 @abc12345 https://example.com"
    for name in ("chatlog_webhook_body.json", "weflow_http_messages.json"):  # seconds here, milliseconds there
        assert [(entry.at, entry.text) for entry in read(folder / name, SETTING).entries] == [(at("09:02:00"), ADVERT)]
    english = read(folder / "whatsapp_ios_en.txt", SETTING).entries
    assert [(entry.people, entry.text) for entry in english][:2] == [(("Li Si",), "join"), ((), "Hello,\nlive Q&A at 20:00")]
    assert [entry.at for entry in english] == [at("09:00:05"), at("09:01:10"), at("09:02:00"), at("09:02:20")]


def test_who_made_the_export_is_known_where_the_file_says_so() -> None:
    folder = shared("data", "chat-exports")
    assert read(folder / "weflow_detailed.json", SETTING).me == "wxid_owner01"
    assert read(folder / "qce_v5.json", SETTING).me == "10001"
    assert read(folder / "chatlab_v0.0.2.json", SETTING).ids["王五-前端"] == "wxid_wangwu03"


def test_every_known_notice() -> None:
    """The twenty cases of the data, read as they say."""
    cases = json.loads(shared("data", "chat-exports", "wechat_system_notices.json").read_text())
    assert len(cases) == 20
    for case in cases:
        found = notices.read(case["content"])
        assert (found.event, list(found.names), found.by or None) == (case["event"], case["names"], case["by"]), case["content"]


def test_notices_beyond_the_data() -> None:
    raw = shared("data", "chat-exports", "wechat_sysmsgtemplate_join.xml.txt").read_text()
    assert notices.read(notices.from_template(raw)) == notices.Notice("join", ("李四",), "张三")
    assert notices.read('"张三(wxid_owner01)"邀请"李四(wxid_lisi02)"加入了群聊') == notices.Notice("join", ("李四",), "张三")
    assert notices.read('"小王(后端)"退出了群聊') == notices.Notice("left", ("小王(后端)",))
    assert notices.read('"' * 100_000) == notices.Notice("other")


@pytest.mark.parametrize(
    ("content", "where", "why"),
    [
        (b"", "line 1", "none of the known formats"),
        (b"hello\nworld\n", "line 1", "none of the known formats"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "", "not a text"),
        (b'{"chatlab": {}, "members": [], "messages": [', "line 1", "not JSON"),
        (b'{"chatlab": {}, "members": [], "messages": []}', "", "nothing is said"),
        (b'{"chatlab": {}, "members": [], "messages": [{"sender": "a", "timestamp": "soon"}]}', "message 1", "not a time"),
        (b'{"some": "thing"}', "", "none of the known formats"),
        (b'[{"time": "2026-11-20T09:00:05+08:00"}, 7]', "messages 2", "not an object"),
        (b'[{"time": "yesterday", "sender": "a"}]', "message 1", "not a date"),
        (b'{"_type": "header"}\n{"_type": "message", "sender": "a", "timestamp": 1795136405}\nnonsense', "line 3", "not JSON"),
        ("Time,SenderName,Sender,TalkerName,Talker,Content\n2026-11-20 09:00:05,甲\n".encode(), "line 2", "columns"),
        (b"localId,TalkerId,Type,SubType,IsSender,CreateTime,Status,StrContent\n1,7,1,0,0,x,2,hi\n", "line 2", "not a time"),
        (b"[" * 100_000, "", "nested"),
    ],
)
def test_a_file_that_cannot_be_read_says_where_and_why(content: bytes, where: str, why: str, tmp_path: Path) -> None:
    path = tmp_path / "export"
    path.write_bytes(content)
    with pytest.raises(Unreadable) as refused:
        read(path, SETTING)
    assert refused.value.where == where
    assert why in str(refused.value)


def test_the_first_wrong_byte_is_named(tmp_path: Path) -> None:
    path = tmp_path / "broken.txt"
    path.write_bytes(shared("data", "chat-exports", "qq_message_manager.txt").read_bytes() + b"\n\xff\xff\xff")
    with pytest.raises(Unreadable, match="neither UTF-8 nor GB18030") as refused:
        read(path, SETTING)
    assert refused.value.where.startswith("line ")


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_encodings_and_line_ends(encoding: str, ending: str, tmp_path: Path) -> None:
    source = shared("data", "chat-exports", "qq_message_manager.txt")
    path = tmp_path / "export.txt"
    text = source.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
    path.write_bytes(text.replace("\n", ending).encode(encoding))
    assert read(path, SETTING).entries == read(source, SETTING).entries


def test_times_without_a_day_ask_for_it() -> None:
    with pytest.raises(Unreadable, match="only times"):
        read(shared("data", "chat-exports", "chatlog_api_v1_chatlog.txt"), Setting(ZoneInfo("Asia/Shanghai")))
