"""Where things lie in the data folder. The one place that joins a path from an id."""

from dataclasses import dataclass
from pathlib import Path

from stream.errors import NotFound
from stream.ids import is_id


@dataclass(frozen=True, slots=True)
class Folders:
    """The data folder's rooms."""

    data: Path

    @property
    def originals(self) -> Path:
        """Uploaded tracks, one file an upload; they stay."""
        return self.data / "originals"

    @property
    def scratch(self) -> Path:
        """One folder per attempt of a job; what no job goes on with is swept at start."""
        return self.data / "scratch"

    @property
    def media(self) -> Path:
        """Packages, finished or growing, `{lecture_id}/{package_id}/`."""
        return self.data / "media"

    def make(self) -> None:
        """Create what is missing; only the server's own account may look inside."""
        for folder in (self.data, self.originals, self.scratch, self.media):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def original(self, upload_id: str) -> Path:
        """The file of an upload. Raises NotFound unless `upload_id` has the form of an id."""
        return self.originals / _checked(upload_id)

    def attempt(self, job_id: str, fence: int) -> Path:
        """The scratch folder of one attempt."""
        return self.scratch / f"{_checked(job_id)}-{int(fence)}"

    def package(self, lecture_id: str, package_id: str) -> Path:
        """The folder of a package."""
        return self.lecture(lecture_id) / _checked(package_id)

    def lecture(self, lecture_id: str) -> Path:
        """The folder of a lecture's packages."""
        return self.media / _checked(lecture_id)


def _checked(text: str) -> str:
    if not is_id(text):
        raise NotFound
    return text
