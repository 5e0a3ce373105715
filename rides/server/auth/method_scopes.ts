import type { Scope } from "../../domain/scope.ts";

/** What a method requires of its caller: nothing (`public`), to be known (`authenticated`), or a scope. */
export type Requirement = "public" | "authenticated" | Scope;

/**
 * What each method requires, by its path. A method that is not listed requires `admin`: what somebody forgets
 * to add is closed. A test checks that every method that a server registers is listed.
 */
export const METHOD_SCOPES: Readonly<Record<string, Requirement>> = {
  "/Rides/Start": "ride:write",
  "/Rides/Track": "position:write",

  // Both register a new name, so both write. Persons drive and ride, so whoever may start a ride may name
  // them.
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

  // For load balancers and kubelets, which can rarely be given a secret. They only tell whether the server
  // serves, and the names of services, which the published contracts have anyway.
  "/grpc.health.v1.Health/Check": "public",
  "/grpc.health.v1.Health/List": "public",
  "/grpc.health.v1.Health/Watch": "public",

  // The contracts are no secret to anybody who may call any of the methods.
  "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo": "authenticated",
  "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo": "authenticated",

  // These reveal everybody's addresses and traffic.
  "/grpc.channelz.v1.Channelz/GetTopChannels": "admin",
  "/grpc.channelz.v1.Channelz/GetServers": "admin",
  "/grpc.channelz.v1.Channelz/GetServer": "admin",
  "/grpc.channelz.v1.Channelz/GetServerSockets": "admin",
  "/grpc.channelz.v1.Channelz/GetChannel": "admin",
  "/grpc.channelz.v1.Channelz/GetSubchannel": "admin",
  "/grpc.channelz.v1.Channelz/GetSocket": "admin",
};
