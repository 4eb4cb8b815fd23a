"""What is measured with every contender: one source, N downloaders, all cables alike."""
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median

from contenders.program import Contender
from games import Game, Games
from party import Party
from race import Race, Result


@dataclass
class Setting:
    """What all measurements of a run have in common."""

    work: Path
    games: Games
    rate: float  # Mbit/s, of a usual cable


@dataclass
class Row:
    """One measurement, as the tables show it and the JSON file holds it."""

    scenario: str
    contender: str
    size: int
    downloaders: int
    result: Result | None = None
    ratio: float | None = None  # the one that the scenario is about, to its own limit
    text: str = ""  # what else is to be said
    error: str = ""

    def document(self) -> dict:
        """For JSON."""
        document = asdict(self)
        if self.result:
            document |= {"first": self.result.first, "median": self.result.median, "last": self.result.last}
        return document


def seconds(size: int, rate: float) -> float:
    """How long so many bytes take over a cable of that many Mbit/s, without a header."""
    return size * 8 / (rate * 1e6)


def same(setting: Setting, kind: type[Contender], number: int) -> Row:
    """All start together."""
    game = setting.games.usual()
    with _party(setting, number, game) as party, _race(setting, kind, party, game, "all at once") as race:
        race.begin(race.downloaders)
        race.run_to_the_end(race.downloaders)
        result = race.result(race.downloaders)
    return Row("same", kind.name, game.size, number, result, result.last)


def late(setting: Setting, kind: type[Contender], number: int) -> Row:
    """One starts when the median of the others has half of it."""
    game = setting.games.usual()
    with _party(setting, number, game) as party, _race(setting, kind, party, game, "late joiner") as race:
        *others, joiner = race.downloaders
        race.begin(others)
        race.run_until(lambda: median(program.progress() for program in others) >= 0.5)
        race.begin([joiner])
        race.run_to_the_end(race.downloaders)
        result = race.result(race.downloaders)
    own = result.own[joiner.pc.name] / result.limit
    others_last = max(result.own[program.pc.name] for program in others) / result.limit
    return Row("late", kind.name, game.size, number, result, own,
               f"it joined after {(joiner.begun - race.start) / result.limit:.2f}; the others' last {others_last:.2f}")


def killed(setting: Setting, kind: type[Contender], number: int) -> Row:
    """The source is killed when each piece is at a downloader at least; then all must finish without it."""
    game = setting.games.usual()
    with _party(setting, number, game) as party, _race(setting, kind, party, game, "source killed") as race:
        race.begin(race.downloaders)
        # Before that it cannot be, and questions cost the programs something.
        race.run_until(lambda: race.seconds() >= 0.8 * race.limit and race.is_spread())
        point = race.seconds() / race.limit
        race.kill(race.sources[0])
        race.run_to_the_end(race.downloaders)
        result = race.result(race.downloaders)
    return Row("killed", kind.name, game.size, number, result, point,
               f"all {number} finished, the last at {result.last:.2f}")


def _party(setting: Setting, number: int, game: Game) -> Party:
    return Party(setting.work, [setting.rate], [setting.rate] * number, game.room)


def _race(setting: Setting, kind: type[Contender], party: Party, game: Game, what: str) -> Race:
    title = f"{kind.name}, {what}, {len(party.downloaders)} downloaders"
    return Race(kind, party, [game], seconds(game.size, setting.rate), title)
