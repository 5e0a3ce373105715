"""A client of the interop service on grpcio: PROTO ADDRESS CA COMMAND, as grpc_js_client.ts."""

import json
import os
import sys
import threading
import time
import traceback

import grpc

import interop_pb2 as pb
from python_cases import CASES
from python_connection import COMMAND, Connection, Requests, asks, payload, size_of

MESSAGE_BYTES = 256 * 1024
MESSAGES = 80
WORKERS = 20
# However it hangs, no test waits for longer.
LIFE_S = 45


def show(**event):
    print(json.dumps(event), flush=True)


def interop():
    c = Connection()
    for case in CASES:
        name, run = case if isinstance(case, tuple) else (case.__name__, case)
        try:
            run(c)
            show(case=name)
        except Exception:
            show(case=name, failure=traceback.format_exc())
    c.channel.close()


def read_slowly():
    c = Connection()
    size = 0
    for message in c.download(asks(*[MESSAGE_BYTES] * MESSAGES)):
        if size == 0:
            show(waiting=True)
            sys.stdin.readline()
        size += size_of(message)
        time.sleep(0.001)
    show(bytes=size)


def write():
    def requests():
        for i in range(MESSAGES):
            yield pb.StreamingInputCallRequest(payload=payload(MESSAGE_BYTES))
            show(sent=i + 1)

    show(bytes=Connection().upload(requests()).aggregated_payload_size)


def load():
    c = Connection()
    stopped = threading.Event()
    failures = []
    calls = []

    def work():
        while not stopped.is_set():
            calls.append(1)
            try:
                c.unary(pb.SimpleRequest(response_size=100))
            except grpc.RpcError as error:
                failures.append(f"{error.code()} {error.details()}")

    workers = [threading.Thread(target=work) for _ in range(WORKERS)]
    for worker in workers:
        worker.start()
    sys.stdin.readline()
    stopped.set()
    for worker in workers:
        worker.join()
    show(calls=len(calls), failures=failures)
    c.channel.close()


def code_of(call):
    try:
        call.result()
    except (grpc.RpcError, grpc.FutureCancelledError):
        pass
    return call.code().value[0]


def hold():
    c = Connection()
    requests = Requests()
    requests.put(asks(1))
    chat = c.chat(requests)
    next(chat)
    show(chatting=True)
    unary = c.unary.future(pb.SimpleRequest())
    sys.stdin.readline()
    requests.end()
    show(unary=code_of(unary))
    try:
        list(chat)
    except grpc.RpcError:
        pass
    show(chat=chat.code().value[0])
    show(later=code_of(c.unary.future(pb.SimpleRequest())))
    c.channel.close()


def keepalive():
    c = Connection(
        [
            ("grpc.keepalive_time_ms", 50),
            ("grpc.keepalive_timeout_ms", 5000),
            ("grpc.keepalive_permit_without_calls", 1),
            ("grpc.http2.max_pings_without_data", 0),
        ]
    )
    show(unary=code_of(c.unary.future(pb.SimpleRequest())))
    c.channel.close()


life = threading.Timer(LIFE_S, os._exit, [1])
life.daemon = True
life.start()
{f.__name__: f for f in (interop, read_slowly, write, load, hold, keepalive)}[COMMAND]()
