"""Who may do what: one pure function over what a caller is to a class.

An admin (IT) runs the server and manages accounts; watching a class needs a membership like
everybody's. A device may add lectures to its one class and see those it added come to be.
"""

from enum import StrEnum

from stream.tables import Agent, ClassRole, Person


class Action(StrEnum):
    """What can be done to a class and to the lectures in it."""

    SEE = "see"  # the class page, a lecture's page and media
    ADD = "add"  # create lectures and send their tracks
    MANAGE = "manage"  # rename, remove, invite, look at insight


_MAY = {
    ClassRole.TEACHER: {Action.SEE, Action.ADD, Action.MANAGE},
    ClassRole.STUDENT: {Action.SEE},
}


def may(
    caller: Person | Agent | None, role: ClassRole | None, action: Action, class_id: str
) -> bool:
    """Tell whether `caller`, being `role` to the class `class_id`, may do `action` there."""
    if isinstance(caller, Agent):
        return caller.class_id == class_id and action is Action.ADD
    if caller is None or role is None:
        return False
    return action in _MAY[role]
