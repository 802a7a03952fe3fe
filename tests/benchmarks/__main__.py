"""`make bench`: ours beside the rival's way, in one run, as ratios. Asserts nothing."""

import asyncio

from tests.benchmarks.encode import compare_encoding
from tests.benchmarks.page_weight import compare_page_weight


def main() -> None:
    """Run every benchmark and print its table."""
    compare_page_weight()
    asyncio.run(compare_encoding())


if __name__ == "__main__":
    main()
