"""The Media Streams protocol without sockets: messages and frames in, messages out.

Audio is the clock. Whoever owns a socket and a wall clock feeds `stalled` and `overdue`.
Source: twilio.com/docs/voice/media-streams/websocket-messages.
"""
