"""What Flask and gunicorn cost by themselves: a constant TwiML document."""

from __future__ import annotations

from flask import Flask, Response

PUBLIC_URL = "https://line.example"
DOCUMENT = (
    '<?xml version="1.0" encoding="UTF-8"?><Response>'
    f'<Gather action="{PUBLIC_URL}/voice/calls/bare/turns/1?keys=1" actionOnEmptyResult="true"'
    ' input="dtmf" language="ru-RU" numDigits="1" timeout="5">'
    '<Say language="ru-RU" voice="Polly.Tatyana">Терапевт Иванова, двадцать шестого ноября, в'
    " десять тридцать. Чтобы узнать, как пройти, нажмите один. Чтобы отменить, нажмите два."
    " Чтобы закончить, нажмите четыре.</Say></Gather></Response>"
)


def create_app() -> Flask:
    app = Flask("bare")

    def view(**_path: object) -> Response:
        return Response(DOCUMENT, content_type="text/xml; charset=utf-8")

    app.post("/voice")(view)
    app.post("/voice/status", endpoint="status")(view)
    app.post("/voice/calls/<call>/turns/<int:turn>", endpoint="turn")(view)
    return app
