"""A client that costs little: sends a plan's requests over one connection and prints the seconds they took.

The plan comes as JSON on standard input, so that cookies stand on no command line:
`{"host", "file", "requests": [{"method", "path", "headers", "offset", "length", "status"}]}`.
Bodies leave by sendfile; answers' bodies are counted and forgotten. The path "" means the last answer's Location.
Prints `{"seconds", "received", "location"}`; every status must be the one expected.
"""

import http.client
import json
import sys
import time
from typing import Any, BinaryIO

TIMEOUT_S = 300.0
BUFFER_BYTES = 1 << 20


def run(plan: dict[str, Any]) -> dict[str, Any]:
    connection = http.client.HTTPConnection(plan["host"], timeout=TIMEOUT_S)
    connection.connect()
    location, received = "", 0
    with open(plan["file"], "rb", buffering=0) as file:
        started = time.perf_counter()
        for request in plan["requests"]:
            _send(connection, file, request, location)
            response = connection.getresponse()
            received = _drain(response)
            if response.status != request["status"]:
                raise SystemExit(f"{request['method']} answered {response.status}")
            location = response.headers.get("Location", location)
    seconds = time.perf_counter() - started
    connection.close()
    return {"seconds": seconds, "received": received, "location": location}


def _send(connection: http.client.HTTPConnection, file: BinaryIO, request: dict[str, Any], location: str) -> None:
    connection.putrequest(request["method"], request["path"] or location)
    for name, value in request["headers"].items():
        connection.putheader(name, value)
    length = request["length"]
    if request["method"] != "GET":
        connection.putheader("Content-Length", str(length))
    connection.endheaders()
    if length:
        connection.sock.sendfile(file, request["offset"], length)


def _drain(response: http.client.HTTPResponse) -> int:
    buffer, received = bytearray(BUFFER_BYTES), 0
    while size := response.readinto(buffer):
        received += size
    return received


if __name__ == "__main__":
    print(json.dumps(run(json.load(sys.stdin))))
