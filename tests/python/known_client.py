"""A client that a server knows, by a token, by a certificate, or not at all.

    python3 known_client.py --port 8888 --token-file alice.token
    python3 known_client.py --port 8888 --ca certs/ca.pem --cert certs/alice.pem --key certs/alice-key.pem

Prints how each call ended, one JSON object a line.
"""
import argparse
import json

import grpc

import rides_pb2 as pb
import rides_pb2_grpc as rpc


def read(file):
    if file is None:
        return None
    with open(file, "rb") as f:
        return f.read()


def connect(target, args, token):
    """The channel, and what each call has to send by itself."""
    if not args.ca:
        # grpc has no credentials of a call in plaintext; a token is metadata there.
        return grpc.insecure_channel(target), [("authorization", f"Bearer {token}")] if token else []
    credentials = grpc.ssl_channel_credentials(read(args.ca), read(args.key), read(args.cert))
    if token:
        call = grpc.access_token_call_credentials(token)
        credentials = grpc.composite_channel_credentials(credentials, call)
    return grpc.secure_channel(target, credentials), []


def show(call, function):
    try:
        function()
        answer = "OK"
    except grpc.RpcError as err:
        answer = f"{err.code().name}: {err.details()}"
    print(json.dumps({"call": call, "answer": answer}))


def position(car_id):
    request = pb.TrackRequest(car_id=car_id, location=pb.Location(lat=1, lng=1))
    request.time.GetCurrentTime()
    return request


def main(stub, metadata):
    ride = pb.StartRequest(car_id=7, driver_id="John Doe")
    show("Start", lambda: stub.Start(ride, metadata=metadata))
    for car in 7, 8:
        show(f"Track {car}", lambda: stub.Track(iter([position(car)]), metadata=metadata))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Rides client that the server knows")
    parser.add_argument("--port", required=True, type=int, help="port of the server")
    parser.add_argument("--token-file", help="the file with the client's token")
    parser.add_argument("--ca", help="the CA to trust, PEM; connects with TLS")
    parser.add_argument("--cert", help="the client's certificate, PEM")
    parser.add_argument("--key", help="its private key, PEM")
    args = parser.parse_args()

    token = read(args.token_file)
    channel, metadata = connect(f"localhost:{args.port}", args, token.decode().strip() if token else None)
    with channel:
        main(rpc.RidesStub(channel), metadata)
