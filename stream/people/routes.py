"""Every route of the feature, gathered for `app.py`."""

from aiohttp.web import AbstractRouteDef

from stream.people import sign_in_routes

routes: list[AbstractRouteDef] = [*sign_in_routes.routes]
