"""Every route of the feature, gathered for `app.py`."""

from aiohttp.web import AbstractRouteDef

from stream.catalogue import (
    class_routes,
    home_routes,
    join_routes,
    lecture_pages,
    lecture_routes,
    mark_routes,
)

routes: list[AbstractRouteDef] = [
    *class_routes.routes,
    *home_routes.routes,
    *join_routes.routes,
    *lecture_pages.routes,
    *lecture_routes.routes,
    *mark_routes.routes,
]
