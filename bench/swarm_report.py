"""The tables of `./dev bench swarm`. README.md says how to read them."""
from statistics import median

from scenarios import Row

HEAD = (f"{'':<28} {'first':>6} {'median':>6} {'last':>6}   source sent: {'copies':>6} {'wire':>6}"
        f"   CPU s/GB: {'PC':>6} {'source':>6}   {'busy':>6}")
TITLES = {"same": "all at once", "late": "late joiner's own time", "killed": "source killed when all was out"}


def print_rows(rows: list[Row], rate: float) -> None:
    """Rows of one scenario and number of downloaders, with all contenders and rounds."""
    head = rows[0]
    title = TITLES.get(head.scenario, head.scenario)
    plural = "" if head.downloaders == 1 else "s"
    print(f"\n{title}: {head.size / 1e6:.0f} MB, {head.downloaders} downloader{plural}, {rate:g} Mbit/s each way")
    print(HEAD, flush=True)
    for name in dict.fromkeys(row.contender for row in rows):
        print_contender(name, [row for row in rows if row.contender == name])


def print_contender(label: str, rows: list[Row]) -> None:
    """One line: medians over the rounds; and one for each failure."""
    good = [row for row in rows if row.result]
    if good:
        cells = [f"{median(value):>6.2f}" for value in (
            [row.result.first for row in good], [row.result.median for row in good], [row.result.last for row in good])]
        served = [row.result.served / row.size for row in good if row.result.served is not None]
        copies = f"{median(served):>6.2f}" if served else f"{'–':>6}"
        wire = f"{median(row.result.wire / row.size for row in good):>6.2f}"
        per_gigabyte = [f"{median(getattr(row.result, side) / (row.size / 1e9) for row in good):>6.1f}"
                        for side in ("downloader_cpu", "source_cpu")]
        scattering = ""
        if len(good) > 1:
            scattering = f"   last {min(row.result.last for row in good):.2f}–{max(row.result.last for row in good):.2f}"
        busy = f"{median(row.result.busy for row in good):>6.0%}"
        print(f"{label:<28} {' '.join(cells)} {'':>14} {copies} {wire} {'':>12} {' '.join(per_gigabyte)}   {busy}{scattering}")
        for row in good:
            if row.text:
                print(f"{'':<6}{row.ratio:.2f}: {row.text}")
    for row in rows:
        if row.error:
            print(f"{label:<28} failed: {row.error}", flush=True)


def print_unequal_head() -> None:
    print(f"\nunequal parties, each to its own limit\n{'':<16} {'':<16} {'last':>6}   {'limit':>7}   {'busy':>6}", flush=True)


def print_unequal(row: Row) -> None:
    """One line: these cases differ in their limits."""
    if row.error:
        print(f"{row.scenario:<16} {row.contender:<16} failed: {row.error}", flush=True)
    else:
        print(f"{row.scenario:<16} {row.contender:<16} {row.ratio:>6.2f}   {row.result.limit:>5.1f} s   {row.result.busy:>6.0%}   "
              f"{row.text}", flush=True)
