"""`python -m capture` is `flipcast-agent`."""

from capture.cli import main

main()
