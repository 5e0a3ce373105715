"""The interop cases on grpcio."""

import time

import grpc

import interop_pb2 as pb
from python_connection import Connection, Requests, asks, payload, size_of

SPECIAL = "\t\ntest with whitespace\r\nand Unicode BMP ☺ and non-BMP 😈\t\n"
REQUEST_SIZES = [27182, 8, 1828, 45904]
SIZES = [31415, 9, 2653, 58979]


def equal(actual, expected):
    if actual != expected:
        raise AssertionError(f"{actual!r} is not {expected!r}")


def fails(code, call, details=None):
    """`call` must end with the status."""
    try:
        call()
    except grpc.RpcError as error:
        equal(error.code(), code)
        if details is not None:
            equal(error.details(), details)
    else:
        raise AssertionError(f"OK is not {code}")


def empty_unary(c):
    equal(c.empty(pb.Empty()), pb.Empty())


def large_unary(c):
    answer = c.unary(pb.SimpleRequest(response_size=314159, payload=payload(271828)))
    equal(size_of(answer), 314159)


def client_streaming(c):
    requests = (pb.StreamingInputCallRequest(payload=payload(size)) for size in REQUEST_SIZES)
    equal(c.upload(requests).aggregated_payload_size, 74922)


def server_streaming(c):
    equal([size_of(m) for m in c.download(asks(*SIZES))], SIZES)


def ping_pong(c):
    requests = Requests()
    call = c.chat(requests)
    for up, down in zip(REQUEST_SIZES, SIZES):
        requests.put(asks(down, payload=payload(up)))
        equal(size_of(next(call)), down)
    requests.end()
    equal(list(call), [])


def empty_stream(c):
    equal(list(c.chat(iter([]))), [])


def custom_metadata(c):
    sent = (
        ("x-grpc-test-echo-initial", "test_initial_metadata_value"),
        ("x-grpc-test-echo-trailing-bin", b"\xab\xab\xab"),
        ("x-grpc-test-echo-trailing-bin", b"\x00\x01\xfe\xff"),
        ("x-grpc-test-echo-trailing-bin", b""),
        ("x-grpc-test-echo-trailing-bin", b"," * 4000),
    )
    unary = c.unary.future(pb.SimpleRequest(), metadata=sent)
    chat = c.chat(iter([asks(1)]), metadata=sent)
    for call in (unary, chat):
        header = dict(call.initial_metadata())
        equal(header.get("x-grpc-test-echo-initial"), "test_initial_metadata_value")
        if call is chat:
            equal(len(list(call)), 1)
        binary = [pair for pair in call.trailing_metadata() if pair[0] == sent[1][0]]
        equal(binary, list(sent[1:]))


def large_metadata(c):
    c.empty(pb.Empty(), metadata=[(f"x-large-{i}", str(i) * 4000) for i in range(10)])


def status_code_and_message(c):
    status = pb.EchoStatus(code=2, message="test status message")
    unknown = grpc.StatusCode.UNKNOWN
    fails(unknown, lambda: c.unary(pb.SimpleRequest(response_status=status)), status.message)
    fails(unknown, lambda: list(c.chat(iter([asks(response_status=status)]))), status.message)


def special_status_message(c):
    status = pb.EchoStatus(code=2, message=SPECIAL)
    request = pb.SimpleRequest(response_status=status)
    fails(grpc.StatusCode.UNKNOWN, lambda: c.unary(request), SPECIAL)


def unimplemented_method(c):
    call = c.unimplemented("TestService")
    fails(grpc.StatusCode.UNIMPLEMENTED, lambda: call(pb.Empty()))


def unimplemented_service(c):
    call = c.unimplemented("UnimplementedService")
    fails(grpc.StatusCode.UNIMPLEMENTED, lambda: call(pb.Empty()))


def cancel_after_begin(c):
    requests = Requests()
    call = c.upload.future(requests)
    requests.put(pb.StreamingInputCallRequest(payload=payload(1)))
    time.sleep(0.05)
    call.cancel()
    equal(call.code(), grpc.StatusCode.CANCELLED)
    requests.end()


def cancel_after_first_response(c):
    requests = Requests()
    call = c.chat(requests)
    requests.put(asks(31415, payload=payload(27182)))
    next(call)
    call.cancel()
    fails(grpc.StatusCode.CANCELLED, lambda: next(call))
    requests.end()


def timeout_on_sleeping_server(c):
    requests = Requests()
    requests.put(asks())
    requests.waiting[0].response_parameters.add(size=1, interval_us=500000)
    call = c.chat(requests, timeout=0.1)
    fails(grpc.StatusCode.DEADLINE_EXCEEDED, lambda: next(call))
    requests.end()


def compressed(run):
    def case(_):
        for algorithm in (grpc.Compression.Gzip, grpc.Compression.Deflate):
            c = Connection(compression=algorithm)
            run(c)
            c.channel.close()

    return case


def rpc_soak(c):
    for _ in range(100):
        large_unary(c)


def channel_soak(_):
    for _ in range(20):
        c = Connection([("grpc.use_local_subchannel_pool", 1)])
        large_unary(c)
        c.channel.close()


def failing_client_stream(c):
    requests = Requests()
    requests.put(pb.StreamingInputCallRequest(payload=payload(1000)))
    call = c.upload.future(requests, metadata=[("x-fail-code", "9")])
    fails(grpc.StatusCode.FAILED_PRECONDITION, call.result)
    requests.end()


def failing_server_stream(c):
    status = pb.EchoStatus(code=15, message="half")
    sizes = []

    def read():
        for message in c.download(asks(*SIZES, response_status=status)):
            sizes.append(size_of(message))

    fails(grpc.StatusCode.DATA_LOSS, read)
    equal(sizes, SIZES)


def throwing_handler(c):
    call = lambda: c.unary(pb.SimpleRequest(), metadata=[("x-throw", "1")])
    fails(grpc.StatusCode.UNKNOWN, call)
    c.empty(pb.Empty())


def too_large_request(c):
    request = pb.SimpleRequest(payload=payload(5000000))
    fails(grpc.StatusCode.RESOURCE_EXHAUSTED, lambda: c.unary(request))
    c.empty(pb.Empty())


def too_large_response(c):
    request = pb.SimpleRequest(response_size=5000000)
    fails(grpc.StatusCode.RESOURCE_EXHAUSTED, lambda: c.unary(request))
    c.empty(pb.Empty())


def concurrent_unary(c):
    calls = [c.unary.future(pb.SimpleRequest(response_size=1000)) for _ in range(500)]
    for call in calls:
        equal(size_of(call.result()), 1000)


CASES = [
    empty_unary,
    large_unary,
    client_streaming,
    server_streaming,
    ping_pong,
    empty_stream,
    custom_metadata,
    large_metadata,
    status_code_and_message,
    special_status_message,
    unimplemented_method,
    unimplemented_service,
    cancel_after_begin,
    cancel_after_first_response,
    timeout_on_sleeping_server,
    ("client_compressed_unary", compressed(large_unary)),
    ("client_compressed_streaming", compressed(client_streaming)),
    rpc_soak,
    channel_soak,
    failing_client_stream,
    failing_server_stream,
    throwing_handler,
    too_large_request,
    too_large_response,
    concurrent_unary,
]
