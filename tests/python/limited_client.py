"""A client that calls as fast as it can, and heeds the server that tells it when to come again.

    python3 limited_client.py --port 8888

Prints the call that was refused, the details of its status, and the call after the wait that they name, one
JSON object a line.
"""
import argparse
import json
from time import sleep

import grpc

import person_pb2
import person_pb2_grpc
from google.rpc import error_details_pb2, status_pb2


def details(error):
    """The details of a failed call by type (grpc.io, "richer error model")."""
    trailers = dict(error.trailing_metadata())
    status = status_pb2.Status.FromString(trailers["grpc-status-details-bin"])
    return status, {detail.TypeName(): detail for detail in status.details}


def show(call, answer):
    print(json.dumps({"call": call, "answer": answer}))


def until_refused(call):
    while True:
        try:
            call()
        except grpc.RpcError as error:
            return error


def main(stub):
    def call():
        return stub.getInfor(person_pb2.RequestInforPerson(name="trung"))

    error = until_refused(call)
    show("refused", error.code().name)
    status, by_type = details(error)
    show("status", {"code": status.code, "message": status.message == error.details()})
    retry = error_details_pb2.RetryInfo()
    show("details", list(by_type))
    show("is RetryInfo", by_type["google.rpc.RetryInfo"].Unpack(retry))
    seconds = retry.retry_delay.ToTimedelta().total_seconds()
    show("delay", seconds)
    sleep(seconds)
    show("again", call().name)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Rides client that calls too often")
    parser.add_argument("--port", required=True, type=int, help="port of the server")
    args = parser.parse_args()

    with grpc.insecure_channel(f"localhost:{args.port}") as channel:
        main(person_pb2_grpc.AsillaServiceStub(channel))
