"""Rules of the chapters we check that cannot apply to a lecture as we publish it, and why."""

_ALLOWS = "it allows, and demands nothing"
NOT_APPLICABLE: dict[str, str] = {
    **dict.fromkeys(("2.2", "2.5", "2.7", "2.8", "2.10", "2.16", "2.28"), _ALLOWS),
    **dict.fromkeys(
        ("2.6", "2.20", "2.22", "2.25", "2.26"), "we write AAC and Opus of one channel"
    ),
    **dict.fromkeys(("2.12", "2.13", "2.14", "2.15", "2.27"), "there is no described video"),
    **dict.fromkeys(("2.18", "2.23"), "no loudness is declared; see 2.19"),
    "2.21": "it would stand within the coded sound, which is not read; not followed, as 2.19",
    "2.24": "we write no HE-AAC",
    **dict.fromkeys(("6.3", "6.7", "6.12", "6.13", "6.17"), _ALLOWS),
    **dict.fromkeys(("6.15", "6.16"), "there is no HDR"),
    "7.2": "there are no transport streams",
    **dict.fromkeys(
        ("8.4", "8.5", "8.11", "8.12", "8.17"),
        "it is about linear television: a lecture begins at a point and loses nothing",
    ),
    "8.19": "there are no programmes and no advertisements",
    **dict.fromkeys(("9.6", "9.7", "9.8"), "there is one sound and one view"),
    "9.16": "there is no HDR",
    "9.17": "there is one rendition of each language",
    "9.18": "there is no content steering",
}
