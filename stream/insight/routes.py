"""What the class did with a lecture: the teacher's page and its numbers, a student's own data."""

from aiohttp import web

routes = web.RouteTableDef()
