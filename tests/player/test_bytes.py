"""What the watch page costs before the first frame, as it goes over the wire."""

import re

import aiohttp
import pytest

from stream.tables import SchoolRole
from tests.running_site import Site, Watched

PAGE_BYTES = 22_000  # HTML, styles, script, playlist and init segments: the design's budget
ENGINE_BYTES = 82_000  # hls.js in its lean build, until the player has an engine of its own


async def wire_bytes(client: aiohttp.ClientSession, url: str, encoding: str | None) -> int:
    """The size of the body as sent, which is to be compressed as `encoding` says."""
    async with client.get(url, headers={"Accept-Encoding": "br, gzip"}) as response:
        assert response.status == 200
        assert response.headers.get("Content-Encoding") == encoding, url
        return len(await response.read())


@pytest.mark.slow
async def test_the_page_and_its_engine_stay_within_their_bytes(
    site: Site, lecture: Watched
) -> None:
    link = await site.sign_in_url(SchoolRole.STUDENT, lecture.class_id)
    jar = aiohttp.DummyCookieJar()  # aiohttp sends no Secure cookies to http://127.0.0.1
    async with aiohttp.ClientSession(cookie_jar=jar, auto_decompress=False) as client:
        async with client.get(link, allow_redirects=False) as signed_in:
            cookie = signed_in.headers["Set-Cookie"].partition(";")[0]
        client.headers.update({"Cookie": cookie, "Sec-CH-UA": '"Chromium"'})
        url = site.url + lecture.path
        page_bytes = await wire_bytes(client, url, "gzip")
        async with client.get(url, headers={"Accept-Encoding": "identity"}) as response:
            html = await response.text()
        needed = re.findall(r'(?:src|href)="(/assets/[^"]+)"', html)
        engine = re.findall(r'modulepreload" href="([^"]+)"', html)
        assert len(engine) == 1
        for name in set(needed) - set(engine):
            page_bytes += await wire_bytes(client, site.url + name, "br")
        playlist = re.findall(r'as="fetch" crossorigin href="([^"]+)"', html)[0]
        folder = site.url + playlist.rpartition("/")[0]
        page_bytes += await wire_bytes(client, f"{folder}/still/init.mp4", None)
        page_bytes += await wire_bytes(client, f"{folder}/opus/init.mp4", None)
        async with client.get(site.url + playlist) as response:
            page_bytes += len(await response.read())
        engine_bytes = await wire_bytes(client, site.url + engine[0], "br")
    print(f"page {page_bytes} bytes, engine {engine_bytes} bytes")
    assert page_bytes <= PAGE_BYTES
    assert engine_bytes <= ENGINE_BYTES


@pytest.mark.slow
async def test_only_a_browser_that_needs_the_engine_is_told_to_load_it(
    site: Site, lecture: Watched
) -> None:
    link = await site.sign_in_url(SchoolRole.STUDENT, lecture.class_id)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as client:
        async with client.get(link, allow_redirects=False) as signed_in:
            cookie = signed_in.headers["Set-Cookie"].partition(";")[0]
        async with client.get(site.url + lecture.path, headers={"Cookie": cookie}) as response:
            assert "modulepreload" not in await response.text()
