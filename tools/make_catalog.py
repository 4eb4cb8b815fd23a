#!/usr/bin/python3
"""make_catalog.py FOLDER [--games N]: a made-up ETI catalog, FOLDER/game.db, with pictures in FOLDER/covers.

Every second game is plain; the others have the oddities that such catalogs have: sizes and players that are texts, HTML
in readmes, Latin-1, missing values, ids that cannot be folders. The same arguments make the same catalog. No name, key
or picture in it is anybody's.
"""
import argparse
import random
import sqlite3
import struct
import sys
import zlib
from pathlib import Path

SCHEMA = """
CREATE TABLE games (game_id TEXT, db_id INTEGER, game_title TEXT, game_key TEXT, game_release TEXT, game_publisher TEXT,
    game_size NUMERIC, game_readme_de TEXT, game_readme_en TEXT, game_readme_fr TEXT, game_maxplayers INTEGER,
    game_master_req INTEGER, genre_id INTEGER, game_version TEXT, PRIMARY KEY (db_id));
CREATE TABLE genre (genre_id INTEGER, genre_de TEXT, genre_en TEXT, genre_fr TEXT, PRIMARY KEY (genre_id));
CREATE TABLE discarded (del_id INTEGER, game_id TEXT, game_key INTEGER, PRIMARY KEY (del_id));
CREATE TABLE tools (tool_id TEXT, db_id INTEGER, tool_name TEXT, tool_key TEXT, tool_maintainer TEXT, tool_size TEXT,
    tool_readme_de TEXT, tool_readme_en TEXT, tool_readme_fr TEXT, tool_disabled INTEGER, PRIMARY KEY (db_id));
"""
COLUMNS = ("game_id", "db_id", "game_title", "game_key", "game_release", "game_publisher", "game_size",
           "game_readme_de", "game_readme_en", "game_readme_fr", "game_maxplayers", "game_master_req", "genre_id",
           "game_version")
GENRES = ((1, "Echtzeit-Strategie", "Real-time strategy", "Stratégie en temps réel"),
          (2, "Ego-Shooter", "First-person shooter", "Tir subjectif"),
          (3, "Rennen", "Racing", "Courses"),
          (4, "Geschicklichkeit", "Casual", None))
WORDS = ("Iron", "Night", "Solar", "Frozen", "Hidden", "Last", "Royal", "Tiny")
THINGS = ("Arena", "Empires", "Racers", "Outpost", "Tactics", "Harbour", "Legends", "Machines")

# What is odd about a game, by its number; the values replace the plain ones.
ODDITIES = (
    {"game_size": "4,5", "game_maxplayers": "2 (+ 6 CPU)"},
    {"game_size": "700 MB", "game_maxplayers": "2-16"},
    {"game_readme_de": "Zeile eins<br>Zeile zwei<br/><b>fett</b> &amp; &Uuml;ber", "game_readme_en": None},
    {"game_title": "Größenwahn".encode("latin-1"), "game_readme_fr": "Un été &eacute;trange"},
    {"game_release": None, "game_publisher": None, "game_size": None, "game_maxplayers": None, "genre_id": None},
    {"genre_id": 99, "game_version": "1.0"},
    {"genre_id": "2", "game_version": 20230115, "game_release": 1999.0},
    {"game_size": -1, "game_maxplayers": "viele"},
)
# Rows that are no games.
BAD_IDS = ("../evil", "/etc/passwd", "con", "", None, "a/b", "x" * 65)


# --- Pictures -------------------------------------------------------------------------------------------------------


def png(width: int, height: int, colour: tuple[int, int, int]) -> bytes:
    """A PNG file with a colour that fades downwards."""
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b""
    for y in range(height):
        shade = 1 - y / (2 * height)
        rows += b"\0" + bytes(int(part * shade) for part in colour) * width
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def jpeg(width: int, height: int, colour: tuple[int, int, int]) -> bytes:
    """A baseline JPEG file of flat blocks (8 x 8 pixels) whose colour fades downwards: of each block only the mean (DC)
    is written, with Huffman tables in which every size of a difference has a code of 4 bits (ITU-T T.81, F.1.2.1)."""
    def segment(marker: int, data: bytes) -> bytes:
        return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data

    sizes = bytes(range(12))  # code n of 4 bits: a difference of n bits
    dc_table = b"\x00" + bytes((0, 0, 0, 12)) + bytes(12) + sizes
    ac_table = b"\x10" + bytes((1,)) + bytes(15) + b"\x00"  # one code, of one bit: the block ends
    header = (b"\xff\xd8" + segment(0xDB, b"\x00" + b"\x01" * 64)
              + segment(0xC0, struct.pack(">BHHB", 8, height, width, 3) + b"\x01\x11\x00\x02\x11\x00\x03\x11\x00")
              + segment(0xC4, dc_table) + segment(0xC4, ac_table)
              + segment(0xDA, b"\x03\x01\x00\x02\x00\x03\x00\x00\x3f\x00"))
    bits = []
    last = [0, 0, 0]
    block_rows = (height + 7) // 8
    for row in range(block_rows):
        shade = 1 - row / (2 * block_rows)
        means = [round(8 * value) for value in ycc(*(part * shade for part in colour))]
        for _ in range((width + 7) // 8):
            for component in range(3):
                bits.append(difference_bits(means[component] - last[component]) + "0")
                last[component] = means[component]
    text = "".join(bits)
    text += "1" * (-len(text) % 8)
    data = int(text, 2).to_bytes(len(text) // 8, "big").replace(b"\xff", b"\xff\x00")
    return header + data + b"\xff\xd9"


def ycc(red: float, green: float, blue: float) -> tuple[float, float, float]:
    """Brightness and colour, each around 0, as JFIF defines them."""
    return (0.299 * red + 0.587 * green + 0.114 * blue - 128,
            -0.168736 * red - 0.331264 * green + 0.5 * blue,
            0.5 * red - 0.418688 * green - 0.081312 * blue)


def difference_bits(difference: int) -> str:
    size = abs(difference).bit_length()
    value = difference if difference >= 0 else difference + (1 << size) - 1
    return f"{size:04b}" + (f"{value:0{size}b}" if size else "")


# --- The catalog ----------------------------------------------------------------------------------------------------


def plain_game(number: int, source: random.Random) -> dict:
    word, thing = source.choice(WORDS), source.choice(THINGS)
    return {
        "game_id": f"game{number:03}", "db_id": number, "game_title": f"{word} {thing} {number}",
        "game_key": "B" + "".join(source.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", k=32)),
        "game_release": str(source.randint(1995, 2015)), "game_publisher": f"{word} Studios",
        "game_size": round(source.uniform(0.05, 30), 3), "game_readme_de": f"Ein Spiel über {thing}.",
        "game_readme_en": f"A game about {thing}.", "game_readme_fr": f"Un jeu : {thing}.",
        "game_maxplayers": source.choice((2, 4, 8, 16, 32)), "game_master_req": 0,
        "genre_id": source.randint(1, len(GENRES)), "game_version": f"2023{source.randint(1, 12):02}15"}


def insert(database: sqlite3.Connection, game: dict) -> None:
    def form(value):
        # Bytes stand for a text that is no UTF-8.
        return "CAST(? AS TEXT)" if isinstance(value, bytes) else "?"

    values = [game.get(column) for column in COLUMNS]
    database.execute(f"INSERT INTO games ({', '.join(COLUMNS)}) VALUES ({', '.join(map(form, values))})", values)


def make_catalog(folder: Path, games: int = 200, title_of_first: str = "") -> Path:
    """Makes FOLDER/game.db with that many games that are good, as many rows that are none as BAD_IDS has, and one that
    is discarded; gives its path. An old one is replaced by rename."""
    folder.mkdir(parents=True, exist_ok=True)
    source = random.Random(1)
    new = folder / "game.db.new"
    new.unlink(missing_ok=True)
    database = sqlite3.connect(new)
    database.executescript(SCHEMA)
    database.executemany("INSERT INTO genre VALUES (?, ?, ?, ?)", GENRES)
    for number in range(1, games + 1):
        game = plain_game(number, source)
        if number % 2 == 0:
            game |= ODDITIES[number // 2 % len(ODDITIES)]
        if number == 1 and title_of_first:
            game["game_title"] = title_of_first
        insert(database, game)
    for index, bad in enumerate(BAD_IDS):
        insert(database, {"game_id": bad, "db_id": games + 1 + index, "game_title": "no game"})
    insert(database, {"game_id": "discarded", "db_id": games + 1000, "game_title": "not any more"})
    database.execute("INSERT INTO discarded VALUES (1, 'discarded', 1)")
    database.execute("INSERT INTO tools (tool_id, tool_name) VALUES ('tool', 'A tool')")
    database.commit()
    database.close()
    return new.rename(folder / "game.db")


def make_covers(folder: Path, games: int = 200) -> None:
    """A picture for each game: JPEG and PNG, in the sizes and with the names that such folders have."""
    folder.mkdir(parents=True, exist_ok=True)
    source = random.Random(2)
    for number in range(1, games + 1):
        colour = tuple(source.randint(0, 255) for _ in range(3))
        make, ending = ((jpeg, "jpg"), (png, "png"), (jpeg, "JPG"), (jpeg, "jpeg"))[number % 4]
        (folder / f"game{number:03}.{ending}").write_bytes(make(300, 424, colour))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--games", type=int, default=200)
    arguments = parser.parse_args()
    print(make_catalog(arguments.folder, arguments.games))
    make_covers(arguments.folder / "covers", arguments.games)
    return 0


if __name__ == "__main__":
    sys.exit(main())
