"""Everything measured in one run, beside the floor of the same run: `python -m bench [--quick] [--million]`.

Floor, ours, floor, ours, floor: what the neighbours of the machine do falls on both. Ratios are to the median floor.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass

from bench import floor, growth, http, steps, storage
from bench.figures import Line, table
from bench.installation import Installation, installation


@dataclass(frozen=True)
class Amount:
    """How much is measured: transactions of a floor, cases of each part, sizes of the grown city."""

    transactions: int
    step_cases: int
    http_cases: int
    stored_cases: int
    sizes: tuple[int, ...]


FULL = Amount(1500, 100, 60, 300, growth.SIZES)
QUICK = Amount(400, 20, 10, 60, (5_000,))


def measure(place: Installation, amount: Amount) -> list[tuple[str, list[Line]]]:
    """The tables, the growing city last because it fills the database."""
    floor.prepare_floor(place.server)

    def measured_floor(processes: int = 1) -> floor.Floor:
        return floor.measure_floor(place.server, amount.transactions, processes)

    commands, around = steps.alternately(place, amount.transactions // 3, amount.step_cases)
    floors = [measured_floor()]
    alone = http.measure_http(place, amount.http_cases, 1, 1, 10_000)
    floors.append(measured_floor())
    paired = http.measure_http(place, amount.http_cases, 2, 2, 20_000)
    floors.append(measured_floor())
    statements = http.statements_per_call(place, 5, 30_000)
    stock = Line("SpiffWorkflow step in memory", floor.stock_milliseconds(30), "ms")
    return [
        ("Floor", [*floor.lines([around[0], around[-1], *floors, measured_floor(2)]), stock]),
        ("Commands", steps.lines(commands, around)),
        ("HTTP", http.lines([alone, paired], floors, statements)),
        ("Storage", storage.lines(storage.measure_storage(place, amount.stored_cases, 40_000))),
        ("Growth", growth.lines(growth.measure_growth(place, amount.sizes))),
    ]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--quick", action="store_true", help="a minute instead of several; figures are rough")
    arguments.add_argument("--million", action="store_true", help="grow the city to a million cases")
    asked = arguments.parse_args()
    amount = QUICK if asked.quick else FULL
    if asked.million:
        amount = Amount(**{**vars(amount), "sizes": (*amount.sizes, growth.MILLION)})
    print(f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}")
    with installation() as place:
        for title, lines in measure(place, amount):
            print(f"\n{table(title, lines)}", flush=True)


if __name__ == "__main__":
    main()
