// For `node -r ./loopback.cjs`: servers listen on loopback only, and each request is told on
// standard output, one line of JSON each, before it is answered.
"use strict";

const { Server } = require("node:net");
const http = require("node:http");
const fs = require("node:fs");

const listen = Server.prototype.listen;
Server.prototype.listen = function (...given) {
  const callback = given.find((value) => typeof value === "function");
  const port = typeof given[0] === "object" ? given[0].port : given[0];
  return listen.call(this, { port, host: "127.0.0.1" }, callback);
};

const emit = http.Server.prototype.emit;
http.Server.prototype.emit = function (event, request, ...rest) {
  if (event === "request") {
    const told = { method: request.method, path: request.url.split("?")[0] };
    fs.writeSync(1, `${JSON.stringify({ request: told })}\n`);
  }
  return emit.call(this, event, request, ...rest);
};
