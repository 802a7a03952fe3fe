"""Tells our own pages' requests from those another site's page makes (H17)."""

from urllib.parse import urlsplit

from aiohttp import hdrs, web

from stream.app_keys import public_base

SEC_FETCH_SITE = "Sec-Fetch-Site"


def is_from_own_page(request: web.Request) -> bool:
    """Tell whether the browser vouches that one of our own pages sent the request.

    Our forms come with `Origin: null`, because our Referrer-Policy is `no-referrer` (Fetch
    standard, "append a request Origin header"); then Sec-Fetch-Site, which no page can set,
    must say `same-origin`. A browser without that header must name our Origin.
    """
    site, origin = request.headers.get(SEC_FETCH_SITE), request.headers.get(hdrs.ORIGIN)
    if site == "same-origin" and origin in (None, "null"):
        return True
    if site not in (None, "same-origin") or origin is None:
        return False
    return urlsplit(origin)[:2] == urlsplit(public_base(request))[:2]


def is_from_a_browser(request: web.Request) -> bool:
    """Tell whether a page's browser sent the request: programs send neither of the two headers."""
    return SEC_FETCH_SITE in request.headers or hdrs.ORIGIN in request.headers
