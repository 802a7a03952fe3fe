"""What the demo lecture says, and where the pointer is meanwhile. Original text of this project."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Line:
    """One spoken sentence."""

    slide: str  # the section's id in slides.html
    point: str  # the element the pointer goes to, by its data-point
    text: str


TITLE = "The flipped classroom"
CLASS_NAME = "Learning to learn 9a"

LINES = (
    Line("welcome", "title", "Welcome to the flipped classroom."),
    Line("welcome", "home", "You meet a new idea at home, at your own pace."),
    Line("welcome", "class", "In class we use it, together."),
    Line("turned", "listen", "In a traditional lesson, everybody listens at one speed."),
    Line("turned", "alone", "The hard part, the practice, happens alone at home."),
    Line("turned", "watch", "We turn it around. You watch a short lecture first."),
    Line("turned", "together", "Then we practise in class, and I am beside you."),
    Line("pace", "think", "Pause whenever you want to think."),
    Line("pace", "rewind", "Rewind as often as you like. Nobody has to ask."),
    Line("pace", "careful", "And go faster only where you feel sure."),
    Line("plan", "check", "Our lesson begins with a quick check."),
    Line("plan", "questions", "Then come your questions on the video."),
    Line("plan", "practice", "Half of the time is practice in small groups."),
    Line(
        "research", "bloom", "Tutored students learn most. Bloom showed it in nineteen eighty four."
    ),
    Line("research", "freeman", "In active classes, fewer students fail."),
    Line("research", "time", "So what helps is not the video, but the time it gives us."),
    Line("active", "pause", "Watch with a pen. Say the idea in your own words."),
    Line("active", "lost", "When you are lost, note the second, and go back."),
    Line("tomorrow", "understood", "For tomorrow, write down one thing you understood,"),
    Line("tomorrow", "unclear", "and one thing you did not."),
    Line("tomorrow", "bye", "Your questions decide how we begin. See you in class!"),
)
