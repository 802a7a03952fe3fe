"""Every route of the feature, gathered for `app.py`."""

from aiohttp.web import AbstractRouteDef

from stream.people import account_routes, admin_routes, sign_in_routes

routes: list[AbstractRouteDef] = [
    *account_routes.routes,
    *admin_routes.routes,
    *sign_in_routes.routes,
]
