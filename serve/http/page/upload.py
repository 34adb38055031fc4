"""The file within a form: its bytes as they come, as if they had been sent alone."""

from __future__ import annotations

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.types import Message, Receive

from serve.http.refusal import Refusal, refuse

FIELD = b"file"
"""The name of the field that holds the file."""


class Upload:
    """Gives the messages of a request whose body is the file that a form holds."""

    def __init__(self, receive: Receive, content_type: str) -> None:
        kind, options = parse_options_header(content_type)
        if kind != b"multipart/form-data" or not options.get(b"boundary"):
            raise _no_form()
        self._receive = receive
        self._parts: list[bytes] = []
        self._name = self._header = self._value = b""
        self._any = self._ended = False
        self._parser = MultipartParser(
            options[b"boundary"],
            {
                "on_part_begin": self._begin,
                "on_header_field": self._header_field,
                "on_header_value": self._header_value,
                "on_header_end": self._header_end,
                "on_part_data": self._data,
            },
        )

    async def receive(self) -> Message:
        """The next part of the file; after its last one, what the connection itself says."""
        if self._ended:
            return await self._receive()
        while True:
            message = await self._receive()
            if message["type"] != "http.request":
                return message
            self._write(message.get("body", b""))
            self._ended = not message.get("more_body", False)
            if self._ended and not self._any:
                raise refuse(
                    422, "no_file", "no file was chosen, or it is empty", "choose a file first"
                )
            if self._parts or self._ended:
                body = b"".join(self._parts)
                self._parts.clear()
                return {"type": "http.request", "body": body, "more_body": not self._ended}

    def _write(self, data: bytes) -> None:
        try:
            self._parser.write(data)
        except FormParserError:
            raise _no_form() from None

    def _begin(self) -> None:
        self._name = self._header = self._value = b""

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            self._name = parse_options_header(self._value)[1].get(b"name", b"")
        self._header = self._value = b""

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._name == FIELD and end > start:
            self._any = True
            self._parts.append(data[start:end])


def _no_form() -> Refusal:
    remedy = "open the page again, and choose the file there"
    return refuse(422, "bad_form", "this is not a form of these pages", remedy)
