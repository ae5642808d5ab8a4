"""How much of the inbound pipeline's throughput is left when messages are looked at.

    DATABASE_URL=postgres://… python bench/screening.py [--messages 3000] [--people 400] [--runs 5] [--hits 0]

Floor: the same pipeline without the step moderation.inbound.screen. Measured beside it, all alternating in one run: with 10,000 words
and 50 patterns; with a model as well; with the shipped rules of the first day as well. `--hits` is how many in a thousand messages
hold a listed word, and so open a case that people judge. Works in a test database of its own, which is dropped at the end.
"""

# ruff: noqa: I001  (measuring sets Django up before its models are imported)
import argparse
import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from itertools import count

from measuring import Spent, median, own_database, spent
from inbound_pipeline import messages, whole

from django.conf import settings
from django.db import connection as database
from django.test.utils import override_settings

from groupops.celery import settle_down
from groupops.messaging.adapter import Event
from groupops.messaging.models import Binding
from moderation.detection import dayone
from moderation.detection.model import Model
from moderation.detection.training import Example, train
from moderation.models import Rule
from moderation.policy import RuleState

GOALS = {"words and patterns": 0.7, "and a model": 0.3, "and the shipped rules": 0.0}
TALK = """
今天 我们 大家 这个 问题 怎么 解决 版本 升级 之后 报错 日志 里面 数据库 连接 超时 配置 文件 改了 重启 还是 不行
谢谢 老师 群里 分享 一下 经验 周末 有空 一起 吃饭 讨论 方案 需求 排期 上线 测试 环境 接口 文档 哪里 可以 看到 前端
页面 样式 手机 上面 显示 正常 电脑 打开 很慢 内存 泄漏 排查 工具 推荐 学习 路线 书籍 视频 课程 面试 简历 公司 团队
项目 管理 沟通 效率 早上 好 晚安 哈哈 收到 明白 辛苦 了 请问 有人 遇到 过 吗 代码 提交 分支 合并 冲突
""".split()  # noqa: SIM905  (a list would be six times as long)
_runs = count()


def varied(events: list[Event], seed: int, hits: int) -> list[Event]:
    """The same events, each with words of its own; `hits` in a thousand hold a listed one."""
    chance = random.Random(seed)
    said = []
    for n, event in enumerate(events):
        text = "".join(chance.choices(TALK, k=chance.randint(4, 16)))
        said.append(replace(event, text=text + LISTED[0] if n % 1000 < hits else text))
    return said


def _listed() -> list[str]:
    chance = random.Random(0)
    letters = [chr(code) for code in range(0x4E00, 0x9FA5)]
    return list({"".join(chance.choices(letters, k=chance.randint(2, 5))): None for _n in range(10_100)})[:10_000]


LISTED = _listed()
PATTERNS = [rf"(?:{LISTED[n]}|{LISTED[n + 60]})\s*[0-9]{{{5 + n % 4},11}}|{LISTED[n + 120]}.{{0,10}}{LISTED[n + 180]}" for n in range(50)]


def taught() -> Model:
    """A model of invented verdicts that asks about nothing here: what it costs does not depend on what it learned."""
    examples = [Example(f"低价出{word}需要的加我{n}", offence=True) for n, word in enumerate(LISTED[:200])]
    examples += [Example("".join(random.Random(n).choices(TALK, k=8)), offence=False) for n in range(200)]
    return replace(train(examples), queue=1.01, automatic=1.01)


def arms() -> dict[str, list[Rule]]:
    """The rules of each arm, all off."""
    from tests.factories.moderation import LearnedModelFactory, RuleFactory

    made = {"state": RuleState.OFF, "certain": False}
    words = [RuleFactory(settings={"words": LISTED}, **made), RuleFactory(sort="pattern", settings={"patterns": PATTERNS}, **made)]
    model = [*words, RuleFactory(sort="model", settings={"from": "queue"}, **made)]
    LearnedModelFactory(group=None, weights=taught().save(), state="current")
    shipped = [RuleFactory(sort=kind.value, settings=told, **made) for kind, _offence, told in dayone.RULES]
    return {"words and patterns": words, "and a model": model, "and the shipped rules": [*model, *shipped]}


@contextmanager
def looking(rules: list[Rule] | None) -> Iterator[None]:
    """With these rules alone; None: without the step."""
    Rule.objects.update(state=RuleState.OFF)
    Rule.objects.filter(pk__in=[rule.pk for rule in rules or []]).update(state=RuleState.LIVE)
    steps = [step for step in settings.INBOUND_PIPELINE if rules is not None or step != "moderation.inbound.screen"]
    with override_settings(INBOUND_PIPELINE=steps):
        yield


def once(room: Binding, rules: list[Rule] | None, size: int, people: int, hits: int) -> Spent:
    """One run of one arm."""
    run = next(_runs)
    events = varied(messages(room, f"screen-{run}", size, people), run, hits)
    with looking(rules):
        return spent(partial(whole, room, events))


def compare(room: Binding, size: int, people: int, runs: int, hits: int) -> None:
    """All arms in turn, and the medians of their ratios."""
    every: dict[str, list[Rule] | None] = {"without": None, **arms()}
    for rules in every.values():
        once(room, rules, 500, people, hits)  # people known, detectors compiled, statements prepared
    settle_down()
    found: dict[str, list[Spent]] = {name: [] for name in every}
    for _run in range(runs):
        for name, rules in every.items():
            found[name].append(once(room, rules, size, people, hits))
    bare = found.pop("without")
    print(f"{database.vendor}, {people} people, {hits} hits in 1,000; without: {size / median([one.wall for one in bare]):.0f} messages/s")
    for name, spents in found.items():
        wall = [low.wall / high.wall for low, high in zip(bare, spents, strict=True)]
        cpu = [low.cpu / high.cpu for low, high in zip(bare, spents, strict=True)]
        more = median([(high.cpu - low.cpu) / size * 1e6 for low, high in zip(bare, spents, strict=True)])
        goal = f", goal {GOALS[name]:.2f}" if GOALS[name] else ""
        told = f"{size / median([one.wall for one in spents]):.0f} messages/s, ratio {median(wall):.2f} ({min(wall):.2f}–{max(wall):.2f})"
        print(f"  {name:<22} {told}, of CPU {median(cpu):.2f}; {more:.0f} µs more a message{goal}", flush=True)


def main() -> None:
    """Measure in a database that is made for it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=3000)
    parser.add_argument("--people", type=int, default=400)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--hits", type=int, default=0)
    options = parser.parse_args()
    with own_database():
        from tests.factories.messaging import BindingFactory

        compare(BindingFactory(), options.messages, options.people, options.runs, options.hits)


if __name__ == "__main__":
    main()
