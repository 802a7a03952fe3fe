"""`python -m transcode SOURCE --out DIR`."""

from transcode.cli import main

main()
