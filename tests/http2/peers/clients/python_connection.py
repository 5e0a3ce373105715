"""Calls of `interop.proto` on grpcio."""

import sys
import threading

import grpc

import interop_pb2 as pb

PREFIX = "/grpc.testing.TestService/"
_, _, ADDRESS, CA, COMMAND = sys.argv


class Connection:
    def __init__(self, options=(), **keywords):
        options = [("grpc.ssl_target_name_override", "localhost"), *options]
        if CA:
            with open(CA, "rb") as file:
                credentials = grpc.ssl_channel_credentials(file.read())
            channel = grpc.secure_channel(ADDRESS, credentials, options, **keywords)
        else:
            channel = grpc.insecure_channel(ADDRESS, options, **keywords)
        self.channel = channel
        self.empty = self._unary(PREFIX + "EmptyCall", pb.Empty, pb.Empty)
        self.unary = self._unary(PREFIX + "UnaryCall", pb.SimpleRequest, pb.SimpleResponse)
        self.upload = channel.stream_unary(
            PREFIX + "StreamingInputCall",
            pb.StreamingInputCallRequest.SerializeToString,
            pb.StreamingInputCallResponse.FromString,
        )
        self.download = channel.unary_stream(
            PREFIX + "StreamingOutputCall",
            pb.StreamingOutputCallRequest.SerializeToString,
            pb.StreamingOutputCallResponse.FromString,
        )
        self.chat = channel.stream_stream(
            PREFIX + "FullDuplexCall",
            pb.StreamingOutputCallRequest.SerializeToString,
            pb.StreamingOutputCallResponse.FromString,
        )

    def _unary(self, path, request, response):
        return self.channel.unary_unary(path, request.SerializeToString, response.FromString)

    def unimplemented(self, service):
        return self._unary(f"/grpc.testing.{service}/UnimplementedCall", pb.Empty, pb.Empty)


def payload(size):
    """No two frames of it are alike, so that none is lost or misplaced unnoticed."""
    return pb.Payload(body=(bytes(range(251)) * (size // 251 + 1))[:size])


def size_of(message):
    """How long its payload is, which must be what `payload` makes."""
    size = len(message.payload.body)
    if message.payload != payload(size):
        raise AssertionError("A payload is not what was sent")
    return size


def asks(*sizes, **more):
    parameters = [pb.ResponseParameters(size=size) for size in sizes]
    return pb.StreamingOutputCallRequest(response_parameters=parameters, **more)


class Requests:
    """An iterator that a call reads its requests from, fed one by one."""

    def __init__(self):
        self.condition = threading.Condition()
        self.waiting = []
        self.ended = False

    def put(self, request):
        with self.condition:
            self.waiting.append(request)
            self.condition.notify()

    def end(self):
        with self.condition:
            self.ended = True
            self.condition.notify()

    def __iter__(self):
        return self

    def __next__(self):
        with self.condition:
            self.condition.wait_for(lambda: self.waiting or self.ended)
            if self.waiting:
                return self.waiting.pop(0)
        raise StopIteration
