import type { Scope } from "../../domain/scope.ts";

/**
 * What a method asks of its caller: nothing (`public`), to be known (`authenticated`), or a scope.
 */
export type Requirement = "public" | "authenticated" | Scope;

/**
 * What each method asks, by its path. One that is not here asks for `admin`: what somebody forgets to
 * add is closed. A test holds this to have every method that a server registers.
 */
export const METHOD_SCOPES: Readonly<Record<string, Requirement>> = {
  "/Rides/Start": "ride:write",
  "/Rides/Track": "position:write",

  // Both register a name that is new, so both write. Persons are those who drive and ride; who may
  // start a ride names them as well.
  "/AsillaService/getInfor": "ride:write",
  "/AsillaService/checkMarried": "ride:write",

  "/rides.v1.RideService/CreateRide": "ride:write",
  "/rides.v1.RideService/GetRide": "ride:read",
  "/rides.v1.RideService/ListRides": "ride:read",
  "/rides.v1.RideService/AssignRide": "ride:write",
  "/rides.v1.RideService/ArriveRide": "ride:write",
  "/rides.v1.RideService/BeginRide": "ride:write",
  "/rides.v1.RideService/CompleteRide": "ride:write",
  "/rides.v1.RideService/CancelRide": "ride:write",
  "/rides.v1.RideService/WatchRide": "ride:read",

  "/rides.v1.CarService/GetCar": "position:read",
  "/rides.v1.CarService/ListCars": "position:read",
  "/rides.v1.CarService/WatchCars": "position:read",
  "/rides.v1.CarService/SearchCars": "position:read",
  "/rides.v1.CarService/ListPositions": "position:read",
  "/rides.v1.CarService/UploadPositions": "position:write",

  // Load balancers and kubelets ask these, and can rarely be given a secret. All they tell is whether
  // the server serves, and the names of services that the published contracts have.
  "/grpc.health.v1.Health/Check": "public",
  "/grpc.health.v1.Health/List": "public",
  "/grpc.health.v1.Health/Watch": "public",

  // The contracts are no secret to whoever may call any of the methods.
  "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo": "authenticated",
  "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo": "authenticated",

  // These tell the addresses and the traffic of everybody.
  "/grpc.channelz.v1.Channelz/GetTopChannels": "admin",
  "/grpc.channelz.v1.Channelz/GetServers": "admin",
  "/grpc.channelz.v1.Channelz/GetServer": "admin",
  "/grpc.channelz.v1.Channelz/GetServerSockets": "admin",
  "/grpc.channelz.v1.Channelz/GetChannel": "admin",
  "/grpc.channelz.v1.Channelz/GetSubchannel": "admin",
  "/grpc.channelz.v1.Channelz/GetSocket": "admin",
};
