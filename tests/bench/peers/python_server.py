"""Rides.Start and Rides.Track on Python's grpcio, as a user would write them: no storage.

Its arguments are the contract and the folder for what protoc makes of it.
"""
import os
import subprocess
import sys
import uuid
from concurrent.futures import ThreadPoolExecutor

contract, generated = sys.argv[1:]
subprocess.run(
    ["protoc", f"-I{os.path.dirname(contract)}", f"--python_out={generated}", contract], check=True)
sys.path.insert(0, generated)

import grpc  # noqa: E402
import rides_pb2 as pb  # noqa: E402


def start(request, context):
    if not request.driver_id:
        context.abort(grpc.StatusCode.INVALID_ARGUMENT, "driver_id: empty")
    return pb.StartResponse(id=str(uuid.uuid4()))


def track(requests, context):
    return pb.TrackResponse(count=sum(1 for _ in requests))


# What the generated stubs do, without the plugin that generates them.
handlers = {
    "Start": grpc.unary_unary_rpc_method_handler(
        start, pb.StartRequest.FromString, pb.StartResponse.SerializeToString),
    "Track": grpc.stream_unary_rpc_method_handler(
        track, pb.TrackRequest.FromString, pb.TrackResponse.SerializeToString),
}
server = grpc.server(ThreadPoolExecutor())
server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("Rides", handlers),))
port = server.add_insecure_port("127.0.0.1:0")
server.start()
print(f"listening on 127.0.0.1:{port} (plaintext)", flush=True)
server.wait_for_termination()
