"""Where a package's pictures are; `package.json`, kept as the package's facts, names the files."""

from stream.tables import Package


def poster_url(package: Package | None) -> str | None:
    """Return the path of the package's poster; None when it has none (sound only)."""
    return _url(package, package.facts.get("poster")) if package else None


def storyboard_url(package: Package | None) -> str | None:
    """Return the path of the WebVTT that maps times to small pictures; None when there are none."""
    facts = package.facts.get("storyboard") if package else None
    return _url(package, facts.get("vtt")) if isinstance(facts, dict) else None


def _url(package: Package | None, file: object) -> str | None:
    if package is None or not isinstance(file, str) or not file:
        return None
    return f"/media/{package.lecture_id}/{package.id}/{file}"
