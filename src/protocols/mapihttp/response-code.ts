/** X-ResponseCode (MS-OXCMAPIHTTP 2.2.3.3.3). */
export const responseCode = {
  success: 0,
  unknownFailure: 1,
  invalidVerb: 2,
  invalidPath: 3,
  invalidHeader: 4,
  invalidRequestType: 5,
  invalidContextCookie: 6,
  missingHeader: 7,
  anonymousNotAllowed: 8,
  tooLarge: 9,
  contextNotFound: 10,
  noPrivilege: 11,
  invalidRequestBody: 12,
  missingCookie: 13,
  invalidSequence: 15,
  endpointDisabled: 16,
  invalidResponse: 17,
  endpointShuttingDown: 18,
} as const;

/** A request that fails as a whole, before any operation was carried out. */
export class ResponseError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.name = 'ResponseError';
    this.code = code;
  }
}
