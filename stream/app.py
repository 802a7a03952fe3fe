"""The composition root: puts the features together into one aiohttp application."""

from collections.abc import AsyncIterator

from aiohttp import web

from stream.app_keys import DATABASE, FOLDERS, PSEUDONYM_KEY, SETTINGS, TEMPLATES
from stream.catalogue.routes import routes as catalogue_routes
from stream.database import open_database
from stream.delivery.chapter_routes import routes as chapter_routes
from stream.delivery.routes import routes as delivery_routes
from stream.delivery.watch_page import routes as watch_page_routes
from stream.folders import Folders
from stream.health import routes as health_routes
from stream.ingest.arrival import ARRIVAL, Arrival
from stream.ingest.parts import add_uploads
from stream.insight.routes import routes as insight_routes
from stream.insight.watch_routes import routes as watch_routes
from stream.insight.writer import report_writer
from stream.jobs.notices import NOTICES, Notices
from stream.jobs.routes import routes as jobs_routes
from stream.jobs.worker import EARLY_JOBS, PUBLISH_ORDERS, worker
from stream.middleware import add_security_headers, errors_to_http, identify, same_origin
from stream.pages import make_templates
from stream.people.parts import people_parts
from stream.people.routes import routes as people_routes
from stream.secret_file import load_or_make_key
from stream.settings import Settings

MAX_BODY_BYTES = 2**20  # of everything but uploads, which are streamed and have limits of their own


def make_app(settings: Settings) -> web.Application:
    """Return the server, not yet started; its lifetime opens and closes everything it needs."""
    app = web.Application(
        middlewares=[errors_to_http, identify, same_origin], client_max_size=MAX_BODY_BYTES
    )
    app[SETTINGS] = settings
    app[FOLDERS] = Folders(settings.data)
    app[TEMPLATES] = make_templates()
    app[NOTICES] = Notices()
    app.on_response_prepare.append(add_security_headers)
    for routes in (
        catalogue_routes,
        chapter_routes,
        delivery_routes,
        health_routes,
        insight_routes,
        jobs_routes,
        people_routes,
        watch_page_routes,
        watch_routes,
    ):
        app.add_routes(routes)
    app.cleanup_ctx.append(_data_folder)
    app.cleanup_ctx.append(_database)
    app.cleanup_ctx.append(worker)
    app.cleanup_ctx.append(_arrivals)
    app.cleanup_ctx.append(people_parts)
    app.cleanup_ctx.append(report_writer)
    add_uploads(app)
    return app


async def _data_folder(app: web.Application) -> AsyncIterator[None]:
    app[FOLDERS].make()
    app[PSEUDONYM_KEY] = load_or_make_key(app[FOLDERS].data / "secret.key")
    yield


async def _database(app: web.Application) -> AsyncIterator[None]:
    async with open_database(app[SETTINGS].effective_database_url) as database:
        app[DATABASE] = database
        yield


async def _arrivals(app: web.Application) -> AsyncIterator[None]:
    orders = app[PUBLISH_ORDERS]
    app[ARRIVAL] = Arrival(
        grew=app[EARLY_JOBS].grew,
        write=orders.write,
        wake=orders.wake,
        withdraw=orders.withdraw,
        clear=orders.clear,
    )
    yield
