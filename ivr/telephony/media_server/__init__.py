"""The media socket: asyncio around the pure protocol, and threads for whatever blocks."""
