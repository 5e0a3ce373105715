"""The reference's clients of Rides and AsillaService, in Python, against a real server.

    rides proto export protos
    python3 -m grpc_tools.protoc -Iprotos --python_out=. --grpc_python_out=. \\
        rides.proto person.proto google/rpc/status.proto google/rpc/error_details.proto
    python3 client.py --port 8888
    python3 client.py --port 8888 --ca certs/ca.pem

Prints what each call answered, one JSON object a line.
"""
import argparse
import json
from collections import namedtuple
from datetime import datetime, timedelta
from time import sleep

import grpc

import person_pb2
import person_pb2_grpc
import rides_pb2 as pb
import rides_pb2_grpc as rpc
from google.rpc import error_details_pb2, status_pb2

LocationEvent = namedtuple("LocationEvent", "car_id time lat lng")


def rand_events(count):
    time = datetime(2022, 2, 22, 14, 36, 9)
    lat, lng = 1.0, 1.0
    for _ in range(count):
        yield LocationEvent(car_id=7, time=time, lat=lat, lng=lng)

        time += timedelta(seconds=17)
        lat += 0.0001
        lng -= 0.0001
        sleep(0.01)


def track_request(event):
    request = pb.TrackRequest(
        car_id=event.car_id,
        location=pb.Location(lat=event.lat, lng=event.lng),
    )
    request.time.FromDatetime(event.time)
    return request


class Client:
    def __init__(self, channel):
        self.stub = rpc.RidesStub(channel)

    def ride_start(self, car_id, driver_id, passengers_ids, type, lat, lng, time):
        request = pb.StartRequest(
            car_id=car_id,
            driver_id=driver_id,
            passengers_ids=passengers_ids,
            type=pb.POOL if type == "POOL" else pb.REGULAR,
            location=pb.Location(lat=lat, lng=lng),
        )
        request.time.FromDatetime(time)
        return self.stub.Start(request).id

    def track(self, events):
        return self.stub.Track(track_request(event) for event in events).count


class PersonGrpcClient:
    def __init__(self, channel):
        self.person_service_stub = person_pb2_grpc.AsillaServiceStub(channel)

    def checkMarried(self, _name):
        request = person_pb2.RequestCheckMaritalStatus(name=_name)
        return self.person_service_stub.checkMarried(request).married

    def getInfor(self, _name):
        request = person_pb2.RequestInforPerson(name=_name)
        return self.person_service_stub.getInfor(request)


def violations(err):
    """Every field that the server refused: google.rpc.BadRequest, from the trailing metadata."""
    found = []
    for key, value in err.trailing_metadata():
        if key == "grpc-status-details-bin":
            for detail in status_pb2.Status.FromString(value).details:
                bad_request = error_details_pb2.BadRequest()
                if detail.Unpack(bad_request):
                    found += [f"{v.field}: {v.description}" for v in bad_request.field_violations]
    return found


def show(call, answer):
    print(json.dumps({"call": call, "answer": answer}))


def show_refusal(call, function):
    try:
        show(call, function())
    except grpc.RpcError as err:
        code, details = err.code().name, err.details()
        show(call, {"code": code, "details": details, "violations": violations(err)})


def main(channel):
    client = Client(channel)
    ride = dict(
        car_id=7,
        driver_id="John Doe",
        passengers_ids=["M", "Q"],
        type="POOL",
        lat=51.46,
        lng=-0.2,
        time=datetime.now(),  # A local clock, sent as if it were UTC.
    )
    show("ride_start", client.ride_start(**ride))
    show("track", client.track(rand_events(10)))

    bad_ride = {**ride, "driver_id": "", "passengers_ids": ["M", "M"], "lat": 91}
    show_refusal("bad ride_start", lambda: client.ride_start(**bad_ride))
    bad_events = (e._replace(lng=200) if e.lat > 1.00025 else e for e in rand_events(10))
    show_refusal("bad track", lambda: client.track(bad_events))

    persons = PersonGrpcClient(channel)
    for name in "trung", "daniel":
        person = persons.getInfor(name)
        show("getInfor", {"name": person.name, "id": person.id, "married": person.married})
        show("checkMarried", persons.checkMarried(name))
    show_refusal("bad getInfor", lambda: persons.getInfor(""))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Rides client")
    parser.add_argument("--host", default="localhost", help="address of the server")
    parser.add_argument("--port", default=8888, type=int, help="port of the server")
    parser.add_argument("--ca", help="the CA to trust, PEM; connects with TLS")
    args = parser.parse_args()

    target = f"{args.host}:{args.port}"
    if args.ca:
        with open(args.ca, "rb") as f:
            credentials = grpc.ssl_channel_credentials(f.read())
        channel = grpc.secure_channel(target, credentials)
    else:
        channel = grpc.insecure_channel(target)
    with channel:
        main(channel)
