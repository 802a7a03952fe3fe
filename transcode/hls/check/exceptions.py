"""Recommendations (never obligations) that our packages do not follow, each with its reason.

They are checked all the same, and reported as excused.
"""

EXCEPTIONS: dict[str, str] = {
    "1.4": "A recording that is as the best rung would be is not encoded again to be High; what we"
    " encode is.",
    "1.13": "Key frames are what slides cost: one every 6 s instead of every 2 s saves 44 % of the"
    " bits. Segments begin with one, so switching and seeking lose nothing.",
    "1.18": "Lines beat frames: at 64 kbit/s, text stays sharp at 2.5 frames a second and does not"
    " at 24.",
    "1.30": "Quality is held, not the rate: a new slide costs much, the minutes on it nothing.",
    "2.19": "How loud a lecture is, is known at its end; its init segment is written at its"
    " beginning, while the lecture arrives.",
    "6.2": "Key frames of their own would cost more bytes than the cheapest rung itself; rule 6.3"
    " allows those of the rungs.",
    "6.5": "The key frames are those of the rungs: on slides they are most of the bits.",
    "7.6": "The first segments are shorter: on a link of 64 kbit/s each of 6 s would keep the class"
    " waiting.",
    "9.10": "A camera's rungs differ in size, because its movement does not survive few bits at"
    " full height.",
}
