"""What RFC 8216 and ISO/IEC 14496-12 know: playlists and boxes, written, read and checked."""
