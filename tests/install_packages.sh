#!/bin/sh
# Installs the Debian packages that the whole test suite uses, where they are missing and where we may.
# Elsewhere the tests that need them are skipped and say so.
set -eu
missing=""
want() { command -v "$1" >/dev/null 2>&1 || missing="$missing $2"; }
want chromium chromium
want firefox-esr firefox-esr
ls /usr/lib/*/libavcodec.so.* >/dev/null 2>&1 || missing="$missing libavcodec-extra" # Firefox's H.264 and AAC
[ -n "$(fc-list 2>/dev/null | head -1)" ] || missing="$missing fonts-dejavu-core"
want ffmpeg ffmpeg # a generation older than the bundled one
want tesseract tesseract-ocr
want Xvfb xvfb
want strace strace
want caddy caddy
want systemd-analyze systemd
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"
[ -z "$missing" ] && exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "tests: not installed, so their tests are skipped:$missing"
    exit 0
fi
echo "tests: installing$missing"
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $missing >/dev/null
