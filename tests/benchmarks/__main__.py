"""`make bench`: ours beside the rival's way, in one run. Asserts nothing.

python -m tests.benchmarks [--quick] [CASE ...]      cases: pages, take, demo, slides, ...
"""

import argparse

from tests.benchmarks.lectures import CASES, QUICK, compare_encoding
from tests.benchmarks.page_weight import compare_page_weight
from tests.benchmarks.take import QUICK_TAKES, TAKES, measure_takes

PAGES, TAKE = "pages", "take"


def main() -> None:
    """Run the benchmarks that were asked for, or all of them, and print their tables."""
    parser = argparse.ArgumentParser(prog="tests.benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("cases", nargs="*", metavar="CASE", help=", ".join([PAGES, TAKE, *CASES]))
    parser.add_argument("--quick", action="store_true", help=f"20 s each of {', '.join(QUICK)}")
    chosen = parser.parse_args()
    if unknown := set(chosen.cases) - {PAGES, TAKE, *(QUICK if chosen.quick else CASES)}:
        parser.error(f"no such case: {', '.join(sorted(unknown))}")
    if not chosen.cases or PAGES in chosen.cases:
        compare_page_weight()
    if not chosen.cases or TAKE in chosen.cases:
        measure_takes(QUICK_TAKES if chosen.quick else TAKES)
    lectures = [case for case in chosen.cases if case not in (PAGES, TAKE)]
    if lectures or not chosen.cases:
        compare_encoding(lectures, is_quick=chosen.quick)


if __name__ == "__main__":
    main()
