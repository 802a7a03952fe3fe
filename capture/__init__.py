"""The classroom agent: records locally first, sends over HTTP, knows nothing of the server."""
