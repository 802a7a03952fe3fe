"""The player's weight on a poor link: our scripts beside hls.js as it is published, compressed."""

import json
import zlib
from pathlib import Path
from typing import Any

PLAYER = Path(__file__).resolve().parents[2] / "player"


def compare_page_weight() -> None:
    """Print the deflated sizes of the watch page's scripts and styles, and of stock hls.js."""
    manifest = json.loads((PLAYER / "dist" / ".vite" / "manifest.json").read_bytes())
    files = sorted(_files_of(manifest, "watch/main.ts") | {manifest["styles/base.css"]["file"]})
    total = 0
    print("Watch page, everything it can load, deflated (kB)")
    for name in files:
        size = _deflated(PLAYER / "dist" / name)
        total += size
        print(f"  {name:36}{size / 1000:8.1f}")
    stock = _deflated(PLAYER / "node_modules" / "hls.js" / "dist" / "hls.min.js")
    print(f"  {'together':36}{total / 1000:8.1f}")
    print(f"  {'hls.js as published, alone':36}{stock / 1000:8.1f}")
    print(f"  ours / hls.js alone: {total / stock:.2f}")


def _files_of(manifest: dict[str, Any], entry: str) -> set[str]:
    item = manifest[entry]
    files = {item["file"], *item.get("css", [])}
    for name in (*item.get("imports", []), *item.get("dynamicImports", [])):
        files |= _files_of(manifest, name)
    return files


def _deflated(path: Path) -> int:
    return len(zlib.compress(path.read_bytes(), 9))
