"""A frame-level client on python3-h2, which checks all that it receives: HOST PORT CA CASES."""

import json
import socket
import ssl
import struct
import sys
import traceback

import h2.config
import h2.connection
import h2.errors
import h2.events
import h2.settings

_, HOST, PORT, CA, WANTED = sys.argv
PATIENCE_S = 10
WINDOW = h2.settings.SettingCodes.INITIAL_WINDOW_SIZE
FRAME = h2.settings.SettingCodes.MAX_FRAME_SIZE


def varint(value):
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes(out) + bytes([value])


def pattern(size):
    """A payload, in which no two frames are alike."""
    return (bytes(range(251)) * (size // 251 + 1))[:size]


def simple_request(response_size, payload=0):
    """The body of a UnaryCall, with its prefix."""
    body = b"\x12" + varint(payload) + pattern(payload)
    message = b"\x10" + varint(response_size) + b"\x1a" + varint(len(body)) + body
    return b"\0" + struct.pack(">I", len(message)) + message


def open_socket(protocols=("h2",)):
    plain = socket.create_connection((HOST, int(PORT)), timeout=PATIENCE_S)
    if not CA:
        return plain
    context = ssl.create_default_context(cafile=CA)
    if protocols:
        context.set_alpn_protocols(list(protocols))
    return context.wrap_socket(plain, server_hostname="localhost")


class Client:
    def __init__(self, settings=None, protocols=("h2",)):
        self.socket = open_socket(protocols)
        self.h2 = h2.connection.H2Connection(h2.config.H2Configuration(header_encoding="utf-8"))
        if settings:
            self.h2.local_settings = h2.settings.Settings(client=True, initial_values=settings)
        self.h2.initiate_connection()
        self.flush()
        self.events = []
        self.credit = True

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def flush(self):
        self.socket.sendall(self.h2.data_to_send())

    def headers(self, method, *extra):
        stream = self.h2.get_next_available_stream_id()
        fields = [
            (":method", "POST"),
            (":scheme", "https" if CA else "http"),
            (":path", f"/grpc.testing.TestService/{method}"),
            (":authority", "localhost"),
            ("content-type", "application/grpc"),
            ("te", "trailers"),
            *extra,
        ]
        self.h2.send_headers(stream, fields)
        self.flush()
        return stream

    def send(self, stream, body, end=True, padding=None):
        """Sends within the windows, and waits for them to open."""
        extra = 0 if padding is None else padding + 1
        while body:
            allowed = self.h2.local_flow_control_window(stream) - extra
            allowed = min(allowed, self.h2.max_outbound_frame_size - extra, len(body))
            if allowed <= 0:
                self.receive()
                continue
            part, body = body[:allowed], body[allowed:]
            self.h2.send_data(stream, part, end_stream=end and not body, pad_length=padding)
            self.flush()

    def receive(self):
        """Takes what the next read brings; no events: the server has closed."""
        data = self.socket.recv(65536)
        events = self.h2.receive_data(data) if data else [h2.events.ConnectionTerminated()]
        for event in events:
            if isinstance(event, h2.events.DataReceived) and self.credit:
                if event.flow_controlled_length:
                    self.h2.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
        self.flush()
        self.events += events
        return events

    def wait(self, kind, stream=None):
        """The first event of the kind, which may have come before."""
        while True:
            for event in self.events:
                if isinstance(event, kind) and stream in (None, getattr(event, "stream_id", None)):
                    return event
            self.receive()

    def data(self, stream):
        return [
            event
            for event in self.events
            if isinstance(event, h2.events.DataReceived) and event.stream_id == stream
        ]

    def answered(self, stream, size):
        """The call must have been answered with a payload of that size."""
        trailers = dict(self.wait(h2.events.TrailersReceived, stream).headers)
        self.wait(h2.events.StreamEnded, stream)
        equal(trailers.get("grpc-status"), "0")
        body = b"".join(event.data for event in self.data(stream))
        equal(struct.unpack(">I", body[1:5])[0], len(body) - 5)
        equal(body[-size:], pattern(size))


def equal(actual, expected):
    if actual != expected:
        raise AssertionError(f"{actual!r} is not {expected!r}")


def alpn():
    with open_socket(("http/1.1", "h2")) as connection:
        if CA:
            equal(connection.selected_alpn_protocol(), "h2")


def refusal():
    """Without ALPN there is no HTTP/2 over TLS."""
    if not CA:
        return
    try:
        with Client(protocols=()) as client:
            stream = client.headers("EmptyCall")
            client.send(stream, bytes(5))
            events = client.receive()
            equal([type(event).__name__ for event in events], ["ConnectionTerminated"])
    except (ssl.SSLError, ConnectionError):
        pass


def settings():
    with Client() as client:
        client.wait(h2.events.RemoteSettingsChanged)
        client.wait(h2.events.SettingsAcknowledged)
        equal(client.h2.remote_settings.max_concurrent_streams, 100)
        equal(client.h2.remote_settings.initial_window_size >= 65535, True)


def ping():
    with Client() as client:
        client.h2.ping(b"rides-42")
        client.flush()
        equal(client.wait(h2.events.PingAckReceived).ping_data, b"rides-42")


def small_window():
    with Client({WINDOW: 100}) as client:
        client.credit = False
        stream = client.headers("UnaryCall")
        client.send(stream, simple_request(1000))
        while sum(len(event.data) for event in client.data(stream)) < 100:
            client.receive()
        client.h2.ping(b"01234567")
        client.flush()
        client.wait(h2.events.PingAckReceived)
        equal(sum(len(event.data) for event in client.data(stream)), 100)
        client.h2.increment_flow_control_window(2000, stream)
        client.flush()
        client.answered(stream, 1000)


def zero_window():
    with Client({WINDOW: 0}) as client:
        stream = client.headers("UnaryCall")
        client.send(stream, simple_request(1000))
        client.wait(h2.events.ResponseReceived)
        equal(client.data(stream), [])
        client.h2.update_settings({WINDOW: 65535})
        client.flush()
        client.answered(stream, 1000)


def connection_window():
    with Client({WINDOW: 1000000}) as client:
        client.credit = False
        streams = [client.headers("UnaryCall") for _ in range(2)]
        for stream in streams:
            client.send(stream, simple_request(60000))
        read = lambda: sum(len(event.data) for stream in streams for event in client.data(stream))
        while read() < 65535:
            client.receive()
        client.h2.ping(b"01234567")
        client.flush()
        client.wait(h2.events.PingAckReceived)
        equal(read(), 65535)
        client.h2.increment_flow_control_window(1000000)
        client.flush()
        for stream in streams:
            client.answered(stream, 60000)


def server_window():
    with Client() as client:
        stream = client.headers("UnaryCall")
        client.send(stream, simple_request(5, payload=3000000))
        client.answered(stream, 5)


def padding():
    with Client() as client:
        stream = client.headers("UnaryCall")
        client.send(stream, simple_request(5, payload=2000000), padding=255)
        client.answered(stream, 5)


def frame_size():
    with Client({FRAME: 1 << 20, WINDOW: 1 << 24}) as client:
        client.h2.increment_flow_control_window(1 << 24)
        client.flush()
        stream = client.headers("UnaryCall")
        client.send(stream, simple_request(3000000))
        client.answered(stream, 3000000)


def interleaved():
    with Client() as client:
        streams = [client.headers("UnaryCall") for _ in range(10)]
        body = simple_request(100, payload=5000)
        for at in range(0, len(body), 500):
            for stream in streams:
                part = body[at : at + 500]
                client.send(stream, part, end=at + 500 >= len(body))
        for stream in streams:
            client.answered(stream, 100)


def trailers():
    with Client() as client:
        stream = client.headers("UnaryCall")
        client.send(stream, simple_request(5), end=False)
        client.h2.send_headers(stream, [("x-trailer", "1")], end_stream=True)
        client.flush()
        client.answered(stream, 5)


def reset():
    with Client() as client:
        stream = client.headers("FullDuplexCall")
        client.h2.reset_stream(stream, h2.errors.ErrorCodes.CANCEL)
        client.flush()
        stream = client.headers("UnaryCall")
        client.send(stream, simple_request(5))
        client.answered(stream, 5)


def goaway():
    """The server answers what it has, then closes."""
    with Client() as client:
        client.wait(h2.events.SettingsAcknowledged)
        stream = client.headers("UnaryCall")
        client.send(stream, simple_request(50000))
        # In raw bytes from here: h2 takes nothing more once a GOAWAY was sent or has come.
        client.socket.sendall(bytes([0, 0, 8, 7]) + bytes(13))
        received = b""
        while part := client.socket.recv(65536):
            received += part
        equal(ends_of(received), [stream])


def ends_of(received):
    """The streams that END_STREAM ends in these frames."""
    ends = []
    while received:
        length, kind, flags, stream = struct.unpack(">IBBI", b"\0" + received[:9])
        received = received[9 + length :]
        if kind in (0, 1) and flags & 1:
            ends.append(stream)
    return ends


def early_answer():
    with Client() as client:
        stream = client.headers("StreamingInputCall", ("x-fail-code", "9"))
        headers = dict(client.wait(h2.events.ResponseReceived, stream).headers)
        equal(headers.get("grpc-status"), "9")
        client.wait(h2.events.StreamEnded, stream)
        stream = client.headers("UnaryCall")
        client.send(stream, simple_request(5))
        client.answered(stream, 5)


CASES = [
    alpn,
    refusal,
    settings,
    ping,
    small_window,
    zero_window,
    connection_window,
    server_window,
    padding,
    frame_size,
    interleaved,
    trailers,
    reset,
    goaway,
    early_answer,
]

for case in [case for case in CASES if case.__name__ in WANTED.split()]:
    failure = None
    try:
        case()
    except Exception:
        failure = traceback.format_exc()
    print(json.dumps({"case": case.__name__, "failure": failure}), flush=True)
