"""A lecture to watch, as for the tests of insight."""

from tests.stream.insight.conftest import make_lecture

__all__ = ["make_lecture"]
