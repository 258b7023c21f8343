"""Answers the module in web/ on ComfyUI's server, whose routes have no authentication.

So requests from other sites' pages have to be refused: the request's host must be an address, not a name, which another site could
point at this machine; the origin that the browser states must be this server; and requests that change something need a header that
no form can send. A page names images in the form of /view and snapshots by their ids, and nothing else from it gets into a command.
"""
import asyncio
import ipaddress
import os
import urllib.parse

from . import capture, facts, runs
from .documents import at, parse

PREFIX = "/reprofs/"
# The longest body of a request. Bytes.
LONGEST = 4096


def install():
    """Adds the routes to ComfyUI's server."""
    from aiohttp import web
    from server import PromptServer

    async def handle(request):
        body = await request.content.read(LONGEST + 1)
        status, told = await answer(request.method, request.path, request.headers, dict(request.query), body)
        return web.json_response(told, status=status, headers={"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"})

    for what in ("outputs", "recipe", "run", "reports"):
        PromptServer.instance.routes.get(PREFIX + what)(handle)
    for what in ("reproduce", "vary", "cancel"):
        PromptServer.instance.routes.post(PREFIX + what)(handle)


async def answer(method, path, headers, query, body):
    """The status and the document of the answer to a request."""
    problem = _foreign(method, headers)
    if problem is not None:
        return 403, {"problem": problem}
    try:
        what = path.rpartition(PREFIX)[2]
        if method == "GET" and what == "outputs":
            return 200, await asyncio.to_thread(_outputs)
        if method == "GET" and what == "recipe":
            return 200, await asyncio.to_thread(_recipe, query)
        if method == "GET" and what == "run":
            return 200, runs.told()
        if method == "GET" and what == "reports":
            return 200, {"untold": capture.untold()}
        if method == "POST" and what == "cancel":
            return 200, runs.cancel()
        if method == "POST" and what in runs.KINDS:
            return 200, await runs.start(what, _id(body))
        return 404, {"problem": "There is no such page."}
    except facts.Refused as why:
        return why.status, {"problem": str(why)}
    except OSError as why:
        return 409, {"problem": f"The file cannot be read: {why.strerror}."}


def _foreign(method, headers):
    """Why a request may come from another site's page; None if it does not."""
    host = headers.get("Host") or ""
    try:
        name = urllib.parse.urlsplit("//" + host).hostname or ""
    except ValueError:
        name = ""
    if name != "localhost" and name not in os.environ.get("REPROFS_HOSTS", "").split():
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return (
                "ReproFS answers pages at addresses such as 127.0.0.1 alone, for a name can be made to stand for any machine. "
                "REPROFS_HOSTS names those that you trust.")
    origin = headers.get("Origin")
    if origin is not None and origin.lower() not in (f"http://{host}".lower(), f"https://{host}".lower()):
        return "The request comes from another page."
    if headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return "The request comes from another page."
    if method != "GET" and headers.get("X-ReproFS") != "1":
        return "The request lacks the header X-ReproFS."
    return None


def _id(body):
    try:
        found = at(parse(body, LONGEST), "id", kind=str)
    except ValueError:
        found = None
    if not facts.ID.fullmatch(found or ""):
        raise facts.Malformed("This is not the id of a snapshot.")
    return found


def _outputs():
    place = facts.mount()
    images = []
    for image in facts.newest():
        try:
            found = facts.of_image(image) if place else None
            images.append({**image, **(_grade(found[0]) if found else {"snapshot": None, "grade": None, "verified": False})})
        except (facts.Refused, OSError):
            # It was deleted or replaced a moment ago.
            continue
    return {"mount": place and place[0], "program": runs.program() is not None, "images": images}


def _recipe(image):
    found = facts.of_image(image)
    if found is None:
        raise facts.Refused("ReproFS has not recorded this image. It records what is generated while it is mounted.")
    told, card = found
    place = facts.mount()
    return {
        **_grade(told), "name": at(told, "image", "name", kind=str), "card": facts.card(card),
        "run": runs.line(told, place and place[1])}


def _grade(told):
    return {
        "snapshot": at(told, "snapshot", kind=str), "grade": at(told, "grade", "grade", kind=str),
        "verified": at(told, "grade", "verified", kind=bool) is True}
