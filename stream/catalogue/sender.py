"""Who sends a recording: a signed-in person, a device, or whoever holds an upload token."""

from dataclasses import dataclass

from stream.tables import Agent, Person


@dataclass(frozen=True, slots=True)
class Sender:
    """Somebody who sends; their right to add to the class is asked for with each request."""

    who: Person | Agent
    lecture_id: str | None = None  # the one lecture it may send to; None: all of their classes

    def may_reach(self, lecture_id: str) -> bool:
        """Tell whether the lecture is one this sender is not kept away from by their token."""
        return self.lecture_id in (None, lecture_id)
