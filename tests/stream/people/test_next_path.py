"""H20: after signing in, a page of this site."""

import pytest

from stream.people.next_path import safe_next


@pytest.mark.parametrize("path", ["/", "/classes/1", "/upload?class=1&x=%2F%2Fevil", "/a//b", "/é"])
def test_paths_of_this_site_are_kept(path: str) -> None:
    assert safe_next(path) == path


@pytest.mark.parametrize(
    "path",
    [
        "",
        "classes",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        " /x",
        "https:evil.example",
        "https://evil.example",
        "javascript:alert(1)",
        "/x\r\nSet-Cookie: a=b",
        "/\x7f",
        "/" + "x" * 200,
    ],
)
def test_everything_else_leads_to_the_front_page(path: str) -> None:
    assert safe_next(path) == "/"
