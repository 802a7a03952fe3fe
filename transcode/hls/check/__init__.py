"""Does a package keep the rules? Apple's HLS Authoring Specification and RFC 8216, rule by rule.

    playlist_text     the lines, tags and attributes of a playlist, read strictly
    media_file        what an init segment or a media segment holds
    presentation      a whole package as it was read; asks its reader for one file after the other
    bit_rates         the peak and the average of RFC 8216, 4.1
    rules             the list that every rule below puts itself on
    *_rules           one small function a rule
    exceptions        the recommendations that our packages do not follow, and why
    not_applicable    the rules that cannot apply to a lecture, and why
    growth            what may change in a playlist that grows
    checker           all of it at once

Nothing is decoded. Media of others is read too, as far as it is fragmented MP4 in clear.
"""
