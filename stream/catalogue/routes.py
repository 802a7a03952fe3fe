"""Every route of the feature, gathered for `app.py`."""

from aiohttp.web import AbstractRouteDef

from stream.catalogue import lecture_routes

routes: list[AbstractRouteDef] = [*lecture_routes.routes]
