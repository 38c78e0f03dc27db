# SPDX-License-Identifier: MIT
"""A WebSocket client that may break every rule: frames byte by byte, as tests want them."""
import base64
import json
import os
import socket
import struct

PATIENCE = 30 * int(os.environ.get("SLOWNESS", "1"))
PROTOCOL = "graphql-transport-ws"
TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class Closed(Exception):
    """The server has closed; `code` is None where it did so without a close frame."""

    def __init__(self, code, reason):
        super().__init__(f"closed: {code} {reason}")
        self.code, self.reason = code, reason


class WebSocket:
    """Speaks to `port` of this machine, under `tls` where that is a context; the handshake's
    response is in `head`."""

    def __init__(self, port, protocol=PROTOCOL, headers=None, path="/graphql", receive_buffer=None,
                 tls=None):
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(PATIENCE)
        self.socket.connect(("127.0.0.1", port))
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname="localhost")
        fields = {"Host": f"127.0.0.1:{port}", "Upgrade": "websocket", "Connection": "Upgrade",
                  "Sec-WebSocket-Version": "13",
                  "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode()}
        if protocol:
            fields["Sec-WebSocket-Protocol"] = protocol
        fields |= headers or {}
        lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items())]
        self.socket.sendall("\r\n".join([*lines, "", ""]).encode())
        self.buffer = b""
        while b"\r\n\r\n" not in self.buffer:
            self.fill()
        self.head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        self.head = self.head.decode()

    @property
    def status(self):
        return int(self.head.split()[1])

    def fill(self):
        try:
            more = self.socket.recv(65536)
        except ConnectionResetError:
            more = b""
        if not more:
            raise Closed(None, "the connection has ended")
        self.buffer += more

    def take(self, size):
        while len(self.buffer) < size:
            self.fill()
        taken, self.buffer = self.buffer[:size], self.buffer[size:]
        return taken

    @staticmethod
    def frame(payload, opcode=TEXT, final=True, masked=True, reserved=0, length=None):
        """Returns the bytes of a frame; `length` is what it claims, where that is not the truth."""
        payload = payload.encode() if isinstance(payload, str) else payload
        length = len(payload) if length is None else length
        out = bytes([(0x80 if final else 0) | reserved << 4 | opcode])
        flag = 0x80 if masked else 0
        if length < 126:
            out += bytes([flag | length])
        elif length < 1 << 16:
            out += bytes([flag | 126]) + struct.pack(">H", length)
        else:
            out += bytes([flag | 127]) + struct.pack(">Q", length)
        if not masked:
            return out + payload
        mask = os.urandom(4)
        return out + mask + bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload))

    def send_bytes(self, data):
        self.socket.sendall(data)

    def send(self, message):
        """Sends a message, as JSON where it is none yet."""
        text = message if isinstance(message, (str, bytes)) else json.dumps(message)
        self.send_bytes(self.frame(text))

    def receive_frame(self):
        """Returns opcode and payload of the next frame; raises Closed where that closes."""
        first, second = self.take(2)
        assert first & 0x70 == 0 and second & 0x80 == 0, "servers do not mask, nor extend"
        size = second & 0x7F
        if size == 126:
            size = struct.unpack(">H", self.take(2))[0]
        elif size == 127:
            size = struct.unpack(">Q", self.take(8))[0]
        opcode, payload = first & 0xF, self.take(size)
        if opcode == CLOSE:
            code = struct.unpack(">H", payload[:2])[0] if payload else 1005
            raise Closed(code, payload[2:].decode())
        return opcode, payload

    def receive(self, timeout=PATIENCE):
        """Returns the next message, parsed; pings are answered on the way."""
        self.socket.settimeout(timeout)
        while True:
            opcode, payload = self.receive_frame()
            if opcode == TEXT:
                return json.loads(payload)
            if opcode == PING:
                self.send_bytes(self.frame(payload, PONG))

    def closed(self, timeout=PATIENCE):
        """Reads until the server closes; returns the code."""
        try:
            while True:
                self.receive(timeout)
        except Closed as closed:
            return closed.code

    def is_silent(self, seconds):
        """Whether no message comes for that long."""
        try:
            self.receive(seconds)
        except TimeoutError:
            return True
        return False

    def initialise(self, **payload):
        self.send({"type": "connection_init", "payload": payload})
        assert self.receive() == {"type": "connection_ack"}
        return self

    def subscribe(self, query, name="1", **payload):
        self.send({"type": "subscribe", "id": name, "payload": {"query": query} | payload})
        return self

    def next(self, name="1", timeout=PATIENCE):
        """Returns the payload of the next message, which must be an answer to `name`."""
        message = self.receive(timeout)
        assert (message["type"], message["id"]) == ("next", name), message
        return message["payload"]

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
