"""What uploads keep in the application while it runs."""

from aiohttp import web

from stream.ingest.finish_routes import routes as finish_routes
from stream.ingest.pace import PATIENCE, Patience
from stream.ingest.record_page import routes as record_routes
from stream.ingest.routes import add_tus_headers, routes
from stream.ingest.sweep import sweeping
from stream.ingest.upload_page import routes as page_routes
from stream.ingest.writers import WRITERS, Writers


def add_uploads(app: web.Application) -> None:
    """Add the feature to an application that is being put together."""
    app[PATIENCE] = Patience()
    app[WRITERS] = Writers()
    app.add_routes(routes)
    app.add_routes(finish_routes)
    app.add_routes(page_routes)
    app.add_routes(record_routes)
    app.on_response_prepare.append(add_tus_headers)
    app.on_shutdown.append(_end_writers)
    app.cleanup_ctx.append(sweeping)


async def _end_writers(app: web.Application) -> None:
    """Let running requests keep what they have received and end; they are waited for (F18)."""
    app[WRITERS].end_all()
