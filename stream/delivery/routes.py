"""Media out: `/media/{lecture}/{package}/…`, the viewer's right checked for each file alike.

Segments are plain files handed to the kernel (`sendfile`); this code never opens one. URLs are the
same for every viewer and never change their content, except the playlists of a package that grows,
and the index, which names the AV1 set once there is one.
"""

from pathlib import Path

from aiohttp import hdrs, web

from stream.app_keys import DATABASE, FOLDERS, caller_of
from stream.catalogue.store import lecture_for
from stream.delivery.media_names import content_type_of
from stream.errors import NotFound
from stream.ids import ID_PATTERN
from stream.pages import player_folder
from stream.people.rights import Action
from stream.tables import Package
from transcode.tree import ALL_CODECS_NAME, FACTS_NAME

routes = web.RouteTableDef()

# "private": never in a shared cache that does not ask for the viewer's right itself.
IMMUTABLE = "private, max-age=31536000, immutable"
GROWING = "private, no-cache"  # asked for again each time, and answered 304 while it is the same
ASSETS_IMMUTABLE = "public, max-age=31536000, immutable"  # named by content, the same for everyone
# An AV1 set that is ready is named in the one, and told of in the other.
REPLACED = {ALL_CODECS_NAME, FACTS_NAME}
COMPRESSED = {"m3u8", "vtt", "json"}

ASSET_TYPES = {".js": "text/javascript", ".css": "text/css"}


@routes.get(f"/media/{{lecture_id:{ID_PATTERN}}}/{{package_id:{ID_PATTERN}}}/{{name:.+}}")
async def media(request: web.Request) -> web.StreamResponse:
    """One file of a package, for members of the lecture's class; 404 for everybody else."""
    ids, name = request.match_info, request.match_info["name"]
    content_type = content_type_of(name)
    if content_type is None:
        raise NotFound
    async with request.app[DATABASE].read() as session:
        await lecture_for(session, caller_of(request), ids["lecture_id"], Action.SEE)
        package = await session.get(Package, ids["package_id"]) if _is_playlist(name) else None
    is_complete = not _is_playlist(name) or (package and package.growing_job_id is None)
    path = request.app[FOLDERS].package(ids["lecture_id"], ids["package_id"]) / name
    return _file(
        request, path, content_type, IMMUTABLE if is_complete and name not in REPLACED else GROWING
    )


def _is_playlist(name: str) -> bool:
    return name.endswith(".m3u8")


@routes.get("/assets/{name:[A-Za-z0-9_-]+[.](?:js|css)}")
async def asset(request: web.Request) -> web.StreamResponse:
    """One built script or style sheet; public."""
    name = request.match_info["name"]
    path = player_folder() / "dist" / name
    return _file(request, path, ASSET_TYPES[path.suffix], ASSETS_IMMUTABLE)


def _file(request: web.Request, path: Path, content_type: str, cache: str) -> web.StreamResponse:
    if not path.is_file():
        raise NotFound
    response = web.FileResponse(path, headers={hdrs.CACHE_CONTROL: cache})
    response.content_type = content_type
    if path.suffix[1:] in COMPRESSED:
        response.headers[hdrs.VARY] = hdrs.ACCEPT_ENCODING
        # Left to itself aiohttp prefers deflate; Apple's rule 10.1 asks for gzip.
        if "gzip" in request.headers.get(hdrs.ACCEPT_ENCODING, "").lower():
            response.enable_compression(web.ContentCoding.gzip)
    return response
