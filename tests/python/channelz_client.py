"""Asks channelz for the connection that it asks on.

    python3 channelz_client.py --port 8888 --ca certs/ca.pem --cert certs/alice.pem --key certs/alice-key.pem

Prints what it was answered, one JSON object a line.
"""
import argparse
import hashlib
import json

import grpc

import channelz_pb2 as pb
import channelz_pb2_grpc as rpc
import rides_pb2
import rides_pb2_grpc


def read(file):
    with open(file, "rb") as f:
        return f.read()


def show(call, answer):
    print(json.dumps({"call": call, "answer": answer}))


def fingerprint(certificate):
    return hashlib.sha256(certificate).hexdigest()


def main(channel):
    rides = rides_pb2_grpc.RidesStub(channel)
    rides.Start(rides_pb2.StartRequest(car_id=7, driver_id="John Doe"))
    try:
        rides.Start(rides_pb2.StartRequest(car_id=7))
    except grpc.RpcError as err:
        show("bad Start", err.code().name)

    channelz = rpc.ChannelzStub(channel)
    (server,) = channelz.GetServers(pb.GetServersRequest()).server
    show("calls", [server.data.calls_succeeded, server.data.calls_failed])
    sockets = channelz.GetServerSockets(
        pb.GetServerSocketsRequest(server_id=server.ref.server_id)
    ).socket_ref
    show("sockets", len(sockets))
    socket = channelz.GetSocket(pb.GetSocketRequest(socket_id=sockets[0].socket_id)).socket
    show("port", socket.local.tcpip_address.port)
    # Two of Start, and three of channelz, this one among them.
    show("streams", socket.data.streams_started)
    show("messages", [socket.data.messages_sent, socket.data.messages_received])
    show("cipher", socket.security.tls.standard_name)
    show("server", fingerprint(socket.security.tls.local_certificate))
    show("client", fingerprint(socket.security.tls.remote_certificate))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Client of channelz over mutual TLS")
    parser.add_argument("--port", required=True, type=int, help="port of the server")
    parser.add_argument("--ca", required=True, help="the CA to trust, PEM")
    parser.add_argument("--cert", required=True, help="the client's certificate, PEM")
    parser.add_argument("--key", required=True, help="its private key, PEM")
    args = parser.parse_args()

    credentials = grpc.ssl_channel_credentials(read(args.ca), read(args.key), read(args.cert))
    with grpc.secure_channel(f"localhost:{args.port}", credentials) as channel:
        main(channel)
