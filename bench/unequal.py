"""Unequal parties: each case with the limit that its own cables set."""
from collections.abc import Callable, Iterator

from contenders.curl import Curl
from contenders.program import Contender
from games import Game
from party import Party
from race import Race, Result
from scenarios import Row, Setting, seconds

# A tenth, ten times: as the cases are named.
FACTOR = 10


def _fetch(setting: Setting, kind: type[Contender], what: str, sources: list[float], downloaders: list[float],
           games: list[Game], limit: float, loss: float = 0, wait_for: int | None = None) -> Result:
    """All downloaders start together; the result is that of the first `wait_for` of them (all)."""
    party = Party(setting.work, sources, downloaders, sum(game.room for game in games))
    with party, Race(kind, party, games, limit, f"{kind.name}, {what}") as race:
        if loss:
            party.lose(loss)
        race.begin(race.downloaders)
        waited_for = race.downloaders[:wait_for]
        race.run_to_the_end(waited_for)
        return race.result(waited_for)


def _row(name: str, kind: type[Contender], game: Game, result: Result, text: str = "") -> Row:
    return Row(name, kind.name, game.size, len(result.finished), result, result.last, text)


def slow_source(setting: Setting, kind: type[Contender]) -> Iterator[Row]:
    """Four sources as fast as the downloader, and one at a tenth of that, which must cost nothing."""
    game, rate = setting.games.usual(), setting.rate
    result = _fetch(setting, kind, "a slow source", [rate] * 4 + [rate / FACTOR], [rate], [game], seconds(game.size, rate))
    yield _row("slow source", kind, game, result, "4 sources at R, 1 at R/10 → 1 PC at R")


def fast_source(setting: Setting, kind: type[Contender]) -> Iterator[Row]:
    """A source of ten times the rate fills the cables of one, and of eight."""
    game, rate = setting.games.usual(), setting.rate
    for number in (1, 8):
        result = _fetch(setting, kind, f"a fast source, {number} downloaders", [rate * FACTOR], [rate] * number, [game],
                        seconds(game.size, rate))
        yield _row("fast source", kind, game, result, f"1 source at 10 R → {number} PC at R")


def four_sources(setting: Setting, kind: type[Contender]) -> Iterator[Row]:
    """They fill the cable of one PC, where all are needed for that, and where one would do."""
    game, rate = setting.games.usual(), setting.rate
    for each, text in ((rate / 4, "R/4"), (rate, "R")):
        result = _fetch(setting, kind, f"four sources at {each:g}", [each] * 4, [rate], [game], seconds(game.size, rate))
        yield _row("four sources", kind, game, result, f"4 sources at {text} → 1 PC at R")


def two_games(setting: Setting, kind: type[Contender]) -> Iterator[Row]:
    """Two PCs fetch different games from one source, whose cable they have to share."""
    games, rate = [setting.games.half(1), setting.games.half(2)], setting.rate
    result = _fetch(setting, kind, "two games", [rate], [rate] * 2, games,
                    seconds(sum(game.size for game in games), rate))
    yield _row("two games", kind, games[0], result,
               f"1 source → 2 PCs; first ÷ last {result.first / result.last:.2f} (1 is fair)")


def small_files(setting: Setting, kind: type[Contender]) -> Iterator[Row]:
    """100,000 small files beside one big one."""
    rate = setting.rate
    a_byte = []
    for name, game in (("one big file", setting.games.big_file()), ("100,000 files", setting.games.small_files())):
        result = _fetch(setting, kind, name, [rate], [rate], [game], seconds(game.size, rate))
        a_byte.append(result.finished[-1] / game.size)
        yield _row(name, kind, game, result, f"÷ one big file {a_byte[-1] / a_byte[0]:.2f}" if len(a_byte) > 1 else "")


def loss(setting: Setting, kind: type[Contender]) -> Iterator[Row]:
    """A part of all packets is lost, both ways; beside curl, which shows what TCP makes of it."""
    game, rate = setting.games.big_file(), setting.rate
    for percent in (1, 3):
        for contender in dict.fromkeys((kind, Curl)):
            limit = seconds(game.size, rate) / (1 - percent / 100)
            result = _fetch(setting, contender, f"{percent} % lost", [rate], [rate], [game], limit, loss=percent)
            yield _row(f"{percent} % lost", contender, game, result)


def straggler(setting: Setting, kind: type[Contender]) -> Iterator[Row]:
    """A downloader at a tenth of the rate; nobody waits for it, and it must not slow the others."""
    game, rate = setting.games.usual(), setting.rate
    limit = seconds(game.size, rate)
    without = _fetch(setting, kind, "no straggler", [rate], [rate] * 4, [game], limit)
    yield _row("no straggler", kind, game, without, "1 source → 4 PCs at R")
    with_it = _fetch(setting, kind, "a straggler", [rate], [rate] * 4 + [rate / FACTOR], [game], limit, wait_for=4)
    yield _row("straggler", kind, game, with_it,
               f"… and a fifth at R/10; the others' last ÷ that without it {with_it.last / without.last:.2f}")


UNEQUAL: dict[str, Callable[[Setting, type[Contender]], Iterator[Row]]] = {
    "slow-source": slow_source, "fast-source": fast_source, "four-sources": four_sources, "two-games": two_games,
    "small-files": small_files, "loss": loss, "straggler": straggler}
