"""Questions to a peer by its control socket (docs/commands.md): a command for each would cost more than the answer."""
import json
import socket
import struct
from typing import BinaryIO


def ask(path: str, command: dict) -> dict:
    """One frame there, one back."""
    (answer,) = _answers(path, command)
    return answer


def ask_for_list(path: str, command: dict) -> list[dict]:
    """The same for what is answered by a list."""
    return ask(path, command)["items"]


def events(path: str) -> list[dict]:
    """The last hundred events."""
    return _answers(path, {"type": "GetEvents", "follow": False})


def _answers(path: str, command: dict) -> list[dict]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(10)
        connection.connect(path)
        text = json.dumps(command).encode()
        connection.sendall(struct.pack("!I", len(text)) + text)
        with connection.makefile("rb") as stream:
            found = []
            while (frame := _frame(stream)) is not None:
                found.append(json.loads(frame))
            return found


def _frame(stream: BinaryIO) -> bytes | None:
    header = stream.read(4)
    if len(header) < 4:
        return None
    (length,) = struct.unpack("!I", header)
    return stream.read(length)
