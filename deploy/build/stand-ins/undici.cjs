// @ts-nocheck: undici has types for its index only, not for its parts
// In the place of `undici` in the main bundle: its agent without fetch, caches, mocks and WebSocket, which a start would
// load (60 ms) and nobody uses. What the sources import from undici has to stand here.
const Agent = require('undici/lib/dispatcher/agent.js');
const Dispatcher = require('undici/lib/dispatcher/dispatcher.js');

// As undici's own index does it.
Object.assign(Dispatcher.prototype, { request: require('undici/lib/api/api-request.js') });

module.exports = {
  Agent,
  // Loaded by whoever has a proxy.
  get EnvHttpProxyAgent() {
    return require('undici/lib/dispatcher/env-http-proxy-agent.js');
  },
};
