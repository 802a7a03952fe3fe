"""`GET /healthz`: what works and what is degraded, for monitors; no names, no numbers of people."""

import shutil

from aiohttp import web
from sqlalchemy import text

from stream.app_keys import DATABASE, FOLDERS, SETTINGS
from stream.errors import FlipcastError

routes = web.RouteTableDef()


@routes.get("/healthz")
async def healthz(request: web.Request) -> web.Response:
    """200 while requests can be served; `degraded` lists what does not work."""
    degraded = []
    try:
        async with request.app[DATABASE].read() as session:
            await session.execute(text("SELECT 1"))
    except FlipcastError:
        degraded.append("database")
    free_bytes = shutil.disk_usage(request.app[FOLDERS].data).free
    if free_bytes < request.app[SETTINGS].free_space_bytes:
        degraded.append("disk space: uploads are refused")
    status = 503 if "database" in degraded else 200
    return web.json_response({"ok": not degraded, "degraded": degraded}, status=status)
