"""Everything that runs in a browser. Python finds `templates/` and the built `dist/` here."""
