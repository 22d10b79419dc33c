// In the place of `node:http2` in the main bundle: undici loads it at every start (8 ms) for HTTP/2, which is off.
module.exports = { constants: {} };
