"""tus over HTTP: each handler checks who calls, asks the protocol, acts, says how far it came."""

from datetime import datetime

from aiohttp import web

from stream.app_keys import DATABASE, SETTINGS, sender_of
from stream.clock import utc_now
from stream.ids import ID_PATTERN
from stream.ingest import protocol, store
from stream.ingest.intake import Intake
from stream.ingest.lifecycle import end_upload, make_upload, require_whole, tell_length
from stream.ingest.writers import WRITERS
from stream.tables import Upload, UploadState

routes = web.RouteTableDef()

ONE = f"/uploads/{{upload_id:{ID_PATTERN}}}"


async def add_tus_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Say which version is spoken, on every answer below /uploads; a signal: errors too."""
    if not request.path.startswith("/uploads"):
        return
    response.headers["Tus-Resumable"] = protocol.VERSION
    response.headers["Cache-Control"] = "no-store"
    if response.status == 412:
        response.headers["Tus-Version"] = protocol.VERSION


@routes.options("/uploads")
@routes.options("/uploads/")
@routes.options(ONE)
async def describe(request: web.Request) -> web.Response:
    """Say what this server can do. Tus-Resumable is ignored here, as the protocol demands."""
    headers = {
        "Tus-Version": protocol.VERSION,
        "Tus-Extension": ",".join(protocol.EXTENSIONS),
        "Tus-Checksum-Algorithm": ",".join(protocol.CHECKSUM_ALGORITHMS),
        "Tus-Max-Size": str(request.app[SETTINGS].max_upload_bytes),
    }
    return web.Response(status=204, headers=headers)


@routes.post("/uploads")  # clients that tidy addresses leave the slash out
@routes.post("/uploads/")
async def create(request: web.Request) -> web.Response:
    """Make an upload for a track; with creation-with-upload, take its first bytes too."""
    protocol.require_version(request.headers)
    sender = sender_of(request)
    creation = protocol.parse_creation(request.headers)
    chunk = protocol.first_chunk(request.headers)
    protocol.require_fit(chunk, 0, creation.length_bytes)
    upload = await make_upload(request.app, sender, creation)
    # A relative address is right behind every proxy (RFC 9110, section 10.2.2).
    headers = {
        "Location": f"/uploads/{upload.id}",
        "Upload-Expires": protocol.format_expiry(upload.expires_at),
    }
    if creation.has_body:
        headers |= await _take_first(request, upload, chunk.checksum)
    return web.Response(status=201, headers=headers)


async def _take_first(
    request: web.Request, upload: Upload, checksum: protocol.Checksum | None
) -> dict[str, str]:
    async with request.app[WRITERS].hold(upload.id) as writer:
        intake = Intake(request.app, upload, upload.length_bytes, writer)
        await intake.take(request.content, checksum)
    return _progress(intake.offset_bytes, intake.expires_at)


@routes.head(ONE)
async def tell_offset(request: web.Request) -> web.Response:
    """Say how many bytes are safe, and how many are expected."""
    protocol.require_version(request.headers)
    await request.app[WRITERS].settle(request.match_info["upload_id"])
    upload = await _own_upload(request)
    await require_whole(request.app, upload)
    headers = {"Upload-Offset": str(upload.offset_bytes)}
    if upload.length_bytes is None:
        headers["Upload-Defer-Length"] = "1"
    else:
        headers["Upload-Length"] = str(upload.length_bytes)
    if upload.client_metadata:
        headers["Upload-Metadata"] = upload.client_metadata
    if upload.state is UploadState.RECEIVING:
        headers["Upload-Expires"] = protocol.format_expiry(upload.expires_at)
    return web.Response(headers=headers)


@routes.post(ONE)
async def append_by_post(request: web.Request) -> web.Response:
    """Do PATCH for clients that cannot send it; no other method can be asked for this way (H16)."""
    if request.headers.get("X-HTTP-Method-Override") != "PATCH":
        raise web.HTTPMethodNotAllowed("POST", ["HEAD", "PATCH", "DELETE", "OPTIONS"])
    return await _append(request)


@routes.patch(ONE)
async def append(request: web.Request) -> web.Response:
    """Take bytes; answer once they are on the disk and the offset is written down."""
    return await _append(request)


async def _append(request: web.Request) -> web.Response:
    protocol.require_version(request.headers)
    await _own_upload(request)
    chunk = protocol.parse_chunk(request.headers)
    async with request.app[WRITERS].hold(request.match_info["upload_id"]) as writer:
        upload = await _own_upload(request)  # again: an earlier writer may have moved it
        if upload.state is UploadState.COMPLETE:
            protocol.require_no_more(chunk, upload.offset_bytes)
        max_bytes = request.app[SETTINGS].max_upload_bytes
        length_bytes = protocol.agreed_length(chunk, upload.length_bytes, max_bytes)
        protocol.require_fit(chunk, upload.offset_bytes, length_bytes)
        protocol.require_size(upload.offset_bytes + (chunk.body_bytes or 0), max_bytes)
        if upload.state is UploadState.COMPLETE:
            return _appended(upload.offset_bytes, None)
        if length_bytes is not None and upload.length_bytes is None:
            await tell_length(request.app, upload, length_bytes)
        intake = Intake(request.app, upload, length_bytes, writer)
        await intake.take(request.content, chunk.checksum)
    is_complete = intake.offset_bytes == length_bytes
    return _appended(intake.offset_bytes, None if is_complete else intake.expires_at)


@routes.delete(ONE)
async def terminate(request: web.Request) -> web.Response:
    """End an unfinished upload and free its bytes."""
    protocol.require_version(request.headers)
    upload = await _own_upload(request)
    await end_upload(request.app, upload.id, UploadState.TERMINATED, store.CANCELLED)
    return web.Response(status=204)


def _progress(offset_bytes: int, expires_at: datetime | None) -> dict[str, str]:
    headers = {"Upload-Offset": str(offset_bytes)}
    if expires_at is not None:
        headers["Upload-Expires"] = protocol.format_expiry(expires_at)
    return headers


def _appended(offset_bytes: int, expires_at: datetime | None) -> web.Response:
    return web.Response(status=204, headers=_progress(offset_bytes, expires_at))


async def _own_upload(request: web.Request) -> Upload:
    """Return the sender's upload. Raises NotSignedIn, NotFound, Forbidden and Gone."""
    sender = sender_of(request)
    async with request.app[DATABASE].read() as session:
        upload = await store.upload_for(session, sender, request.match_info["upload_id"])
    store.require_present(upload, utc_now())
    return upload
