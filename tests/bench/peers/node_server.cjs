// Rides.Start and Rides.Track on Node with grpc-js and proto-loader, as a user would write them: no
// storage. Its argument is the contract; the packages are found by NODE_PATH.
const path = require("node:path");
const grpc = require("@grpc/grpc-js");
const loader = require("@grpc/proto-loader");

const file = process.argv[2];
const definition = loader.loadSync(path.basename(file), {
  includeDirs: [path.dirname(file)],
  keepCase: true,
  longs: String,
  enums: String,
  defaults: true,
});
const { Rides } = grpc.loadPackageDefinition(definition);

const server = new grpc.Server();
server.addService(Rides.service, {
  Start(call, done) {
    if (!call.request.driver_id) {
      return done({ code: grpc.status.INVALID_ARGUMENT, details: "driver_id: empty" });
    }
    done(null, { id: crypto.randomUUID() });
  },
  Track(call, done) {
    let count = 0;
    call.on("data", () => count++);
    call.on("end", () => done(null, { count }));
  },
});
server.bindAsync("127.0.0.1:0", grpc.ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  process.stdout.write(`listening on 127.0.0.1:${port} (plaintext)\n`);
});
