// The least an HTTP server in Node does; argv[2] is its port.
import { createServer } from 'node:http';

createServer((_request, response) => response.end('{"status":"ready"}')).listen(Number(process.argv[2]), '127.0.0.1');
