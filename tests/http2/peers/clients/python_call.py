"""One UnaryCall of grpcio: ADDRESS [CA [CERT KEY]]. Prints the status, as in OK."""

import sys

import grpc

DEADLINE_S = 20


def read(path):
    with open(path, "rb") as file:
        return file.read()


def channel(address, ca=None, cert=None, key=None):
    if ca is None:
        return grpc.insecure_channel(address)
    credentials = grpc.ssl_channel_credentials(read(ca), key and read(key), cert and read(cert))
    return grpc.secure_channel(address, credentials)


with channel(*sys.argv[1:]) as open_channel:
    # An empty message is no bytes.
    call = open_channel.unary_unary("/grpc.testing.TestService/UnaryCall")
    try:
        _, answered = call.with_call(b"", timeout=DEADLINE_S)
        print(answered.code().name)
    except grpc.RpcError as error:
        print(error.code().name)
