/**
 * The one table of everything that can go wrong as clients see it: code → HTTP status → what a WebSocket does.
 * `/docs` prints it. `ws` is `frame` (an `error` frame, the connection stays open) or a close code.
 */
export const errorCodes = {
  BAD_JSON: { status: 400, ws: 'frame', retryable: false, says: 'The body is not valid JSON.' },
  BAD_REQUEST: { status: 400, ws: 'frame', retryable: false, says: 'The request does not fit the schema of this route.' },
  FRAME_INVALID: { status: 400, ws: 'frame', retryable: false, says: 'The frame does not fit the protocol.' },
  FRAME_REPEATED: { status: 400, ws: 1008, retryable: false, says: 'Three bad frames in a row.' },
  FRAME_BINARY: { status: 400, ws: 1003, retryable: false, says: 'Only text frames are read here.' },
  BATCH_INVALID: { status: 400, ws: 'frame', retryable: false, says: 'A line of the batch cannot be read; nothing of it was begun.' },
  CONFIG_INVALID: { status: 400, ws: 'frame', retryable: false, says: 'The configuration would not be valid; nothing was changed.' },
  TOKEN_MISSING: { status: 401, ws: 'frame', retryable: false, says: 'This needs a credential.' },
  TOKEN_INVALID: { status: 401, ws: 1008, retryable: false, says: 'The credential is not valid.' },
  TOKEN_EXPIRED: { status: 401, ws: 1008, retryable: false, says: 'The token has expired.' },
  TOKEN_REVOKED: { status: 401, ws: 1008, retryable: false, says: 'The token was revoked.' },
  SIGN_IN_INVALID: { status: 401, ws: 'frame', retryable: false, says: 'The sign-in link was used already or is too old.' },
  SESSION_IDLE: {
    status: 401,
    ws: 1008,
    retryable: false,
    says: 'The Session ID was not used for an hour; open the session with a token.',
  },
  SCOPE_MISSING: { status: 403, ws: 'frame', retryable: false, says: 'The token lacks a scope.' },
  ORIGIN_REFUSED: { status: 403, ws: 'frame', retryable: false, says: 'Pages from other sites get no answer here.' },
  HOST_REFUSED: { status: 403, ws: 'frame', retryable: false, says: 'This gateway does not answer under that host name.' },
  ADDRESS_REFUSED: { status: 403, ws: 'frame', retryable: false, says: 'This gateway does not answer that network address.' },
  PIN_REQUIRED: { status: 403, ws: 'frame', retryable: false, says: 'This needs the PIN.' },
  PIN_WRONG: { status: 403, ws: 'frame', retryable: false, says: 'The PIN is wrong.' },
  NOT_FOUND: { status: 404, ws: 'frame', retryable: false, says: 'There is nothing at this address.' },
  AGENT_UNKNOWN: { status: 404, ws: 'frame', retryable: false, says: 'There is no such agent.' },
  SESSION_UNKNOWN: { status: 404, ws: 'frame', retryable: false, says: 'There is no such session.' },
  MESSAGE_UNKNOWN: { status: 404, ws: 'frame', retryable: false, says: 'There is no such message.' },
  TOKEN_UNKNOWN: { status: 404, ws: 'frame', retryable: false, says: 'There is no such token.' },
  APPROVAL_UNKNOWN: { status: 404, ws: 'frame', retryable: false, says: 'There is no such approval.' },
  RULE_UNKNOWN: { status: 404, ws: 'frame', retryable: false, says: 'There is no such rule.' },
  BATCH_UNKNOWN: { status: 404, ws: 'frame', retryable: false, says: 'There is no such batch.' },
  MCP_SERVER_UNKNOWN: { status: 404, ws: 'frame', retryable: false, says: 'There is no such MCP server.' },
  METHOD_NOT_ALLOWED: { status: 405, ws: 'frame', retryable: false, says: 'This address does not take that method.' },
  IDEMPOTENCY_CONFLICT: { status: 409, ws: 'frame', retryable: false, says: 'This Idempotency-Key was used with another body.' },
  SESSION_NAME_TAKEN: { status: 409, ws: 'frame', retryable: false, says: 'Another session of this owner has that name.' },
  CONFIG_CHANGED: { status: 409, ws: 'frame', retryable: false, says: 'config.json was changed meanwhile.' },
  APPROVAL_OVER: { status: 409, ws: 'frame', retryable: false, says: 'This approval was answered already, or is too old.' },
  UNDO_OVER: { status: 409, ws: 'frame', retryable: false, says: 'It is too late to undo that.' },
  TURN_CANCELLED: { status: 409, ws: 'frame', retryable: false, says: 'The turn was cancelled before its end.' },
  BODY_TOO_LARGE: { status: 413, ws: 1009, retryable: false, says: 'The body is too large.' },
  MEDIA_TYPE: { status: 415, ws: 'frame', retryable: false, says: 'Only application/json without a Content-Encoding is read here.' },
  RATE_LIMITED: { status: 429, ws: 'frame', retryable: true, says: 'Too many bad credentials from this address.' },
  PIN_LOCKED: { status: 429, ws: 'frame', retryable: true, says: 'Too many wrong PINs; wait before the next try.' },
  BUDGET_EXHAUSTED: { status: 429, ws: 'frame', retryable: false, says: 'The budget has not enough left for the next call to the model.' },
  INTERNAL: { status: 500, ws: 'frame', retryable: false, says: 'Something went wrong inside the gateway.' },
  NOT_YET: { status: 501, ws: 'frame', retryable: false, says: 'This version of the gateway cannot do that yet.' },
  STORAGE_FAILED: { status: 500, ws: 'frame', retryable: true, says: 'The database could not be read or written.' },
  MODEL_UNREACHABLE: { status: 502, ws: 'frame', retryable: true, says: 'The model provider cannot be reached.' },
  MODEL_AUTH: { status: 502, ws: 'frame', retryable: false, says: 'The model provider refused the API key.' },
  MODEL_RATE_LIMITED: { status: 502, ws: 'frame', retryable: true, says: 'The model provider asks to slow down.' },
  MODEL_REJECTED: { status: 502, ws: 'frame', retryable: false, says: 'The model provider rejected the request.' },
  MODEL_FAILED: { status: 502, ws: 'frame', retryable: true, says: 'The model provider failed.' },
  MODEL_CUT_OFF: { status: 502, ws: 'frame', retryable: true, says: 'The model provider broke off in the middle of its answer.' },
  MODEL_GARBAGE: { status: 502, ws: 'frame', retryable: false, says: 'The model provider answered something that is not its protocol.' },
  MODEL_TIMEOUT: { status: 502, ws: 'frame', retryable: true, says: 'The model provider did not answer in time.' },
  MODEL_EMPTY: { status: 502, ws: 'frame', retryable: true, says: 'The model answered nothing.' },
  AGENT_LOOPS: {
    status: 502,
    ws: 'frame',
    retryable: false,
    says: 'The agent made the same call over and over and was stopped.',
  },
  STEPS_EXHAUSTED: { status: 502, ws: 'frame', retryable: false, says: 'The agent used all the steps it is allowed.' },
  TURN_INTERRUPTED: {
    status: 502,
    ws: 'frame',
    retryable: false,
    says: 'The gateway ended while a tool was at work; whether it finished is not known.',
  },
  GATEWAY_STARTING: { status: 503, ws: 'frame', retryable: true, says: 'The gateway is still starting.' },
  GATEWAY_STOPPING: { status: 503, ws: 1001, retryable: true, says: 'The gateway is stopping.' },
  STOPPED: { status: 503, ws: 'frame', retryable: false, says: 'An operator has stopped this; nothing begins until it is started again.' },
  TOO_MANY_CONNECTIONS: { status: 503, ws: 1013, retryable: true, says: 'Too many connections.' },
  QUEUE_FULL: { status: 503, ws: 'frame', retryable: true, says: 'Too many messages are waiting in this session.' },
  SLOW_READER: { status: 503, ws: 1013, retryable: true, says: 'The client does not read; resume when it can.' },
  SIGNING_KEY_MISSING: { status: 503, ws: 'frame', retryable: false, says: 'The signing key is not where the database says it is.' },
  KEYCHAIN_UNAVAILABLE: { status: 503, ws: 'frame', retryable: true, says: 'The keychain does not answer.' },
  CONFIG_BAD: { status: 503, ws: 'frame', retryable: false, says: 'The configuration cannot be used.' },
  PORT_TAKEN: { status: 503, ws: 'frame', retryable: true, says: 'Another program listens on the port.' },
  HOME_IN_USE: { status: 503, ws: 'frame', retryable: true, says: 'Another gateway uses this home folder.' },
  HOME_UNUSABLE: { status: 503, ws: 'frame', retryable: false, says: 'The home folder cannot be used.' },
  GATEWAY_UNREACHABLE: { status: 503, ws: 'frame', retryable: true, says: 'No gateway answers.' },
  TURN_TIMEOUT: { status: 504, ws: 'frame', retryable: true, says: 'The turn took longer than its time limit and was cancelled.' },
  STORAGE_FULL: { status: 507, ws: 'frame', retryable: true, says: 'The disk is full, or the database has reached its quota.' },
} as const satisfies Record<string, ErrorCodeRow>;

type ErrorCodeRow = {
  readonly status: number;
  readonly ws: 'frame' | number;
  readonly retryable: boolean;
  readonly says: string;
};

export type ErrorCode = keyof typeof errorCodes;

export const isErrorCode = (text: string): text is ErrorCode => Object.hasOwn(errorCodes, text);
