"""`flipcast demo`: throwaway data and a real lecture, made and watched through the real server."""
