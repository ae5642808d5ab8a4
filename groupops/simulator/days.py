"""A day of a group: who is here, what they say, who comes and goes."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from groupops.simulator import occasions, quarrelling, rhythm, threads, waves
from groupops.simulator.dice import dice, heavy
from groupops.simulator.happening import Happening, utc
from groupops.simulator.people import Stay, Temper
from groupops.simulator.scene import Line, Pool, Scene
from groupops.simulator.voices import Voices
from groupops.simulator.waves import Wave
from groupops.simulator.words import adverts, common, product, quarrels, scenes, startup, tech
from groupops.simulator.words.matter import Matter
from groupops.simulator.world import Stage, World

TALK: dict[str, tuple[Matter, ...]] = {
    "tech": tech.TALK + common.TALK,
    "product": product.TALK + common.TALK,
    "vip": product.VIP + product.TALK + common.TALK,
    "startup": startup.TALK + common.TALK,
}
EVERYWHERE = (common, scenes, adverts, quarrels)
BANKS: dict[str, dict[str, list[str]]] = {
    kind: {name: words for source in (*EVERYWHERE, own) for name, words in source.BANKS.items()}
    | scenes.PRICE_BANKS
    | scenes.FESTIVAL_BANKS
    | scenes.ANSWER_BANKS
    | common.SEASONS[0]
    for kind, own in {"tech": tech, "product": product, "vip": product, "startup": startup}.items()
}
SELLS = frozenset({"product", "vip", "startup"})  # where people ask for the price
STALE = 0.6  # of a matter's weight is left each time it comes up on a day


@dataclass
class Town:
    """A group in the hands of the generator: who belongs to it, and what of yesterday still goes on."""

    world: World
    stage: Stage
    stays: list[Stay]
    waves: list[Wave]
    voices: Voices
    owner: str = field(init=False)

    def __post_init__(self) -> None:
        self.owner = next((stay.id for stay in self.stays if stay.temper is Temper.CORE and not stay.joined and not stay.left), "")
        self.talk, self.banks = TALK[self.stage.kind], BANKS[self.stage.kind]
        self.had = [0] * len(self.talk)  # how often each matter was talked about today

    def day(self, day: date) -> list[Happening]:
        """What happens, in order of time; a conversation that begins before midnight may end after it."""
        luck = dice(self.world.name, self.world.seed, self.stage.room, day)
        self.had = [0] * len(self.talk)
        pool = Pool(self._here(day, luck))
        written = [scene.lines for scene in self._scenes(day, pool, luck)]
        keyed = [_keyed(self, day, number, lines) for number, lines in enumerate(written)]
        told = [self._said(line) for lines in keyed for line in lines] + list(self._moves(day))
        return sorted(told, key=lambda happening: (happening.at, happening.key))

    # --- who is here ---------------------------------------------------------------------------------------------------
    def _here(self, day: date, luck: random.Random) -> dict[str, tuple[Stay, int]]:
        """Who speaks today, and how many lines; nobody on the day of their coming or going."""
        begin, end = rhythm.at(day, 0), rhythm.at(day, 23, 59, 59)
        lively = rhythm.LIVELY[self.stage.kind][rhythm.day_type(day)] * heavy(luck, 1.0, 0.15)
        found = {}
        for stay in self.stays:
            if stay.share and stay.present(begin) and stay.present(end) and luck.random() < min(stay.share * lively**0.7, 0.97):
                found[stay.id] = (stay, 1 + int(heavy(luck, max(stay.words * lively**0.3 - 0.5, 0.3))))
        return found

    def awake(self, at: datetime, luck: random.Random) -> list[Stay]:
        """Those who may look at the group at a moment, the talkative rather than the others."""
        return [stay for stay in self.stays if stay.share and stay.present(at) and luck.random() < stay.share**0.5]

    def scene(self, at: datetime, here: list[Stay], luck: random.Random) -> Scene:
        """A conversation beside the script, among those who are here."""
        return self._scene(at, Pool({stay.id: (stay, luck.randint(1, 3)) for stay in here}), luck)

    def impromptu(self, at: datetime, luck: random.Random, *, haste: float) -> Iterator[Happening]:
        """A conversation that nobody planned, in a fraction of the time it would take."""
        scene = self.scene(at, self.awake(at, luck), luck)
        starter = scene.pool.take(luck)
        if starter is None:
            return
        stamp = f"{self.world.aside}{self.stage.room}.{at:%Y%m%d%H%M%S}"
        lines = self._talk(scene, starter).lines
        for place, line in enumerate(lines):
            line.key, line.at = f"{stamp}.{place}", at + (line.at - at) * haste
        yield from map(self._said, lines)

    # --- what they say -------------------------------------------------------------------------------------------------
    def _scenes(self, day: date, pool: Pool, luck: random.Random) -> Iterator[Scene]:
        """What has a reason of its own, then talk until everybody has said what they have to say today."""
        yield from self._arrivals(day, pool, luck)
        for wave in waves.on(self.waves, day):
            scene = self._scene(wave.at, pool, luck)
            waves.pour(scene, wave)
            yield scene
        if (feast := rhythm.festival(day)) and (first := pool.take(luck)):
            scene = self._scene(rhythm.at(day, 8, luck.randrange(50)), pool, luck)
            occasions.wishes(scene, first, feast)
            yield scene
        if quarrelling.breaks_out(self.stage.size, luck) and (rivals := quarrelling.rivals(list(pool.stays.values()), luck)):
            scene = self._scene(rhythm.waking(day, luck), pool, luck)
            quarrelling.quarrel(scene, self.stage.kind, rivals)
            yield scene
        while starter := pool.take(luck):
            yield self._talk(self._scene(rhythm.moment(day, luck), pool, luck), starter)

    def _arrivals(self, day: date, pool: Pool, luck: random.Random) -> Iterator[Scene]:
        for stay in self.stays:
            if stay.introduces and stay.joined and stay.joined.date() == day:
                scene = self._scene(stay.joined + timedelta(seconds=60 + heavy(luck, 400)), pool, luck)
                occasions.introduction(scene, stay)
                yield scene

    def _talk(self, scene: Scene, starter: Stay) -> Scene:
        if starter.temper is Temper.BUYER and self.stage.kind in SELLS and scene.luck.random() < 0.5:
            occasions.purchase(scene, starter)
            return scene
        hour = scene.at.astimezone(rhythm.ZONE).hour
        number = scene.luck.choices(
            range(len(self.talk)),
            [one.weight * STALE**had * (one.hours[0] <= hour < one.hours[1]) for one, had in zip(self.talk, self.had, strict=True)],
        )[0]
        self.had[number] += 1
        matter = self.talk[number]
        scene.banks, scene.own = {**scene.banks, **matter.banks}, frozenset(matter.banks) - {"它"} | {"法", "因"}
        threads.SORTS[matter.sort](scene, matter, starter)
        return scene

    def _scene(self, at: datetime, pool: Pool, luck: random.Random) -> Scene:
        season = common.SEASONS[at.month % 12 // 3]
        return Scene(luck, self.voices, pool, {**self.banks, **season}, at)

    # --- as happenings -------------------------------------------------------------------------------------------------
    def _said(self, line: Line) -> Happening:
        name = line.who.called(line.at)
        return Happening(
            line.key, utc(line.at), self.stage.room, "say", line.who.id, name, line.text,
            reply_to=line.replies.key if line.replies else "", part=line.part,
        )  # fmt: skip

    def _moves(self, day: date) -> Iterator[Happening]:
        for stay in self.stays:
            key = f"{self.world.prefix}{self.stage.room}.{stay.id}"
            if stay.joined and stay.joined.date() == day:
                yield Happening(f"{key}.in", utc(stay.joined), self.stage.room, "join", stay.id, stay.called(stay.joined))
            if stay.left and stay.left.date() == day:
                by = self.owner if stay.kicked else ""
                yield Happening(f"{key}.out", utc(stay.left), self.stage.room, "leave", stay.id, stay.called(stay.left), by=by)
            for at, name in stay.renames:
                if at.date() == day and stay.present(at):
                    yield Happening(f"{key}.name", utc(at), self.stage.room, "rename", stay.id, name)


def _keyed(town: Town, day: date, number: int, lines: list[Line]) -> list[Line]:
    for place, line in enumerate(lines):
        line.key = f"{town.world.prefix}{town.stage.room}.{day:%Y%m%d}.{number}.{place}"
    return lines
