"""The server: people, lectures, uploads, jobs, delivery and insight."""
